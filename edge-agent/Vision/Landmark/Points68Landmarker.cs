using System.Numerics;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Runtime;

namespace Devices.Edge.Vision.Landmark;

/// <summary>
/// 68 points of the iBUG 300-W scheme from a grey crop of the detection box, reduced to the five of alignment:
/// eyes from their four lid points, the nose tip, the mouth's two corners (inner and outer averaged).
/// </summary>
internal sealed class Points68Landmarker : IDisposable
{
    private readonly OnnxBinding _binding;
    private readonly FrameResizer _resizer;
    private readonly float[] _output;
    private readonly float _cropScale;

    internal Points68Landmarker(OnnxModel model, LandmarkSpec spec)
    {
        var input = spec.Input!;
        _cropScale = spec.CropScale;
        _binding = new OnnxBinding(model, input);
        _resizer = new FrameResizer(input.Width, input.Height, input.Norm(), input.Resample);
        _output = _binding.SingleOutput(136);
    }

    /// <summary>Five points in picture pixels. The crop is the box cut to the picture and rounded to whole pixels.</summary>
    internal FivePoints Locate(RgbFrame frame, in FaceBox box)
    {
        var crop = _cropScale == 1f ? box : box.Scale(_cropScale);
        var left = MathF.Floor(Math.Clamp(crop.X, 0, frame.Width - 2));
        var top = MathF.Floor(Math.Clamp(crop.Y, 0, frame.Height - 2));
        var width = MathF.Floor(Math.Clamp(crop.Right, left + 2, frame.Width)) - left;
        var height = MathF.Floor(Math.Clamp(crop.Bottom, top + 2, frame.Height)) - top;
        _resizer.Resize(frame, left, top, width, height, _binding.Input);
        _binding.Run();
        var origin = new Vector2(left, top);
        var size = new Vector2(width, height);
        return new FivePoints(
            origin + (size * Mean(37, 38, 40, 41)),
            origin + (size * Mean(43, 44, 46, 47)),
            origin + (size * At(30)),
            origin + (size * ((At(48) + At(60)) / 2)),
            origin + (size * ((At(54) + At(64)) / 2)));
    }

    public void Dispose() => _binding.Dispose();

    private Vector2 At(int point) => new(_output[point * 2], _output[(point * 2) + 1]);

    private Vector2 Mean(int a, int b, int c, int d) => (At(a) + At(b) + At(c) + At(d)) / 4;
}
