using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Tests.Support;

namespace Devices.Benchmarks;

/// <summary>Opens the pack named by <c>--pack DIR</c>, else the installed default one.</summary>
internal static class Packs
{
    internal static string DirectoryOf(string[] args)
    {
        var at = Array.IndexOf(args, "--pack");
        return at >= 0 && at + 1 < args.Length
            ? args[at + 1]
            : InstalledPacks.DirectoryOf(RepoRoot.Models, PackVerifier.ReadManifest(RepoRoot.DefaultPack).Manifest!.Reference);
    }

    internal static LoadedPack Open(string[] args, bool forCalibration = false)
    {
        var loaded = PackLoader.Load(DirectoryOf(args), new PackOptions { ForCalibration = forCalibration });
        return loaded.Pack ?? throw new InvalidOperationException(loaded.Fault!.ToString());
    }

    /// <summary>LFW's folder: <c>--lfw FOLDER</c>, else the shared data beside the checkout.</summary>
    internal static string Lfw(string[] args)
    {
        var at = Array.IndexOf(args, "--lfw");
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : Path.Combine(RepoRoot.SharedData, "lfw");
    }
}
