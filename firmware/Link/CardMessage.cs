using System.Diagnostics.CodeAnalysis;

namespace Devices.Link;

/// <summary>MCU → board, QoS 1, repeated until its <c>confirm</c>: one reading of a card.</summary>
public sealed class CardMessage : LinkMessage
{
    public override string Leaf
    {
        get { return LinkTopics.Card; }
    }

    /// <summary>The entry's durable id, unique for ever: install id, '-', counter.</summary>
    public string Id { get; set; } = "";

    /// <summary>The card's UID, 4 to 10 bytes, upper-case hex.</summary>
    public string Uid { get; set; } = "";

    /// <summary>Monotonic ms since the boot named in <see cref="Boot"/> at the moment of the reading.</summary>
    public long UptimeMs { get; set; }

    /// <summary>The boot in which the card was read (not the one that sends it).</summary>
    public string Boot { get; set; } = "";

    /// <summary>Wall clock at the reading, ms since the Unix epoch, or 0 when it was not trusted then.</summary>
    public long Now { get; set; }

    /// <summary>Which key was pressed before, if any.</summary>
    public PunchDirection Direction { get; set; }

    /// <summary>Reads with a reader of its own. False: <paramref name="fault"/> names the field and what was wrong.</summary>
    public static bool TryParse(byte[] payload, [NotNullWhen(true)] out CardMessage? message, [NotNullWhen(false)] out LinkFault? fault)
    {
        return TryParse(new LinkReader(), payload, out message, out fault);
    }

    /// <summary>Reads with a reader made once.</summary>
    public static bool TryParse(LinkReader reader, byte[] payload, [NotNullWhen(true)] out CardMessage? message, [NotNullWhen(false)] out LinkFault? fault)
    {
        message = null;
        if (reader.Load(payload, payload.Length))
        {
            CardMessage read = new CardMessage();
            read.Id = reader.Id("id");
            read.Uid = reader.Uid("uid");
            read.UptimeMs = reader.Number("uptime_ms", 0, LinkLimits.MaxNumber);
            read.Boot = reader.Id("boot");
            read.Now = reader.Number("now", 0, LinkLimits.MaxEpochMs);
            if (!LinkWords.TryDirection(reader.Word("direction"), out PunchDirection direction))
            {
                reader.Unknown("direction");
            }

            read.Direction = direction;
            message = reader.Fault == null ? read : null;
        }

        fault = reader.Fault;
        return message != null;
    }

    internal override void Fill(LinkWriter writer)
    {
        writer.Id("id", Id);
        writer.Uid("uid", Uid);
        writer.Number("uptime_ms", UptimeMs, 0, LinkLimits.MaxNumber);
        writer.Id("boot", Boot);
        writer.Number("now", Now, 0, LinkLimits.MaxEpochMs);
        writer.Word("direction", LinkWords.Of(Direction));
    }
}
