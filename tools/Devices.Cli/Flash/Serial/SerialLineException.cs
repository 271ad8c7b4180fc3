namespace Devices.Cli.Flash.Serial;

/// <summary>Why a line could not be opened or used.</summary>
public enum SerialFault
{
    /// <summary>There is no such port or nobody listens there.</summary>
    Missing,

    /// <summary>Another program holds it.</summary>
    Busy,

    /// <summary>This user may not open it.</summary>
    Denied,

    /// <summary>It was there and is gone.</summary>
    Lost,

    /// <summary>It cannot do what was asked, as an odd speed.</summary>
    Unsupported,
}

/// <summary>A fault of the line itself, in one sentence; not of the chip behind it.</summary>
public sealed class SerialLineException(SerialFault fault, string message, Exception? inner = null) : IOException(message, inner)
{
    public SerialFault Fault { get; } = fault;

    /// <summary>What to do; null where the code's own remedy fits.</summary>
    public string? Remedy { get; init; }
}
