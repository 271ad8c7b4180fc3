namespace Devices.Edge.Vision.Packs;

/// <summary>Where an installer finds a file: exactly one of the three is set.</summary>
public sealed record PackSource
{
    /// <summary>A file of an npm package, fetched with the ordinary npm client.</summary>
    public NpmSource? Npm { get; init; }

    /// <summary>A path on this machine, absolute or relative to the manifest.</summary>
    public string? File { get; init; }

    /// <summary>An https address of the file itself.</summary>
    public Uri? Https { get; init; }
}
