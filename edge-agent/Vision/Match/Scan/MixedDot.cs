using System.Numerics;

namespace Devices.Edge.Vision.Match.Scan;

/// <summary>A row of bytes with the probe in floats: half the bound of bytes with bytes, for the few rows that came near.</summary>
internal static unsafe class MixedDot
{
    /// <param name="probe">Padded with zeros to a multiple of 64.</param>
    internal static float Of(sbyte* row, ReadOnlySpan<float> probe)
    {
        Vector<float> a = default, b = default;
        fixed (float* p = probe)
        {
            var lanes = Vector<float>.Count;
            for (var i = 0; i < probe.Length; i += Vector<sbyte>.Count)
            {
                Vector.Widen(Vector.Load(row + i), out Vector<short> low, out Vector<short> high);
                Vector.Widen(low, out var w0, out var w1);
                Vector.Widen(high, out var w2, out var w3);
                a += Vector.ConvertToSingle(w0) * Vector.Load(p + i);
                b += Vector.ConvertToSingle(w1) * Vector.Load(p + i + lanes);
                a += Vector.ConvertToSingle(w2) * Vector.Load(p + i + (2 * lanes));
                b += Vector.ConvertToSingle(w3) * Vector.Load(p + i + (3 * lanes));
            }
        }

        return Vector.Sum(a + b);
    }
}
