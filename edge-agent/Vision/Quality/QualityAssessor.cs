using System.Numerics;
using Devices.Edge.Vision.Align;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Packs;

namespace Devices.Edge.Vision.Quality;

/// <summary>Measures one face by its geometry and by its aligned luma. For one thread at a time; allocates nothing after construction.</summary>
public sealed class QualityAssessor
{
    private const int Side = FaceAlignment.Side;

    // The middle of the aligned face: skin, eyes and mouth, without hair and background.
    private const int Low = 20;
    private const int High = 92;

    // Where a chin lies in the aligned face: as far below the mouth as six tenths of the way from eyes to mouth.
    private const int ChinRow = 116;

    private static readonly PixelNorm Grey = new(ChannelOrder.Grey, [0f], [1f]);

    private readonly float[] _luma = new float[Side * Side];
    private readonly float[] _pixels = new float[Side * Side * 4];
    private RgbFrame? _frame;
    private FaceAlignment _alignment;

    /// <summary>Luma of the face assessed last, aligned to 112×112, row-major 0..255; valid until the next assessment.</summary>
    public ReadOnlySpan<float> AlignedLuma => _luma;

    /// <summary>
    /// The face assessed last as aligned pixels (R, G, B, nothing; 0..255), where it was this one: what comes next need not warp
    /// it again. Empty for any other face.
    /// </summary>
    internal ReadOnlySpan<float> AlignedPixels(RgbFrame frame, in FaceAlignment alignment) =>
        ReferenceEquals(_frame, frame) && _alignment == alignment ? _pixels : default;

    /// <summary>Holds no frame any longer: its pixels may change, or be another's.</summary>
    internal void Forget() => _frame = null;

    /// <param name="alignment">Null when the points coincide, which is not a face.</param>
    public FaceQuality Assess(RgbFrame frame, in FaceBox box, float detectionScore, in FivePoints points, in FaceAlignment? alignment, QualityLimits limits)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentNullException.ThrowIfNull(limits);
        if (alignment is not { } aligned)
        {
            return new FaceQuality(QualityReason.NotAFace, 0, points.EyeDistance, float.PositiveInfinity, 0, 0, 0, 0, 0, 0);
        }

        var (yaw, pitch, roll) = Pose(points);
        FrameWarper.Sample(frame, aligned.ToPicture, Side, Side, _pixels);
        Grey.WriteRow(_pixels, _luma, 0, _luma.Length);
        (_frame, _alignment) = (frame, aligned);
        var (brightness, contrast, sharpness) = Texture();
        var measured = new FaceQuality(QualityReason.Good, 0, points.EyeDistance, aligned.Residual, yaw, pitch, roll, brightness, contrast, sharpness)
        {
            EyeTexture = MathF.Min(Gradient(24, 43, 52, 60), Gradient(60, 43, 88, 60)) / MathF.Max(1, contrast),
            ChinOut = IsOutside(Vector2.Transform(new Vector2(Side / 2f, ChinRow), aligned.ToPicture), frame),
            MouthTexture = Gradient(38, 82, 74, 102) / MathF.Max(1, contrast),
        };
        var reason = Judge(measured, aligned, frame, box, limits);
        if (reason != QualityReason.Good)
        {
            return measured with { Reason = reason };
        }

