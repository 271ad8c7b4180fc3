using System.Diagnostics.CodeAnalysis;

namespace Devices.Link;

/// <summary>MCU → board, QoS 1, the first message after each connection: who this is and since when it runs.</summary>
public sealed class HelloMessage : LinkMessage
{
    public override string Leaf
    {
        get { return LinkTopics.Hello; }
    }

    /// <summary>The id of this run of the firmware, new at every boot.</summary>
    public string Boot { get; set; } = "";

    /// <summary>Version of the firmware.</summary>
    public string Firmware { get; set; } = "";

    /// <summary>Why it booted: power, reboot, watchdog, crash, unknown.</summary>
    public string Reason { get; set; } = "";

    /// <summary>Monotonic ms since boot.</summary>
    public long UptimeMs { get; set; }

    /// <summary>Wall clock, ms since the Unix epoch, or 0 while the MCU's clock is not trusted.</summary>
    public long Now { get; set; }

    /// <summary>
    /// How far <see cref="Now"/> may be off, ms; -1 where it is not known. With it a board that has just started and knows no time may take the
    /// MCU's (its battery clock goes on while the board is off).
    /// </summary>
    public long UncertaintyMs { get; set; } = -1;

    /// <summary>Reads with a reader of its own. False: <paramref name="fault"/> names the field and what was wrong.</summary>
    public static bool TryParse(byte[] payload, [NotNullWhen(true)] out HelloMessage? message, [NotNullWhen(false)] out LinkFault? fault)
    {
        return TryParse(new LinkReader(), payload, out message, out fault);
    }

    /// <summary>Reads with a reader made once.</summary>
    public static bool TryParse(LinkReader reader, byte[] payload, [NotNullWhen(true)] out HelloMessage? message, [NotNullWhen(false)] out LinkFault? fault)
    {
        message = null;
        if (reader.Load(payload, payload.Length))
        {
            HelloMessage read = new HelloMessage();
            read.Boot = reader.Id("boot");
            read.Firmware = reader.Text("firmware", 32);
            read.Reason = reader.Text("reason", 32);
            read.UptimeMs = reader.Number("uptime_ms", 0, LinkLimits.MaxNumber);
            read.Now = reader.Number("now", 0, LinkLimits.MaxEpochMs);
            read.UncertaintyMs = reader.Has("uncertainty_ms") ? reader.Number("uncertainty_ms", 0, LinkLimits.MaxNumber) : -1;
            message = reader.Fault == null ? read : null;
        }

        fault = reader.Fault;
        return message != null;
    }

    internal override void Fill(LinkWriter writer)
    {
        writer.Id("boot", Boot);
        writer.Text("firmware", Firmware, 32);
        writer.Text("reason", Reason, 32);
        writer.Number("uptime_ms", UptimeMs, 0, LinkLimits.MaxNumber);
        writer.Number("now", Now, 0, LinkLimits.MaxEpochMs);
        if (UncertaintyMs >= 0)
        {
            writer.Number("uncertainty_ms", UncertaintyMs, 0, LinkLimits.MaxNumber);
        }
    }
}
