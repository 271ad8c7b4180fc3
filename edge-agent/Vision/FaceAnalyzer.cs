using Devices.Edge.Vision.Align;
using Devices.Edge.Vision.Detect;
using Devices.Edge.Vision.Embed;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Landmark;
using Devices.Edge.Vision.Liveness;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Quality;
using Devices.Edge.Vision.Runtime;

namespace Devices.Edge.Vision;

/// <summary>
/// The stages of one pack with their preallocated buffers, each callable by itself: detect, locate and judge,
/// liveness, embed. For one thread at a time; make one for each thread from <see cref="LoadedPack.CreateAnalyzer"/>.
/// </summary>
public sealed class FaceAnalyzer : IDisposable
{
    private readonly IFaceDetector _detector;
    private readonly Points68Landmarker? _landmarker;
    private readonly FaceEmbedder _embedder;
    private readonly LivenessModel _liveness;
    private readonly EyeModel? _eyes;
    private readonly SideThread? _side;
    private readonly QualityAssessor _quality = new();

    internal FaceAnalyzer(LoadedPack pack)
    {
        var manifest = pack.Manifest;
        Pack = pack.Templates;
        EmbeddingSize = manifest.Embedder.Size;
        _detector = manifest.Detector.Kind == "yunet"
            ? new YuNetDetector(pack.Detector, manifest.Detector)
            : new RfbDetector(pack.Detector, manifest.Detector);
        _landmarker = pack.Landmarks is { } landmarks ? new Points68Landmarker(landmarks, manifest.Landmarks) : null;
        _embedder = new FaceEmbedder(pack.Embedder, manifest.Embedder);
        _liveness = new LivenessModel(pack.Liveness, manifest.Liveness);
        _eyes = pack.Eyes is { } eyes ? new EyeModel(eyes, manifest.Eyes!) : null;
        _side = pack.SideBySide ? new SideThread() : null;
    }

    /// <summary>The identity that templates made of its embeddings carry.</summary>
    public PackRef Pack { get; }

    /// <summary>Floats in an embedding.</summary>
    public int EmbeddingSize { get; }

    /// <summary>Faces by falling detection score; returns how many were written.</summary>
    public int Detect(RgbFrame frame, Span<DetectedFace> faces)
    {
        Forget();
        return _detector.Detect(frame, faces);
    }

    /// <summary>The same in a part of the picture, for faces that are too small in the whole of it.</summary>
    public int Detect(RgbFrame frame, in FaceBox area, Span<DetectedFace> faces)
    {
        Forget();
        return _detector.Detect(frame, area, faces);
    }

    /// <summary>The next <see cref="Embed"/> aligns its face anew, whichever was analysed last.</summary>
    internal void Forget() => _quality.Forget();

    /// <summary>Five points, alignment and quality of one detected face.</summary>
    public AnalyzedFace Analyze(RgbFrame frame, in DetectedFace face, QualityLimits limits)
    {
        var points = face.Points ?? _landmarker!.Locate(frame, face.Box);
        var alignment = FaceAlignment.Of(points);
        return new AnalyzedFace(face.Box, face.Score, points, alignment, _quality.Assess(frame, face.Box, face.Score, points, alignment, limits));
    }

    /// <summary>Luma of the face analysed last, aligned to 112×112, 0..255; valid until the next one is analysed.</summary>
    public ReadOnlySpan<float> AlignedLuma => _quality.AlignedLuma;

    /// <summary>Probability that the face is live, 0..1.</summary>
    public float Liveness(RgbFrame frame, in FaceBox box)
    {
        ArgumentNullException.ThrowIfNull(frame);
        _liveness.Prepare(frame, box);
        _liveness.Binding.Run();
        return _liveness.Read();
    }

    /// <summary>How closed the eyes look; null where the pack cannot tell or the face has no alignment.</summary>
    public EyeLook? Eyes(RgbFrame frame, in AnalyzedFace face)
    {
        ArgumentNullException.ThrowIfNull(frame);
        return _eyes is not null && face.Alignment is { } alignment ? _eyes.Look(frame, alignment) : null;
    }

    /// <summary>Unit-length embedding of <see cref="EmbeddingSize"/> floats; false when the face has no alignment.</summary>
    public bool Embed(RgbFrame frame, in AnalyzedFace face, Span<float> embedding)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (!Prepare(frame, face))
        {
            return false;
        }

        _embedder.Binding.Run();
        _embedder.Read(embedding);
        return true;
    }

    /// <summary>
    /// <see cref="Embed"/> and <see cref="Liveness"/> of one face, side by side where there are processors for both; false, and
    /// nothing else done, when the face has no alignment.
    /// </summary>
    public bool EmbedAndLiveness(RgbFrame frame, in AnalyzedFace face, Span<float> embedding, out float liveness)
    {
        ArgumentNullException.ThrowIfNull(frame);
        liveness = 0;
        if (!Prepare(frame, face))
        {
            return false;
        }

        _liveness.Prepare(frame, face.Box);
        OnnxBinding.RunBoth(_embedder.Binding, _liveness.Binding, _side);
        _embedder.Read(embedding);
        liveness = _liveness.Read();
        return true;
    }

    private bool Prepare(RgbFrame frame, in AnalyzedFace face)
    {
        if (face.Alignment is not { } alignment)
        {
            return false;
        }

        if (_quality.AlignedPixels(frame, alignment) is { IsEmpty: false } aligned)
        {
            _embedder.Prepare(aligned);
        }
        else
        {
            _embedder.Prepare(frame, alignment);
        }

        return true;
    }

    /// <summary>Runs every model once, so that the first person of the day waits no longer than the second.</summary>
    internal void WarmUp()
    {
        using var frame = RgbFrame.Rent(160, 120);
        frame.Pixels.Fill(127);
        Span<DetectedFace> faces = new DetectedFace[4];
        Detect(frame, faces);
        var points = new FivePoints(new(65, 50), new(95, 50), new(80, 65), new(68, 80), new(92, 80));
        var face = new DetectedFace(new FaceBox(50, 30, 60, 70), 1, _landmarker is null ? points : null);
        var analyzed = Analyze(frame, face, QualityLimits.Recognition);
        EmbedAndLiveness(frame, analyzed with { Alignment = FaceAlignment.Of(points) }, new float[EmbeddingSize], out _);
        Eyes(frame, analyzed with { Alignment = FaceAlignment.Of(points) });
    }

    public void Dispose()
    {
        _detector.Dispose();
        _landmarker?.Dispose();
        _side?.Dispose();
        _embedder.Dispose();
        _liveness.Dispose();
        _eyes?.Dispose();
    }
}
