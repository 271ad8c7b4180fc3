using System.Numerics.Tensors;
using Devices.Edge.Vision;
using Devices.Edge.Vision.Detect;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Quality;
using OpenCvSharp;

namespace Devices.Benchmarks;

/// <summary>The same face through our stages and through OpenCV's, each stage callable by itself, with so many threads inside a model run.</summary>
internal sealed class FacePair : IDisposable
{
    internal const int Templates = 10_000;

    private readonly byte[] _jpeg;
    private readonly LoadedPack _pack;
    private readonly FaceAnalyzer _analyzer;
    private readonly FaceGallery _gallery;
    private readonly float[] _vector;
    private readonly DetectedFace[] _faces = new DetectedFace[16];
    private readonly OpenCvFace _cv;
    private readonly Mat _cvGallery;
    private readonly RgbFrame _frame;
    private readonly DetectedFace _detected;
    private readonly AnalyzedFace _face;
    private readonly Mat _mat;
    private readonly DetectedFace _cvFace;
    private readonly Edge.Vision.Align.FaceAlignment _cvAlignment;
    private readonly Mat _cvProbe;
    private RgbFrame? _last;

    /// <param name="threads">OpenCV's; ours runs liveness and embedding side by side when there are two.</param>
    /// <param name="inside">Threads inside a run of ours.</param>
    internal FacePair(int threads, int inside, string[] args)
    {
        var directory = Packs.DirectoryOf(args);
        var loaded = PackLoader.Load(directory, new PackOptions { IntraOpThreads = inside, SideBySide = threads > 1, ForCalibration = true });
        _pack = loaded.Pack ?? throw new InvalidOperationException(loaded.Fault!.ToString());
        Cv2.SetNumThreads(threads);
        _jpeg = CameraPicture.Of("franck_02159.jpg");
        _analyzer = _pack.CreateAnalyzer();
        _vector = new float[_analyzer.EmbeddingSize];
        _frame = JpegDecoder.Decode(_jpeg).Frame!;
        _analyzer.Detect(_frame, _faces);
        _detected = _faces[0];
        _face = _analyzer.Analyze(_frame, _detected, QualityLimits.Recognition);
        _analyzer.Embed(_frame, _face, _vector);

        _cv = new OpenCvFace(directory, _pack.Manifest);
        _mat = OpenCvFace.Decode(_jpeg);
        _cv.Detect(_mat, _faces);
        _cvFace = _faces[0];
        _cvAlignment = _cv.Align(_mat, _cvFace.Box);
        using var warped = OpenCvFace.Warp(_mat, _cvAlignment);
        _cvProbe = _cv.Embed(warped);
        Agreement = $"box IoU {FaceBox.Iou(_face.Box, _cvFace.Box):F3}, cosine of the embeddings {TensorPrimitives.Dot<float>(_vector, OpenCvFace.Floats(_cvProbe)):F3}, "
            + $"liveness {_analyzer.Liveness(_frame, _face.Box):F2} and {_cv.Live(_mat, _cvFace.Box):F2}";

        _gallery = new FaceGallery(_pack.Reference, _vector.Length);
        var rows = new float[Templates * _vector.Length];
#pragma warning disable CA5394 // made-up templates, repeatable
        var random = new Random(1);
        for (var i = 0; i < Templates; i++)
        {
            var row = rows.AsSpan(i * _vector.Length, _vector.Length);
            foreach (ref var value in row)
            {
                value = random.NextSingle() - 0.5f;
            }
#pragma warning restore CA5394
            TensorPrimitives.Divide(row, TensorPrimitives.Norm<float>(row), row);
            _gallery.Add(new FaceTemplate(Guid.NewGuid(), $"p{i}", _pack.Reference, row.ToArray()));
        }

        _cvGallery = Mat.FromPixelData(Templates, _vector.Length, MatType.CV_32FC1, rows).Clone();
    }

    /// <summary>How alike the two sides' results are; a faster wrong answer would be worth nothing.</summary>
    internal string Agreement { get; }

    internal string Frame => $"{_frame.Width}×{_frame.Height}";

    internal PackRef Pack => _pack.Reference;

    internal IReadOnlyList<(string Name, Action Ours, Action Peer)> Stages =>
    [
        ("JPEG decode", Decode, CvDecode),
        ("detect", Detect, CvDetect),
        ("landmarks and alignment (ours: and quality)", Analyze, CvAnalyze),
        ("liveness", Liveness, CvLiveness),
        ("warp and embed", Embed, CvEmbed),
        ($"match 1:{Templates:N0}", Match, CvMatch),
        ("liveness and embed of one face", Both, CvBoth),
        ("**whole: frame → decision**", Whole, CvWhole),
    ];

    internal void Decode()
    {
        _last = JpegDecoder.Decode(_jpeg, default, _last).Frame!;
        _last.Dispose();
    }

    internal void Detect() => _analyzer.Detect(_frame, _faces);

    internal void Analyze() => _analyzer.Analyze(_frame, _detected, QualityLimits.Recognition);

    internal void Liveness() => _analyzer.Liveness(_frame, _face.Box);

    // Each stage by itself: the face that was aligned for its quality is aligned again here, which the whole spares.
    internal void Embed()
    {
        _analyzer.Forget();
        _analyzer.Embed(_frame, _face, _vector);
    }

    internal void Both()
    {
        _analyzer.Forget();
        _analyzer.EmbedAndLiveness(_frame, _face, _vector, out _);
    }

    internal void CvBoth()
    {
        CvLiveness();
        CvEmbed();
    }

    internal void Match() => _gallery.Match(_vector);

    internal void Whole()
    {
        using var frame = JpegDecoder.Decode(_jpeg, default, _last).Frame!;
        _last = frame;
        _analyzer.Detect(frame, _faces);
        var face = _analyzer.Analyze(frame, _faces[0], QualityLimits.Recognition);
        _analyzer.EmbedAndLiveness(frame, face, _vector, out _);
        _gallery.Match(_vector);
    }

    internal void CvDecode() => OpenCvFace.Decode(_jpeg).Dispose();

    internal void CvDetect() => _cv.Detect(_mat, _faces);

    internal void CvAnalyze() => _cv.Align(_mat, _cvFace.Box);

    internal void CvLiveness() => _cv.Live(_mat, _cvFace.Box);

    internal void CvEmbed()
    {
        using var face = OpenCvFace.Warp(_mat, _cvAlignment);
        _cv.Embed(face).Dispose();
    }

    internal void CvMatch() => OpenCvFace.Match(_cvGallery, _cvProbe);

    internal void CvWhole()
    {
        using var picture = OpenCvFace.Decode(_jpeg);
        _cv.Detect(picture, _faces);
        var box = _faces[0].Box;
        var alignment = _cv.Align(picture, box);
        _cv.Live(picture, box);
        using var face = OpenCvFace.Warp(picture, alignment);
        using var probe = _cv.Embed(face);
        OpenCvFace.Match(_cvGallery, probe);
    }

    public void Dispose()
    {
        _cvProbe.Dispose();
        _cvGallery.Dispose();
        _mat.Dispose();
        _cv.Dispose();
        _frame.Dispose();
        _analyzer.Dispose();
        _pack.Dispose();
    }
}
