using System.Numerics;
using Devices.Edge.Vision;
using Devices.Edge.Vision.Align;
using Devices.Edge.Vision.Detect;
using Devices.Edge.Vision.Packs;
using OpenCvSharp;
using OpenCvSharp.Dnn;
using Network = OpenCvSharp.Dnn.Net;

namespace Devices.Benchmarks;

/// <summary>
/// The default pack's stages as one would write them with OpenCV: the same ONNX files in its dnn module, its JPEG
/// decoder, resize, warp and matrix product. Only the alignment's closed formula is ours, since OpenCV's estimator
/// (RANSAC) would be slower and other.
/// </summary>
internal sealed class OpenCvFace : IDisposable
{
    private readonly PackManifest _manifest;
    private readonly Network _detector;
    private readonly Network _landmarks;
    private readonly Network _embedder;
    private readonly Network _liveness;
    private readonly DetectedFace[] _candidates = new DetectedFace[4420];

    internal OpenCvFace(string directory, PackManifest manifest)
    {
        _manifest = manifest;
        _detector = Open(directory, manifest.Detector.File);
        _landmarks = Open(directory, manifest.Landmarks.File!);
        _embedder = Open(directory, manifest.Embedder.File);
        _liveness = Open(directory, manifest.Liveness.File);
    }

    internal static Mat Decode(byte[] jpeg) => Cv2.ImDecode(jpeg, ImreadModes.Color);

    internal int Detect(Mat picture, Span<DetectedFace> faces)
    {
        using var blob = CvDnn.BlobFromImage(picture, 1 / 128.0, new Size(320, 240), new Scalar(127, 127, 127), swapRB: true, crop: false);
        _detector.SetInput(blob);
        using Mat scores = new(), boxes = new();
        _detector.Forward([scores, boxes], ["scores", "boxes"]);
        var s = Floats(scores);
        var b = Floats(boxes);
        var found = 0;
        for (var i = 0; i < 4420; i++)
        {
            if (s[(i * 2) + 1] >= _manifest.Detector.MinimumScore)
            {
                float x = b[i * 4] * picture.Width, y = b[(i * 4) + 1] * picture.Height;
                _candidates[found++] = new DetectedFace(
                    new FaceBox(x, y, (b[(i * 4) + 2] * picture.Width) - x, (b[(i * 4) + 3] * picture.Height) - y), s[(i * 2) + 1]);
            }
        }

        return NonMaximumSuppression.Select(_candidates.AsSpan(0, found), _manifest.Detector.NmsIou, faces);
    }

    internal FaceAlignment Align(Mat picture, FaceBox box)
    {
        var area = new Rect((int)box.X, (int)box.Y, (int)box.Width, (int)box.Height) & new Rect(0, 0, picture.Width, picture.Height);
        using var part = new Mat(picture, area);
        using Mat small = new(), grey = new();
        Cv2.Resize(part, small, new Size(64, 64));
        Cv2.CvtColor(small, grey, ColorConversionCodes.BGR2GRAY);
        using var blob = CvDnn.BlobFromImage(grey, 1 / 256.0);
        _landmarks.SetInput(blob);
        using var output = _landmarks.Forward();
        var p = Floats(output);
        var (origin, size) = (new Vector2(area.X, area.Y), new Vector2(area.Width, area.Height));
        var points = new Vector2[68];
        for (var i = 0; i < 68; i++)
        {
            points[i] = origin + (size * new Vector2(p[i * 2], p[(i * 2) + 1]));
        }

        return FaceAlignment.Of(new FivePoints(
            (points[37] + points[38] + points[40] + points[41]) / 4, (points[43] + points[44] + points[46] + points[47]) / 4,
            points[30], (points[48] + points[60]) / 2, (points[54] + points[64]) / 2))!.Value;
    }

    internal float Live(Mat picture, FaceBox box)
    {
        float w = box.Width, h = box.Height;
        var scale = MathF.Min(2.7f, MathF.Min((picture.Width - 1) / w, (picture.Height - 1) / h));
        w *= scale;
        h *= scale;
        var x = Math.Clamp(box.CentreX - (w / 2), 0, picture.Width - 1 - w);
        var y = Math.Clamp(box.CentreY - (h / 2), 0, picture.Height - 1 - h);
        using var part = new Mat(picture, new Rect((int)x, (int)y, (int)w, (int)h));
        using var blob = CvDnn.BlobFromImage(part, 1, new Size(128, 128), default, swapRB: false, crop: false);
        _liveness.SetInput(blob);
        using var output = _liveness.Forward();
        var logits = Floats(output);
        var most = MathF.Max(logits[0], MathF.Max(logits[1], logits[2]));
        return MathF.Exp(logits[0] - most) / (MathF.Exp(logits[0] - most) + MathF.Exp(logits[1] - most) + MathF.Exp(logits[2] - most));
    }

    internal static Mat Warp(Mat picture, in FaceAlignment alignment)
    {
        var m = alignment.ToFace;
        using var matrix = Mat.FromPixelData(2, 3, MatType.CV_32FC1, new[] { m.M11, m.M21, m.M31, m.M12, m.M22, m.M32 });
        var face = new Mat();
        Cv2.WarpAffine(picture, face, matrix, new Size(112, 112));
        return face;
    }

    /// <summary>Unit-length row of 512 floats.</summary>
    internal Mat Embed(Mat face)
    {
        using var blob = CvDnn.BlobFromImage(face, 1 / 128.0, default, new Scalar(127, 127, 127), swapRB: false, crop: false);
        _embedder.SetInput(blob);
        using var output = _embedder.Forward();
        var unit = new Mat();
        Cv2.Normalize(output, unit);
        return unit;
    }

    internal static double Match(Mat gallery, Mat probe)
    {
        using var scores = new Mat();
        using var row = probe.Reshape(1, 1);
        Cv2.Gemm(gallery, row, 1, new Mat(), 0, scores, GemmFlags.B_T);
        Cv2.MinMaxLoc(scores, out _, out double best);
        return best;
    }

    public void Dispose()
    {
        _detector.Dispose();
        _landmarks.Dispose();
        _embedder.Dispose();
        _liveness.Dispose();
    }

    internal static unsafe ReadOnlySpan<float> Floats(Mat mat) => new((void*)mat.Data, checked((int)mat.Total()));

    private static Network Open(string directory, string file)
    {
        var net = CvDnn.ReadNetFromOnnx(Path.Combine(directory, file)) ?? throw new InvalidOperationException($"OpenCV's dnn cannot load {file}.");
        net.SetPreferableBackend(Backend.OPENCV);
        net.SetPreferableTarget(Target.CPU);
        return net;
    }
}
