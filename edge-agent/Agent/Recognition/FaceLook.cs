using Devices.Edge.Vision.Quality;

namespace Devices.Edge.Agent.Recognition;

/// <summary>How the camera sees faces: medians of the latest ones, and how many were past a limit. Numbers only; nobody can be told from them.</summary>
/// <param name="Faces">Faces in frames that these are of, 512 at most.</param>
/// <param name="Sharpness">Variance of the Laplacian of the aligned face: what the lens's focus and motion leave.</param>
/// <param name="Brightness">Mean luma, 0..255: what exposure and light give.</param>
/// <param name="BlurredPercent">Below the limit of sharpness.</param>
/// <param name="SharpnessLimit">Below it a face is refused as blurred.</param>
public sealed record FaceLookStatus(int Faces, float Sharpness, float Brightness, float Contrast, int BlurredPercent, int DarkPercent, int BrightPercent, float SharpnessLimit);

/// <summary>Keeps the numbers of the latest faces that were near enough to judge the camera by. Thread-safe.</summary>
public sealed class FaceLook
{
    private const int Kept = 512;
    private readonly Lock _gate = new();
    private readonly (float Sharpness, float Brightness, float Contrast)[] _ring = new (float, float, float)[Kept];
    private int _count;
    private int _next;

    public void Add(in FaceQuality quality, QualityLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        // A face that is far away is never sharp: it says nothing about the lens.
        if (quality.EyeDistance < limits.MinimumEyeDistance || quality.Contrast <= 0) return;
        lock (_gate)
        {
            _ring[_next] = (quality.Sharpness, quality.Brightness, quality.Contrast);
            _next = (_next + 1) % Kept;
            _count = Math.Min(_count + 1, Kept);
        }
    }

    /// <summary>Null before the first face.</summary>
    public FaceLookStatus? Status(QualityLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        (float Sharpness, float Brightness, float Contrast)[] seen;
        lock (_gate) seen = _ring[.._count];
        if (seen.Length == 0) return null;
        int Percent(Func<(float Sharpness, float Brightness, float Contrast), bool> past) => seen.Count(past) * 100 / seen.Length;
        return new(seen.Length, Median(seen.Select(s => s.Sharpness)), Median(seen.Select(s => s.Brightness)), Median(seen.Select(s => s.Contrast)),
            Percent(s => s.Sharpness < limits.MinimumSharpness), Percent(s => s.Brightness < limits.MinimumBrightness), Percent(s => s.Brightness > limits.MaximumBrightness), limits.MinimumSharpness);
    }

    private static float Median(IEnumerable<float> values)
    {
        float[] ordered = [.. values.Order()];
        return MathF.Round(ordered[ordered.Length / 2], 1);
    }
}
