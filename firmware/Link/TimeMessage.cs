using System.Diagnostics.CodeAnalysis;

namespace Devices.Link;

/// <summary>Board → MCU, QoS 1: the board's clock.</summary>
public sealed class TimeMessage : LinkMessage
{
    public override string Leaf
    {
        get { return LinkTopics.Time; }
    }

    /// <summary>Wall clock, ms since the Unix epoch.</summary>
    public long Now { get; set; }

    /// <summary>The site's present offset from UTC, minutes; for the screen only.</summary>
    public int OffsetMinutes { get; set; }

    /// <summary>Whether the board trusts its own clock; if not, the MCU must not.</summary>
    public bool Trusted { get; set; }

    /// <summary>What an older board may be off by without saying so: its clock's own limit of trust.</summary>
    public const long UnknownUncertaintyMs = 60000;

    /// <summary>Half-width of the interval around <see cref="Now"/> that holds the true time, ms.</summary>
    public long UncertaintyMs { get; set; }

    /// <summary>Reads with a reader of its own. False: <paramref name="fault"/> names the field and what was wrong.</summary>
    public static bool TryParse(byte[] payload, [NotNullWhen(true)] out TimeMessage? message, [NotNullWhen(false)] out LinkFault? fault)
    {
        return TryParse(new LinkReader(), payload, out message, out fault);
    }

    /// <summary>Reads with a reader made once.</summary>
    public static bool TryParse(LinkReader reader, byte[] payload, [NotNullWhen(true)] out TimeMessage? message, [NotNullWhen(false)] out LinkFault? fault)
    {
        message = null;
        if (reader.Load(payload, payload.Length))
        {
            TimeMessage read = new TimeMessage();
            read.Now = reader.Number("now", 0, LinkLimits.MaxEpochMs);
            read.OffsetMinutes = (int)reader.Number("offset_minutes", -840, 840);
            read.Trusted = reader.Flag("trusted");
            read.UncertaintyMs = reader.Has("uncertainty_ms") ? reader.Number("uncertainty_ms", 0, LinkLimits.MaxNumber) : UnknownUncertaintyMs;
            message = reader.Fault == null ? read : null;
        }

        fault = reader.Fault;
        return message != null;
    }

    internal override void Fill(LinkWriter writer)
    {
        writer.Number("now", Now, 0, LinkLimits.MaxEpochMs);
        writer.Number("offset_minutes", OffsetMinutes, -840, 840);
        writer.Flag("trusted", Trusted);
        writer.Number("uncertainty_ms", UncertaintyMs, 0, LinkLimits.MaxNumber);
    }
}
