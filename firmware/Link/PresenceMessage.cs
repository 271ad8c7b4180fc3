using System.Diagnostics.CodeAnalysis;

namespace Devices.Link;

/// <summary>MCU → board, QoS 0: somebody is, or is no longer, in front of the terminal.</summary>
public sealed class PresenceMessage : LinkMessage
{
    public override string Leaf
    {
        get { return LinkTopics.Presence; }
    }

    /// <summary>Whether somebody is there.</summary>
    public bool Present { get; set; }

    /// <summary>Monotonic ms since boot.</summary>
    public long UptimeMs { get; set; }

    /// <summary>Reads with a reader of its own. False: <paramref name="fault"/> names the field and what was wrong.</summary>
    public static bool TryParse(byte[] payload, [NotNullWhen(true)] out PresenceMessage? message, [NotNullWhen(false)] out LinkFault? fault)
    {
        return TryParse(new LinkReader(), payload, out message, out fault);
    }

    /// <summary>Reads with a reader made once.</summary>
    public static bool TryParse(LinkReader reader, byte[] payload, [NotNullWhen(true)] out PresenceMessage? message, [NotNullWhen(false)] out LinkFault? fault)
    {
        message = null;
        if (reader.Load(payload, payload.Length))
        {
            PresenceMessage read = new PresenceMessage();
            read.Present = reader.Flag("present");
            read.UptimeMs = reader.Number("uptime_ms", 0, LinkLimits.MaxNumber);
            message = reader.Fault == null ? read : null;
        }

        fault = reader.Fault;
        return message != null;
    }

    internal override void Fill(LinkWriter writer)
    {
        writer.Flag("present", Present);
        writer.Number("uptime_ms", UptimeMs, 0, LinkLimits.MaxNumber);
    }
}
