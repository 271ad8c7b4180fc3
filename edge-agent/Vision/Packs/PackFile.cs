namespace Devices.Edge.Vision.Packs;

/// <summary>One weights file: its name in the installed pack, its checks, and where an installer gets it.</summary>
public sealed record PackFile
{
    /// <summary>File name inside the installed pack's directory; no separators.</summary>
    public required string Path { get; init; }

    public required long Bytes { get; init; }

    /// <summary>Lower-case hexadecimal SHA-256 of the file.</summary>
    public required string Sha256 { get; init; }

    public required PackSource Source { get; init; }
}
