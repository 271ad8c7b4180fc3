using System.Diagnostics.CodeAnalysis;

namespace Devices.Link;

/// <summary>MCU → board, QoS 0: are you there? Answered by <c>pong</c> with the same number.</summary>
public sealed class PingMessage : LinkMessage
{
    public override string Leaf
    {
        get { return LinkTopics.Ping; }
    }

    /// <summary>Counts up.</summary>
    public long N { get; set; }

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
