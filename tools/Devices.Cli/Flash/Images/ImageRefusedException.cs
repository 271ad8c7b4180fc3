namespace Devices.Cli.Flash.Images;

/// <summary>What is to be written does not fit the chip, its flash or each other; nothing was erased.</summary>
public sealed class ImageRefusedException(string message) : IOException(message)
{
    /// <summary>What to do; null where the code's own remedy fits.</summary>
    public string? Remedy { get; init; }
}
