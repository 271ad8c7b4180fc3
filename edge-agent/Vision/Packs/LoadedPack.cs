using Devices.Edge.Vision.Runtime;

namespace Devices.Edge.Vision.Packs;

/// <summary>
/// A verified pack with its models open. Thread-safe to share: several analyzers (each for one thread) may be made
/// from it. Dispose after all of them.
/// </summary>
public sealed class LoadedPack : IDisposable
{
    internal LoadedPack(string directory, PackManifest manifest, PackOptions options)
    {
        Manifest = manifest;
        SideBySide = options.SideBySide && SideThread.IsWorthIt;
        try
        {
            Detector = new OnnxModel(Path.Combine(directory, manifest.Detector.File), options);
            Landmarks = manifest.Landmarks.File is { } file ? new OnnxModel(Path.Combine(directory, file), options) : null;
            Embedder = new OnnxModel(Path.Combine(directory, manifest.Embedder.File), options);
            Liveness = new OnnxModel(Path.Combine(directory, manifest.Liveness.File), options);
            Eyes = manifest.Eyes is { } eyes ? new OnnxModel(Path.Combine(directory, eyes.File), options) : null;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public PackManifest Manifest { get; }

    public PackRef Reference => Manifest.Reference;

    /// <summary>The identity that templates carry; an earlier version's where only the calibration changed since.</summary>
    public PackRef Templates => Manifest.Templates;

    /// <exception cref="InvalidOperationException">The pack was loaded for calibration and has none.</exception>
    public PackCalibration Calibration => Manifest.Calibration
        ?? throw new InvalidOperationException($"Pack {Reference} has no calibration; it can only be measured.");

    internal bool SideBySide { get; }

    internal OnnxModel Detector { get; }

    internal OnnxModel? Landmarks { get; }

    internal OnnxModel Embedder { get; }

    internal OnnxModel Liveness { get; }

    internal OnnxModel? Eyes { get; }

    /// <summary>A set of stages with buffers of its own, for one thread at a time.</summary>
    public FaceAnalyzer CreateAnalyzer() => new(this);

    public void Dispose()
    {
        Detector?.Dispose();
        Landmarks?.Dispose();
        Embedder?.Dispose();
        Liveness?.Dispose();
        Eyes?.Dispose();
    }
}
