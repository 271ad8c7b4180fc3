using System.Diagnostics.CodeAnalysis;

namespace Devices.Link;

/// <summary>Board → MCU, QoS 1: open the door once. The same id twice is one pulse.</summary>
public sealed class DoorMessage : LinkMessage
{
    public override string Leaf
    {
        get { return LinkTopics.Door; }
    }

    /// <summary>The command's id.</summary>
    public string Id { get; set; } = "";

    /// <summary>How long the relay is held, ms.</summary>
    public int OpenMs { get; set; }

    /// <summary>Reads with a reader of its own. False: <paramref name="fault"/> names the field and what was wrong.</summary>
    public static bool TryParse(byte[] payload, [NotNullWhen(true)] out DoorMessage? message, [NotNullWhen(false)] out LinkFault? fault)
    {
        return TryParse(new LinkReader(), payload, out message, out fault);
    }

    /// <summary>Reads with a reader made once.</summary>
    public static bool TryParse(LinkReader reader, byte[] payload, [NotNullWhen(true)] out DoorMessage? message, [NotNullWhen(false)] out LinkFault? fault)
    {
        message = null;
        if (reader.Load(payload, payload.Length))
        {
            DoorMessage read = new DoorMessage();
            read.Id = reader.Id("id");
            read.OpenMs = (int)reader.Number("open_ms", 1, LinkLimits.MaxDoorOpenMs);
            message = reader.Fault == null ? read : null;
        }

        fault = reader.Fault;
        return message != null;
    }

    internal override void Fill(LinkWriter writer)
    {
        writer.Id("id", Id);
        writer.Number("open_ms", OpenMs, 1, LinkLimits.MaxDoorOpenMs);
    }
}
