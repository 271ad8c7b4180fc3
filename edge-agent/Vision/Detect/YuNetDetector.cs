using System.Numerics;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Runtime;

namespace Devices.Edge.Vision.Detect;

/// <summary>
/// YuNet (Wu et al., Machine Intelligence Research 2023). The frame keeps its aspect, is put at the top left and
/// padded. Outputs cls/obj/bbox/kps at strides 8, 16, 32; score = √(cls·obj).
/// </summary>
internal sealed class YuNetDetector : IFaceDetector
{
    private static readonly int[] Strides = [8, 16, 32];

    private readonly OnnxBinding _binding;
    private readonly DetectorSpec _spec;
    private readonly Head[] _heads;
    private readonly DetectedFace[] _candidates;
    private readonly float[] _part;
    private readonly PixelNorm _norm;
    private FrameResizer? _resizer;
    private (int Width, int Height) _partSize;

    internal YuNetDetector(OnnxModel model, DetectorSpec spec)
    {
        _spec = spec;
        if (spec.Input.Width % 32 != 0 || spec.Input.Height % 32 != 0)
        {
            throw new ModelShapeException($"{model.Name} needs input sides in multiples of 32.");
        }

        _binding = new OnnxBinding(model, spec.Input);
        _norm = spec.Input.Norm();
        _heads = [.. Strides.Select(s => new Head(s, spec.Input.Width / s,
            _binding.Output($"cls_{s}"), _binding.Output($"obj_{s}"), _binding.Output($"bbox_{s}"), _binding.Output($"kps_{s}")))];
        _candidates = new DetectedFace[_heads.Sum(h => h.Cls.Length)];
        _part = new float[_binding.Input.Length];
    }

    public int Detect(RgbFrame frame, in FaceBox area, Span<DetectedFace> faces)
    {
        var scale = MathF.Min(_spec.Input.Width / area.Width, _spec.Input.Height / area.Height);
        Fill(frame, area, scale);
        _binding.Run();
        var found = 0;
        foreach (var head in _heads)
        {
            found = Decode(head, 1f / scale, found);
        }

        if (area.X != 0 || area.Y != 0)
        {
            var origin = new Vector2(area.X, area.Y);
            foreach (ref var face in _candidates.AsSpan(0, found))
            {
                var points = face.Points!.Value;
                face = face with
                {
                    Box = face.Box with { X = face.Box.X + area.X, Y = face.Box.Y + area.Y },
                    Points = new FivePoints(points.LeftEye + origin, points.RightEye + origin, points.Nose + origin, points.LeftMouth + origin, points.RightMouth + origin),
                };
            }
        }

        return NonMaximumSuppression.Select(_candidates.AsSpan(0, found), _spec.NmsIou, faces);
    }

    public void Dispose() => _binding.Dispose();

    private void Fill(RgbFrame frame, in FaceBox area, float scale)
    {
        int width = Math.Clamp((int)MathF.Round(area.Width * scale), 1, _spec.Input.Width);
        int height = Math.Clamp((int)MathF.Round(area.Height * scale), 1, _spec.Input.Height);
        if (_resizer is null || _partSize != (width, height))
        {
            _partSize = (width, height);
            _resizer = new FrameResizer(width, height, _norm, _spec.Input.Resample);
            _binding.Input.Clear();
        }

        var source = DetectorSource.Of(frame, area, width, height, out var part);
        _resizer.Resize(source, part.X, part.Y, part.Width, part.Height, _part);
        for (var plane = 0; plane < 3; plane++)
        {
            for (var y = 0; y < height; y++)
            {
                _part.AsSpan(((plane * height) + y) * width, width)
                    .CopyTo(_binding.Input[(((plane * _spec.Input.Height) + y) * _spec.Input.Width)..]);
            }
        }
    }

    private int Decode(Head head, float scale, int found)
    {
        for (var i = 0; i < head.Cls.Length; i++)
        {
            var score = MathF.Sqrt(Math.Clamp(head.Cls[i], 0, 1) * Math.Clamp(head.Obj[i], 0, 1));
            if (score < _spec.MinimumScore)
            {
                continue;
            }

            float column = i % head.Columns, row = i / head.Columns, stride = head.Stride;
            var box = head.Box.AsSpan(i * 4, 4);
            float width = MathF.Exp(box[2]) * stride, height = MathF.Exp(box[3]) * stride;
            float x = ((column + box[0]) * stride) - (width / 2), y = ((row + box[1]) * stride) - (height / 2);
            var points = new FivePoints(Point(head, i, 0, scale), Point(head, i, 1, scale), Point(head, i, 2, scale), Point(head, i, 3, scale), Point(head, i, 4, scale));
            _candidates[found++] = new DetectedFace(new FaceBox(x * scale, y * scale, width * scale, height * scale), score, points);
        }

        return found;
    }

    private static Vector2 Point(Head head, int i, int point, float scale)
    {
        var at = (i * 10) + (point * 2);
        return new Vector2((i % head.Columns) + head.Points[at], (i / head.Columns) + head.Points[at + 1]) * head.Stride * scale;
    }

    private sealed record Head(int Stride, int Columns, float[] Cls, float[] Obj, float[] Box, float[] Points);
}
