using System.Diagnostics.CodeAnalysis;

namespace Devices.Link;

/// <summary>Board → MCU, QoS 0: the answer to <c>ping</c>.</summary>
public sealed class PongMessage : LinkMessage
{
    public override string Leaf
    {
        get { return LinkTopics.Pong; }
    }

    /// <summary>The ping's number.</summary>
    public long N { get; set; }

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
            message = reader.Fault == null ? read : null;
        }

        fault = reader.Fault;
        return message != null;
    }

    internal override void Fill(LinkWriter writer)
    {
        writer.Number("n", N, 0, LinkLimits.MaxNumber);
    }
}
