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

    /// <summary>Stands in <see cref="Celsius100"/>, <see cref="Millivolts"/> and <see cref="Rssi"/> for "there is no such sensor, or it did not answer".</summary>
    public const int NotMeasured = int.MinValue;

    /// <summary>Temperature inside the case, hundredths of a degree Celsius.</summary>
    public int Celsius100 { get; set; } = NotMeasured;

    /// <summary>Supply voltage, mV.</summary>
    public int Millivolts { get; set; } = NotMeasured;

    /// <summary>The joined Wi-Fi network's signal as a scan heard it last, dBm (-127 to -1); not measured over a cable, and before the first quiet minutes.</summary>
    public int Rssi { get; set; } = NotMeasured;

    /// <summary>Whether the terminal runs with the parts that punches need only, after repeated crashes.</summary>
    public bool SafeMode { get; set; }

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
            read.Celsius100 = reader.Has("celsius100") ? (int)reader.Number("celsius100", -10000, 20000) : NotMeasured;
            read.Millivolts = reader.Has("millivolts") ? (int)reader.Number("millivolts", 0, 100000) : NotMeasured;
            read.Rssi = reader.Has("rssi") ? (int)reader.Number("rssi", -127, -1) : NotMeasured;
            read.SafeMode = reader.Has("safe_mode") && reader.Flag("safe_mode");
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
        if (Celsius100 != NotMeasured)
        {
            writer.Number("celsius100", Celsius100, -10000, 20000);
        }

        if (Millivolts != NotMeasured)
        {
            writer.Number("millivolts", Millivolts, 0, 100000);
        }

        if (Rssi != NotMeasured)
        {
            writer.Number("rssi", Rssi, -127, -1);
        }

        if (SafeMode)
        {
            writer.Flag("safe_mode", true);
        }
    }
}
