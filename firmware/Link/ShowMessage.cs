using System.Diagnostics.CodeAnalysis;

namespace Devices.Link;

/// <summary>Board → MCU, QoS 0: what the screen should say now.</summary>
public sealed class ShowMessage : LinkMessage
{
    public override string Leaf
    {
        get { return LinkTopics.Show; }
    }

    /// <summary>Which screen.</summary>
    public ScreenKind Screen { get; set; }

    /// <summary>The person's name, or empty.</summary>
    public string Name { get; set; } = "";

    /// <summary>A hint or a reason, or empty.</summary>
    public string Text { get; set; } = "";

    /// <summary>The punch's time, ms since the Unix epoch, or 0.</summary>
    public long At { get; set; }

    /// <summary>The punch's position in the ledger, or 0.</summary>
    public long Seq { get; set; }

    /// <summary>Punches that the bridge has not yet confirmed.</summary>
    public long Queue { get; set; }

    /// <summary>Reads with a reader of its own. False: <paramref name="fault"/> names the field and what was wrong.</summary>
    public static bool TryParse(byte[] payload, [NotNullWhen(true)] out ShowMessage? message, [NotNullWhen(false)] out LinkFault? fault)
    {
        return TryParse(new LinkReader(), payload, out message, out fault);
    }

    /// <summary>Reads with a reader made once.</summary>
    public static bool TryParse(LinkReader reader, byte[] payload, [NotNullWhen(true)] out ShowMessage? message, [NotNullWhen(false)] out LinkFault? fault)
    {
        message = null;
        if (reader.Load(payload, payload.Length))
        {
            ShowMessage read = new ShowMessage();
            if (!LinkWords.TryScreen(reader.Word("screen"), out ScreenKind screen))
            {
                reader.Unknown("screen");
            }

            read.Screen = screen;
            read.Name = reader.Text("name", LinkLimits.MaxName);
            read.Text = reader.Text("text", LinkLimits.MaxText);
            read.At = reader.Number("at", 0, LinkLimits.MaxEpochMs);
            read.Seq = reader.Number("seq", 0, LinkLimits.MaxNumber);
            read.Queue = reader.Number("queue", 0, LinkLimits.MaxNumber);
            message = reader.Fault == null ? read : null;
        }

        fault = reader.Fault;
        return message != null;
    }

    internal override void Fill(LinkWriter writer)
    {
        writer.Word("screen", LinkWords.Of(Screen));
        writer.Text("name", Name, LinkLimits.MaxName);
        writer.Text("text", Text, LinkLimits.MaxText);
        writer.Number("at", At, 0, LinkLimits.MaxEpochMs);
        writer.Number("seq", Seq, 0, LinkLimits.MaxNumber);
        writer.Number("queue", Queue, 0, LinkLimits.MaxNumber);
    }
}
