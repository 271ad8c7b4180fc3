using System.Diagnostics.CodeAnalysis;

namespace Devices.Link;

/// <summary>MCU → board, QoS 1, retained; with <c>online</c> false also the last will.</summary>
public sealed class StatusMessage : LinkMessage
{
    public override string Leaf
    {
        get { return LinkTopics.Status; }
    }

    /// <summary>False only in the last will and at an orderly end.</summary>
    public bool Online { get; set; }

    /// <summary>Version of the firmware.</summary>
    public string Firmware { get; set; } = "";

    /// <summary>Entries waiting for their confirm.</summary>
    public long Queue { get; set; }

    /// <summary>Free managed memory in bytes.</summary>
    public long FreeBytes { get; set; }

    /// <summary>Reads with a reader of its own. False: <paramref name="fault"/> names the field and what was wrong.</summary>
    public static bool TryParse(byte[] payload, [NotNullWhen(true)] out StatusMessage? message, [NotNullWhen(false)] out LinkFault? fault)
    {
        return TryParse(new LinkReader(), payload, out message, out fault);
    }

    /// <summary>Reads with a reader made once.</summary>
    public static bool TryParse(LinkReader reader, byte[] payload, [NotNullWhen(true)] out StatusMessage? message, [NotNullWhen(false)] out LinkFault? fault)
    {
        message = null;
        if (reader.Load(payload, payload.Length))
        {
            StatusMessage read = new StatusMessage();
            read.Online = reader.Flag("online");
            read.Firmware = reader.Text("firmware", 32);
            read.Queue = reader.Number("queue", 0, LinkLimits.MaxNumber);
            read.FreeBytes = reader.Number("free_bytes", 0, LinkLimits.MaxNumber);
            message = reader.Fault == null ? read : null;
        }

        fault = reader.Fault;
        return message != null;
    }

    internal override void Fill(LinkWriter writer)
    {
        writer.Flag("online", Online);
        writer.Text("firmware", Firmware, 32);
        writer.Number("queue", Queue, 0, LinkLimits.MaxNumber);
        writer.Number("free_bytes", FreeBytes, 0, LinkLimits.MaxNumber);
    }
}
