using System.Diagnostics.CodeAnalysis;

namespace Devices.Link;

/// <summary>Board → MCU, QoS 1: what became of one entry. Only this lets the MCU drop it.</summary>
public sealed class ConfirmMessage : LinkMessage
{
    public override string Leaf
    {
        get { return LinkTopics.Confirm; }
    }

    /// <summary>The entry's id.</summary>
    public string Id { get; set; } = "";

    /// <summary>What the board did.</summary>
    public ConfirmResult Result { get; set; }

    /// <summary>The punch's position in the ledger, or 0.</summary>
    public long Seq { get; set; }

    /// <summary>The person's name for the screen, or empty.</summary>
    public string Name { get; set; } = "";

    /// <summary>The punch's time, ms since the Unix epoch, or 0.</summary>
    public long At { get; set; }

    /// <summary>Why it was refused, for the person, or empty.</summary>
    public string Reason { get; set; } = "";

    /// <summary>Reads with a reader of its own. False: <paramref name="fault"/> names the field and what was wrong.</summary>
    public static bool TryParse(byte[] payload, [NotNullWhen(true)] out ConfirmMessage? message, [NotNullWhen(false)] out LinkFault? fault)
    {
        return TryParse(new LinkReader(), payload, out message, out fault);
    }

    /// <summary>Reads with a reader made once.</summary>
    public static bool TryParse(LinkReader reader, byte[] payload, [NotNullWhen(true)] out ConfirmMessage? message, [NotNullWhen(false)] out LinkFault? fault)
    {
        message = null;
        if (reader.Load(payload, payload.Length))
        {
            ConfirmMessage read = new ConfirmMessage();
            read.Id = reader.Id("id");
            if (!LinkWords.TryResult(reader.Word("result"), out ConfirmResult result))
            {
                reader.Unknown("result");
            }

            read.Result = result;
            read.Seq = reader.Number("seq", 0, LinkLimits.MaxNumber);
            read.Name = reader.Text("name", LinkLimits.MaxName);
            read.At = reader.Number("at", 0, LinkLimits.MaxEpochMs);
            read.Reason = reader.Text("reason", LinkLimits.MaxText);
            message = reader.Fault == null ? read : null;
        }

        fault = reader.Fault;
        return message != null;
    }

    internal override void Fill(LinkWriter writer)
    {
        writer.Id("id", Id);
        writer.Word("result", LinkWords.Of(Result));
        writer.Number("seq", Seq, 0, LinkLimits.MaxNumber);
        writer.Text("name", Name, LinkLimits.MaxName);
        writer.Number("at", At, 0, LinkLimits.MaxEpochMs);
        writer.Text("reason", Reason, LinkLimits.MaxText);
    }
}
