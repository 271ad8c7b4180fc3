using System.Numerics;
using Devices.Edge.Vision.Align;

namespace Devices.Edge.Vision.Liveness;

/// <summary>
/// Follows one face for motion that no flat picture makes, and for a picture that does not change at all. The first
/// usable frame is the key; later ones are registered onto it by <see cref="PlaneFit"/>. The second largest
/// displacement counts, so that one damaged frame proves nothing. Once proven it stays so for the track and costs nothing.
/// </summary>
internal sealed class MotionCue
{
    private const int Side = PlaneFit.Side;

    // Grey levels between frames: a sensor's noise alone makes ten times as much.
    private const float Still = 0.05f;

    private readonly PlaneFit _fit = new();
    private readonly float[] _last = new float[Side * Side];
    private readonly float[] _smooth = new float[Side * Side];
    private readonly float _proof;
    private bool _keyed;
    private int _unchanged;
    private float _largest;

    internal MotionCue(float proof) => _proof = proof;

    /// <summary>Frames looked at.</summary>
    internal int Seen { get; private set; }

    /// <summary>The evidence, pixels of the aligned face.</summary>
    internal float Displacement { get; private set; }

    internal bool IsProven => Displacement >= _proof;

    /// <summary>Nearly every frame equalled the one before it.</summary>
    internal bool IsFrozen => Seen >= 4 && _unchanged >= 0.8f * (Seen - 1);

    internal void Forget()
    {
        _keyed = false;
        Seen = _unchanged = 0;
        _largest = Displacement = 0;
    }

    /// <param name="luma">The aligned face, 112×112, 0..255.</param>
    internal void Observe(ReadOnlySpan<float> luma, in FaceAlignment alignment, int width, int height)
    {
        if (IsProven || !Inside(alignment.ToPicture, width, height))
        {
            return;
        }

        if (Seen > 0 && MeanDifference(luma, _last) < Still)
        {
            _unchanged++;
        }

        Seen++;
        luma.CopyTo(_last);
        PlaneFit.Smooth(luma, _smooth);
        if (_keyed && _fit.Measure(_smooth) is { } displacement)
        {
            Displacement = MathF.Max(Displacement, MathF.Min(_largest, displacement));
            _largest = MathF.Max(_largest, displacement);
            return;
        }

        // The first frame, or one that turned too far from the key to be compared with it.
        _fit.SetKey(_smooth);
        _keyed = true;
    }

    // What lies outside the picture is black in the aligned face and would move on its own.
    private static bool Inside(in Matrix3x2 toPicture, int width, int height)
    {
        foreach (var corner in (ReadOnlySpan<Vector2>)[new(19, 31), new(93, 31), new(19, 97), new(93, 97)])
        {
            var at = Vector2.Transform(corner, toPicture);
            if (!(at.X >= 0 && at.Y >= 0 && at.X < width - 1 && at.Y < height - 1))
            {
                return false;
            }
        }

        return true;
    }

    private static float MeanDifference(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0f;
        for (var i = 0; i < a.Length; i += 3)
        {
            sum += MathF.Abs(a[i] - b[i]);
        }

        return sum * 3 / a.Length;
    }
}
