using System.Diagnostics.CodeAnalysis;

namespace Devices.Link;

/// <summary>
/// Board → MCU, QoS 0: the answer to <c>ping</c>. With the board's time where that is trusted: the MCU knows when it asked, and so how old the
/// answer can be. A <c>time</c> that comes unasked can have been on its way for as long as the link may be silent.
/// </summary>
public sealed class PongMessage : LinkMessage
{
    public override string Leaf
    {
        get { return LinkTopics.Pong; }
    }

    /// <summary>The ping's number.</summary>
    public long N { get; set; }

    /// <summary>Wall clock, ms since the Unix epoch; 0 where the board does not trust its own.</summary>
    public long Now { get; set; }

    /// <summary>Half-width of the interval around <see cref="Now"/> that holds the true time, ms.</summary>
    public long UncertaintyMs { get; set; }

    /// <summary>Reads with a reader of its own. False: <paramref name="fault"/> names the field and what was wrong.</summary>
    public static bool TryParse(byte[] payload, [NotNullWhen(true)] out PongMessage? message, [NotNullWhen(false)] out LinkFault? fault)
    {
        return TryParse(new LinkReader(), payload, out message, out fault);
    }

    /// <summary>Reads with a reader made once.</summary>
    public static bool TryParse(LinkReader reader, byte[] payload, [NotNullWhen(true)] out PongMessage? message, [NotNullWhen(false)] out LinkFault? fault)
    {
        message = null;
        if (reader.Load(payload, payload.Length))
        {
            PongMessage read = new PongMessage();
            read.N = reader.Number("n", 0, LinkLimits.MaxNumber);
            if (reader.Has("now"))
            {
                read.Now = reader.Number("now", 0, LinkLimits.MaxEpochMs);
                read.UncertaintyMs = reader.Number("uncertainty_ms", 0, LinkLimits.MaxNumber);
            }

            message = reader.Fault == null ? read : null;
        }

        fault = reader.Fault;
        return message != null;
    }

    internal override void Fill(LinkWriter writer)
    {
        writer.Number("n", N, 0, LinkLimits.MaxNumber);
        if (Now > 0)
        {
            writer.Number("now", Now, 0, LinkLimits.MaxEpochMs);
            writer.Number("uncertainty_ms", UncertaintyMs, 0, LinkLimits.MaxNumber);
        }
    }
}
