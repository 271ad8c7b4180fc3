using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Runtime;

namespace Devices.Edge.Vision.Detect;

/// <summary>
/// Ultra-Light-Fast-Generic-Face-Detector RFB (Linzaer, MIT). The frame is stretched to the model's input; outputs
/// are <c>scores</c> 1×N×2 (background, face) and <c>boxes</c> 1×N×4 (x1 y1 x2 y2, 0..1).
/// </summary>
internal sealed class RfbDetector : IFaceDetector
{
    private readonly OnnxBinding _binding;
    private readonly FrameResizer _resizer;
    private readonly float[] _scores;
    private readonly float[] _boxes;
    private readonly DetectedFace[] _candidates;
    private readonly DetectorSpec _spec;

    internal RfbDetector(OnnxModel model, DetectorSpec spec)
    {
        _spec = spec;
        _binding = new OnnxBinding(model, spec.Input);
        _resizer = new FrameResizer(spec.Input.Width, spec.Input.Height, spec.Input.Norm(), spec.Input.Resample);
        _scores = _binding.Output("scores");
        _boxes = _binding.Output("boxes");
        if (_scores.Length * 2 != _boxes.Length)
        {
            throw new ModelShapeException($"{model.Name} gives {_scores.Length} scores and {_boxes.Length} box values; twice as many were expected.");
        }

        _candidates = new DetectedFace[_scores.Length / 2];
    }

    public int Detect(RgbFrame frame, in FaceBox area, Span<DetectedFace> faces)
    {
        var source = DetectorSource.Of(frame, area, _spec.Input.Width, _spec.Input.Height, out var part);
        _resizer.Resize(source, part.X, part.Y, part.Width, part.Height, _binding.Input);
        _binding.Run();
        var found = 0;
        for (var i = 0; i < _candidates.Length; i++)
        {
            var score = _scores[(i * 2) + 1];
            if (score < _spec.MinimumScore)
            {
                continue;
            }

            var x = _boxes[i * 4] * area.Width;
            var y = _boxes[(i * 4) + 1] * area.Height;
            var box = new FaceBox(area.X + x, area.Y + y, (_boxes[(i * 4) + 2] * area.Width) - x, (_boxes[(i * 4) + 3] * area.Height) - y);
            if (box.Width > 1 && box.Height > 1)
            {
                _candidates[found++] = new DetectedFace(box, score);
            }
        }

        return NonMaximumSuppression.Select(_candidates.AsSpan(0, found), _spec.NmsIou, faces);
    }

    public void Dispose() => _binding.Dispose();
}
