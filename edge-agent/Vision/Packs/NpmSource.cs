namespace Devices.Edge.Vision.Packs;

/// <summary>A file inside an npm package; <paramref name="Path"/> is relative to the package's root.</summary>
public sealed record NpmSource(string Package, string Version, string Path);
