namespace Devices.Edge.Vision.Match.Scan;

/// <summary>
/// How far a score from bytes can lie from the score that the float scan computes. With row x = s·q + e and probe
/// y = t·r + f, x·y − (s·q)·(t·r) = e·y + (s·q)·f, so by Cauchy and Schwarz
/// <code>|x·y − s·t·(q·r)| ≤ |e||y| + (|x| + |e|)|f| = |e|(|y| + |f|) + |x||f|</code>
/// and, with the probe left in floats, <code>|x·y − s·(q·y)| ≤ |e||y|</code>
/// |x| is at most 1.001, which the gallery checks. Neither side is computed in exact arithmetic: the float scan rounds
/// each of n products and sums, at most γ = n·u/(1 − n·u) of |x||y| with u = 2⁻²⁴ (Higham, Accuracy and Stability of
/// Numerical Algorithms, section 3.1), and the estimate rounds a few times more; <see cref="Rounding"/> holds three times
/// that. The bound is therefore one on the float scan's own result, not on an ideal one: a row whose upper bound lies
/// below the second person's lower bound cannot be the best or the second in that scan.
/// </summary>
internal readonly struct ScoreBound
{
    private const double LongestRow = 1.0011;
    private const double HalfUnit = 1.0 / (1 << 24);

    // What products too small for a float may lose, all together.
    private const double Underflow = 1e-38;

    private ScoreBound(double perError, double constant)
    {
        PerError = Up(perError);
        Constant = Up(constant);
    }

    /// <summary>Factor of the row's |e|.</summary>
    internal float PerError { get; }

    internal float Constant { get; }

    internal float Of(float rowError) => (rowError * PerError) + Constant;

    /// <summary>For scores of bytes with bytes.</summary>
    internal static ScoreBound Bytes(QuantizedProbe probe) =>
        new((double)probe.Norm + probe.Error, (LongestRow * probe.Error) + Rounding(probe));

    /// <summary>For scores of a row of bytes with the probe in floats.</summary>
    internal static ScoreBound Floats(QuantizedProbe probe) => new(probe.Norm, Rounding(probe));

    private static double Rounding(QuantizedProbe probe)
    {
        var n = (probe.Stride + 16) * HalfUnit;
        return (3 * (n / (1 - n)) * (LongestRow + 0.01) * ((double)probe.Norm + probe.Error)) + Underflow;
    }

    // The factors a little larger than they are, for the roundings of Of itself and of the comparison.
    private static float Up(double value) => MathF.BitIncrement((float)(value * (1 + 1e-6)));
}