        var score = detectionScore
            * MathF.Min(1, points.EyeDistance / 60)
            * MathF.Min(1, 0.3f + (sharpness / 200))
            * (1 - (0.8f * MathF.Min(1, MathF.Abs(yaw) / limits.MaximumYaw)))
            * (1 - (0.5f * MathF.Min(1, aligned.Residual / limits.MaximumResidual)));
        return measured with { Score = Math.Clamp(score, 0.01f, 1) };
    }

    private static QualityReason Judge(in FaceQuality q, in FaceAlignment aligned, RgbFrame frame, in FaceBox box, QualityLimits limits)
    {
        // Far first: every other measure of a tiny face is noise.
        if (q.EyeDistance < limits.MinimumEyeDistance)
        {
            return QualityReason.TooSmall;
        }

        if (q.Residual > limits.MaximumResidual || q.EyeDistance < box.Width * 0.12f || q.Pitch is < 0.05f or > 1.2f)
        {
            return QualityReason.NotAFace;
        }

        if (Outside(aligned.ToPicture, frame) > limits.MaximumOutside)
        {
            return QualityReason.CutOff;
        }

        if (MathF.Abs(q.Roll) > limits.MaximumRoll)
        {
            return QualityReason.Tilted;
        }

        if (MathF.Abs(q.Yaw) > limits.MaximumYaw || q.Pitch < limits.MinimumPitch || q.Pitch > limits.MaximumPitch)
        {
            return QualityReason.Turned;
        }

        return q.Brightness < limits.MinimumBrightness ? QualityReason.TooDark
            : q.Brightness > limits.MaximumBrightness ? QualityReason.TooBright
            : q.Contrast < limits.MinimumContrast ? QualityReason.LowContrast
            : q.Sharpness < limits.MinimumSharpness ? QualityReason.Blurred
            : q.EyeTexture < limits.MinimumEyeTexture || q.MouthTexture < limits.MinimumMouthTexture ? QualityReason.Covered
            : QualityReason.Good;
    }

    // Detectors draw the box inside the picture even when half of the face is not: what tells is where the aligned
    // face's brows to chin would lie. Share of a 9×9 grid outside the picture; a missing forehead does no harm.
    private static float Outside(in Matrix3x2 toPicture, RgbFrame frame)
    {
        var outside = 0;
        for (var j = 0; j < 9; j++)
        {
            for (var i = 0; i < 9; i++)
            {
                var at = Vector2.Transform(new Vector2(Low + (i * (High - Low) / 8f), 40 + (j * 7.5f)), toPicture);
                outside += IsOutside(at, frame) ? 1 : 0;
            }
        }

        return outside / 81f;
    }

    private static bool IsOutside(Vector2 at, RgbFrame frame) => !(at.X >= 0 && at.Y >= 0 && at.X < frame.Width && at.Y < frame.Height);

    private static (float Yaw, float Pitch, float Roll) Pose(in FivePoints p)
    {
        var eyes = p.RightEye - p.LeftEye;
        var distance = MathF.Max(eyes.Length(), 1e-3f);
        var across = eyes / distance;
        var down = new Vector2(-across.Y, across.X);
        var nose = p.Nose - p.EyeCentre;
        var mouth = Vector2.Dot(p.MouthCentre - p.EyeCentre, down);

        // The face's middle line runs from between the eyes to between the mouth's corners.
        var middle = Vector2.Dot(p.MouthCentre - p.EyeCentre, across) * 0.5f;
        var yaw = (Vector2.Dot(nose, across) - middle) / distance;
        var pitch = mouth > 1e-3f ? Vector2.Dot(nose, down) / mouth : -1;
        return (yaw, pitch, MathF.Atan2(eyes.Y, eyes.X) * 180 / MathF.PI);
    }

    // Root mean square of central differences over a part of the aligned face.
    private float Gradient(int left, int top, int right, int bottom)
    {
        var sum = 0f;
        for (var y = top; y < bottom; y++)
        {
            for (var x = left; x < right; x++)
            {
                var at = (y * Side) + x;
                float across = _luma[at + 1] - _luma[at - 1], down = _luma[at + Side] - _luma[at - Side];
                sum += (across * across) + (down * down);
            }
        }

        return MathF.Sqrt(sum / ((right - left) * (bottom - top))) / 2;
    }

    private (float Brightness, float Contrast, float Sharpness) Texture()
    {
        float sum = 0, squares = 0, laplace = 0, laplaceSquares = 0;
        const int Count = (High - Low) * (High - Low);
        for (var y = Low; y < High; y++)
        {
            var at = (y * Side) + Low;
            for (var x = Low; x < High; x++, at++)
            {
                var value = _luma[at];
                sum += value;
                squares += value * value;
                var l = _luma[at - 1] + _luma[at + 1] + _luma[at - Side] + _luma[at + Side] - (4 * value);
                laplace += l;
                laplaceSquares += l * l;
            }
        }

        float mean = sum / Count, laplaceMean = laplace / Count;
        return (mean, MathF.Sqrt(MathF.Max(0, (squares / Count) - (mean * mean))), (laplaceSquares / Count) - (laplaceMean * laplaceMean));
    }
}
