using System.Numerics;
using Devices.Edge.Vision.Align;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Runtime;

namespace Devices.Edge.Vision.Liveness;

/// <summary>
/// Whether the eyes of an aligned face are closed. Run only while somebody is asked to close them, so that no other frame pays for
/// it. For one thread at a time.
/// </summary>
internal sealed class EyeModel : IDisposable
{
    // The eyes' centres in the aligned face (FaceAlignment's reference points).
    private static readonly Vector2 LeftEye = new(38.3f, 51.6f);
    private static readonly Vector2 RightEye = new(73.5f, 51.6f);

    private readonly OnnxBinding _binding;
    private readonly EyeSpec _spec;
    private readonly PixelNorm _norm;
    private readonly float[] _sides;
    private readonly float[] _logits;
    private readonly float[] _pixels;

    internal EyeModel(OnnxModel model, EyeSpec spec)
    {
        _spec = spec;
        _sides = [.. spec.Sides];
        _norm = spec.Input.Norm();
        _binding = new OnnxBinding(model, spec.Input);
        _logits = _binding.SingleOutput(2);
        _pixels = new float[spec.Input.Width * spec.Input.Height * 4];
    }

    internal EyeLook Look(RgbFrame frame, in FaceAlignment alignment) => new(Eye(frame, alignment, LeftEye), Eye(frame, alignment, RightEye));

    public void Dispose() => _binding.Dispose();

    private float Eye(RgbFrame frame, in FaceAlignment alignment, Vector2 centre)
    {
        int width = _spec.Input.Width, height = _spec.Input.Height;
        var sum = 0f;
        foreach (var side in _sides)
        {
            var toFace = Matrix3x2.CreateScale(side / width, side / height) * Matrix3x2.CreateTranslation(centre - new Vector2(side / 2));
            FrameWarper.Sample(frame, toFace * alignment.ToPicture, width, height, _pixels);
            _norm.WriteRow(_pixels, _binding.Input, 0, width * height);
            Standardise(_binding.Input, _spec.Level, _spec.Spread);
            _binding.Run();

            // A saturated answer must not outvote the other crops.
            sum += Math.Clamp(_logits[_spec.ClosedIndex] - _logits[1 - _spec.ClosedIndex], -7, 7);
        }

        return sum / _sides.Length;
    }

    private static void Standardise(Span<float> crop, float level, float spread)
    {
        float sum = 0, squares = 0;
        foreach (var value in crop)
        {
            sum += value;
            squares += value * value;
        }

        var mean = sum / crop.Length;
        var scale = spread / MathF.Max(1e-3f, MathF.Sqrt(MathF.Max(0, (squares / crop.Length) - (mean * mean))));
        foreach (ref var value in crop)
        {
            value = Math.Clamp(((value - mean) * scale) + level, 0, 1);
        }
    }
}
