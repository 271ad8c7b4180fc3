namespace Devices.Edge.Vision.Match.Scan;

/// <summary>
/// Symmetric quantisation of one row to signed bytes: x ≈ s·q with s = max|x|/127 and q in −127..127 (never −128, so
/// that no product of two rows overflows what the kernels add in 16 bits). The length of the remainder e = x − s·q is
/// kept with each row, measured and not estimated; see <see cref="ScoreBound"/> for what it proves.
/// </summary>
internal static class Quantizer
{
    private const int Lane = 64;

    internal static int StrideOf(int size) => (size + Lane - 1) / Lane * Lane;

    /// <summary>Fills <paramref name="values"/> (zeros behind the row's end); returns s and an upper bound of |e|.</summary>
    internal static (float Scale, float Error) Quantize(ReadOnlySpan<float> row, Span<sbyte> values)
    {
        var largest = 0f;
        foreach (var value in row)
        {
            largest = MathF.Max(largest, MathF.Abs(value));
        }

        values.Clear();

        // Below this the scale would be denormal and the division worthless; all of the row then counts as remainder.
        var scale = largest > 1e-30f ? largest / 127 : 0;
        var squares = 0.0;
        for (var i = 0; i < row.Length; i++)
        {
            var q = scale > 0 ? Math.Clamp((int)MathF.Round(row[i] / scale), -127, 127) : 0;
            values[i] = (sbyte)q;
            var rest = row[i] - ((double)scale * q);
            squares += rest * rest;
        }

        return (scale, MathF.BitIncrement((float)(Math.Sqrt(squares) * (1 + 1e-9))));
    }
}
