namespace Devices.Edge.Vision.Packs;

/// <summary>The layout of installed packs: <c>root/id/version/{manifest.json, licence texts, weights}</c>.</summary>
public static class InstalledPacks
{
    public static string DirectoryOf(string root, PackRef pack) => Path.Combine(root, pack.Id, pack.Version);

    /// <summary>Every installed pack's directory with what its manifest says; unreadable ones carry their fault.</summary>
    public static IReadOnlyList<(string Directory, PackVerification Manifest)> List(string root)
    {
        if (!Directory.Exists(root))
        {
            return [];
        }

        return [.. Directory.EnumerateDirectories(root)
            .SelectMany(Directory.EnumerateDirectories)
            .Order(StringComparer.Ordinal)
            .Select(d => (d, PackVerifier.ReadManifest(d)))];
    }
}
