using System.Numerics;
using System.Numerics.Tensors;

namespace Devices.Edge.Vision.Match.Scan;

/// <summary>
/// Symmetric quantisation of one row to signed bytes: x ≈ s·q with s = max|x|/127 and q in −127..127 (never −128, so
/// that no product of two rows overflows what the kernels add in 16 bits). The length of the remainder e = x − s·q is
/// measured for each row and not estimated; see <see cref="ScoreBound"/> for what it proves.
/// </summary>
internal static class Quantizer
{
    private const int Lane = 64;

    // Below this the step would be denormal; all of the row then counts as remainder.
    private const float Smallest = 1e-30f;

    // x/s is computed as x·(1/s): two roundings of values up to 127, twice that allowed for each.
    private const float RoundingPerValue = 3e-5f;

    // More than a sum of up to 65,536 squares in floats can lose.
    private const float RoundingOfSums = 1 + 4e-3f;

    internal static int StrideOf(int size) => (size + Lane - 1) / Lane * Lane;

    /// <summary>
    /// Fills <paramref name="values"/> (zeros behind the row's end); returns s and upper bounds of |e| and |x|.
    /// </summary>
    internal static (float Scale, float Error, float Norm) Quantize(ReadOnlySpan<float> row, Span<sbyte> values)
    {
        values.Clear();
        var largest = MathF.Abs(TensorPrimitives.MaxMagnitude(row));
        var root = MathF.Sqrt(row.Length);
        if (largest <= Smallest)
        {
            return (0, largest * root * RoundingOfSums, largest * root * RoundingOfSums);
        }

        var (scale, inverse) = (largest / 127, 127 / largest);
        var (lost, all) = (0f, 0f);
        var at = 0;
        if (Vector.IsHardwareAccelerated)
        {
            Vector<float> lostSquares = default, allSquares = default;
            for (; at + Vector<float>.Count <= row.Length; at += Vector<float>.Count)
            {
                var steps = new Vector<float>(row[at..]) * inverse;
                var whole = Vector.Max(Vector.Min(Vector.Round(steps), new Vector<float>(127)), new Vector<float>(-127));
                lostSquares += (steps - whole) * (steps - whole);
                allSquares += steps * steps;
                var q = Vector.ConvertToInt32(whole);
                for (var i = 0; i < Vector<int>.Count; i++)
                {
                    values[at + i] = (sbyte)q[i];
                }
            }

            (lost, all) = (Vector.Sum(lostSquares), Vector.Sum(allSquares));
        }

        for (; at < row.Length; at++)
        {
            var steps = row[at] * inverse;
            var whole = Math.Clamp(MathF.Round(steps), -127, 127);
            lost += (steps - whole) * (steps - whole);
            all += steps * steps;
            values[at] = (sbyte)whole;
        }

        return (scale, Length(lost), Length(all));

        float Length(float squares) => scale * ((MathF.Sqrt(squares) * RoundingOfSums) + (root * RoundingPerValue));
    }
}
