using System.Diagnostics.CodeAnalysis;

namespace Devices.Link;

/// <summary>
/// MCU → board, QoS 0: are you there? Answered by <c>pong</c> with the same number. It also compares the clocks: the MCU says how long it runs,
/// and how long ago which pong came, so that the board knows how long this word can have been on its way. Without that a link that stays up for
/// weeks would let the two crystals drift apart, and cards would be stamped seconds off.
/// </summary>
public sealed class PingMessage : LinkMessage
{
    public override string Leaf
    {
        get { return LinkTopics.Ping; }
    }

    /// <summary>Counts up.</summary>
    public long N { get; set; }

    /// <summary>The id of this run of the firmware; empty from firmware that does not compare clocks.</summary>
    public string Boot { get; set; } = "";

    /// <summary>Monotonic ms since boot.</summary>
    public long UptimeMs { get; set; }

    /// <summary>The number of the last pong of this connection; -1 before the first.</summary>
    public long PongN { get; set; } = -1;

    /// <summary>How long ago that pong came, ms.</summary>
    public long SinceMs { get; set; }

    /// <summary>Reads with a reader of its own. False: <paramref name="fault"/> names the field and what was wrong.</summary>
    public static bool TryParse(byte[] payload, [NotNullWhen(true)] out PingMessage? message, [NotNullWhen(false)] out LinkFault? fault)
    {
        return TryParse(new LinkReader(), payload, out message, out fault);
    }

    /// <summary>Reads with a reader made once.</summary>
    public static bool TryParse(LinkReader reader, byte[] payload, [NotNullWhen(true)] out PingMessage? message, [NotNullWhen(false)] out LinkFault? fault)
    {
        message = null;
        if (reader.Load(payload, payload.Length))
        {
            PingMessage read = new PingMessage();
            read.N = reader.Number("n", 0, LinkLimits.MaxNumber);
            if (reader.Has("boot"))
            {
                read.Boot = reader.Id("boot");
                read.UptimeMs = reader.Number("uptime_ms", 0, LinkLimits.MaxNumber);
            }

            if (reader.Has("pong_n"))
            {
                read.PongN = reader.Number("pong_n", 0, LinkLimits.MaxNumber);
                read.SinceMs = reader.Number("since_ms", 0, LinkLimits.MaxNumber);
            }

            message = reader.Fault == null ? read : null;
        }

        fault = reader.Fault;
        return message != null;
    }

    internal override void Fill(LinkWriter writer)
    {
        writer.Number("n", N, 0, LinkLimits.MaxNumber);
        if (Boot.Length > 0)
        {
            writer.Id("boot", Boot);
            writer.Number("uptime_ms", UptimeMs, 0, LinkLimits.MaxNumber);
        }

        if (PongN >= 0)
        {
            writer.Number("pong_n", PongN, 0, LinkLimits.MaxNumber);
            writer.Number("since_ms", SinceMs, 0, LinkLimits.MaxNumber);
        }
    }
}
