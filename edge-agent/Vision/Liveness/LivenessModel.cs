using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Runtime;

namespace Devices.Edge.Vision.Liveness;

/// <summary>
/// Presentation-attack detection on one RGB frame (Silent-Face style: a crop wide enough to show a phone's edge or
/// a print's border). The score is the soft-max of the live class, 0..1.
/// </summary>
internal sealed class LivenessModel : IDisposable
{
    private readonly OnnxBinding _binding;
    private readonly FrameResizer _resizer;
    private readonly float[] _logits;
    private readonly LivenessSpec _spec;

    internal LivenessModel(OnnxModel model, LivenessSpec spec)
    {
        _spec = spec;
        _binding = new OnnxBinding(model, spec.Input);
        _resizer = new FrameResizer(spec.Input.Width, spec.Input.Height, spec.Input.Norm(), spec.Input.Resample);
        _logits = _binding.SingleOutput(spec.Classes);
    }

    internal OnnxBinding Binding => _binding;

    /// <summary>Crops the face, with what is around it, into the model's input.</summary>
    internal void Prepare(RgbFrame frame, in FaceBox face)
    {
        var crop = CropOf(face, frame.Width, frame.Height, _spec);
        var border = _spec.Border == "reflect" ? BorderFill.Reflect : BorderFill.Replicate;
        _resizer.Resize(frame, crop.X, crop.Y, crop.Width, crop.Height, _binding.Input, border);
    }

    /// <summary>The live class's share in what the last run gave.</summary>
    internal float Read()
    {
        var most = _logits[0];
        foreach (var logit in _logits)
        {
            most = MathF.Max(most, logit);
        }

        var sum = 0f;
        foreach (var logit in _logits)
        {
            sum += MathF.Exp(logit - most);
        }

        return MathF.Exp(_logits[_spec.LiveIndex] - most) / sum;
    }

    /// <summary>The crop in whole pixels: enlarged, then moved into the picture (and made smaller if it is larger than it).</summary>
    internal static FaceBox CropOf(in FaceBox face, int width, int height, LivenessSpec spec)
    {
        float w = face.Width, h = face.Height;
        if (spec.CropShape == "square")
        {
            w = h = MathF.Max(w, h);
        }

        var scale = spec.CropScale;
        if (spec.Border == "shift")
        {
            scale = MathF.Min(scale, MathF.Min((width - 1) / w, (height - 1) / h));
        }

        w *= scale;
        h *= scale;
        float x = face.CentreX - (w / 2), y = face.CentreY - (h / 2);
        if (spec.Border == "shift")
        {
            x = Math.Clamp(x, 0, MathF.Max(0, width - 1 - w));
            y = Math.Clamp(y, 0, MathF.Max(0, height - 1 - h));
        }

        return new FaceBox(MathF.Floor(x), MathF.Floor(y), MathF.Max(2, MathF.Floor(w)), MathF.Max(2, MathF.Floor(h)));
    }

    public void Dispose() => _binding.Dispose();
}
