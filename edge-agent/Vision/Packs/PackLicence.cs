namespace Devices.Edge.Vision.Packs;

/// <summary>The licence of some of a pack's weights, with its text shipped beside the manifest.</summary>
public sealed record PackLicence
{
    /// <summary>SPDX identifier, for example <c>MIT</c>.</summary>
    public required string Spdx { get; init; }

    /// <summary>Name of the licence text's file beside the manifest.</summary>
    public required string File { get; init; }

    /// <summary>Lower-case hexadecimal SHA-256 of the licence text.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Where the text was taken from, in words.</summary>
    public required string Source { get; init; }

    /// <summary>The files (by <see cref="PackFile.Path"/>) that it covers.</summary>
    public required IReadOnlyList<string> Covers { get; init; }
}
