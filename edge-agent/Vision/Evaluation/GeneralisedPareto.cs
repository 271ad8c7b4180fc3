namespace Devices.Edge.Vision.Evaluation;

/// <summary>
/// Distribution of the excess x ≥ 0 over a high threshold: P(X &gt; x) = (1 + ξx/σ)^(−1/ξ) (Pickands 1975; Balkema and
/// de Haan 1974). Shape ξ &lt; 0 has an upper end at −σ/ξ; ξ = 0 is exponential.
/// </summary>
public readonly record struct GeneralisedPareto(double Shape, double Scale)
{
    // Below this the exponential limit is exact to double precision and the general form is not.
    private const double Exponential = 1e-9;

    /// <summary>P(X &gt; excess).</summary>
    public double Survival(double excess)
    {
        if (excess <= 0)
        {
            return 1;
        }

        if (Math.Abs(Shape) < Exponential)
        {
            return Math.Exp(-excess / Scale);
        }

        var inner = 1 + (Shape * excess / Scale);
        return inner <= 0 ? 0 : Math.Pow(inner, -1 / Shape);
    }

    /// <summary>The excess that is exceeded with a probability of 0..1.</summary>
    public double Quantile(double survival) => Math.Abs(Shape) < Exponential
        ? -Scale * Math.Log(survival)
        : Scale / Shape * (Math.Pow(survival, -Shape) - 1);

    /// <summary>
    /// Probability-weighted moments (Hosking and Wallis 1987): a closed form that never fails for ξ &lt; 1; used beside
    /// the maximum likelihood as a check.
    /// </summary>
    public static GeneralisedPareto ByMoments(ReadOnlySpan<double> excesses)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(excesses.Length, 2);
        var sorted = excesses.ToArray();
        Array.Sort(sorted);
        double mean = 0, weighted = 0;
        for (var i = 0; i < sorted.Length; i++)
        {
            mean += sorted[i] / sorted.Length;
            weighted += sorted[i] * (sorted.Length - 1 - i) / (sorted.Length - 1) / sorted.Length;
        }

        var shape = 2 - (mean / (mean - (2 * weighted)));
        return new GeneralisedPareto(shape, 2 * mean * weighted / (mean - (2 * weighted)));
    }

    /// <summary>
    /// Maximum likelihood by the profile over θ = ξ/σ (Davison 1984; Grimshaw 1993): for a given θ the best ξ is the
    /// mean of log(1 + θx), so one dimension is left, searched on a grid and refined. ξ is held at or above −0.5,
    /// below which the likelihood has no sensible maximum.
    /// </summary>
    /// <param name="excesses">All at or above 0, not all 0.</param>
    /// <param name="weights">How often each counts (for a bootstrap); empty means once each.</param>
    public static GeneralisedPareto ByLikelihood(ReadOnlySpan<double> excesses, ReadOnlySpan<double> weights = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(excesses.Length, 2);
        double sum = 0, total = 0, largest = 0;
        for (var i = 0; i < excesses.Length; i++)
        {
            var w = weights.IsEmpty ? 1 : weights[i];
            sum += w * excesses[i];
            total += w;
            largest = w > 0 ? Math.Max(largest, excesses[i]) : largest;
        }

        if (!(largest > 0))
        {
            throw new ArgumentException("At least one excess must lie above 0.", nameof(excesses));
        }

        var mean = sum / total;

        // θ = (e^t − 1)·k spans −1/largest (t → −∞) to far above 1/mean, densely around 0.
        const int Steps = 60;
        double best = 0, bestValue = Profile(excesses, weights, total, mean, 0);
        double Theta(double t) => t < 0 ? (Math.Exp(t) - 1) / largest : (Math.Exp(t) - 1) / mean;
        for (var i = 0; i <= Steps; i++)
        {
            var t = -6 + (10.0 * i / Steps);
            var value = Profile(excesses, weights, total, mean, Theta(t));
            if (value > bestValue)
            {
                (best, bestValue) = (t, value);
            }
        }

        // Golden section inside the two neighbours of the best grid point.
        const double Golden = 0.6180339887498949;
        double low = best - (10.0 / Steps), high = best + (10.0 / Steps);
        while (high - low > 1e-7)
        {
            double a = high - (Golden * (high - low)), b = low + (Golden * (high - low));
            if (Profile(excesses, weights, total, mean, Theta(a)) > Profile(excesses, weights, total, mean, Theta(b)))
            {
                high = b;
            }
            else
            {
                low = a;
            }
        }

        var theta = Theta((low + high) / 2);
        var shape = ShapeAt(excesses, weights, total, theta);
        return Math.Abs(theta * mean) < Exponential ? new GeneralisedPareto(0, mean) : new GeneralisedPareto(shape, shape / theta);
    }

    private static double ShapeAt(ReadOnlySpan<double> excesses, ReadOnlySpan<double> weights, double total, double theta)
    {
        double sum = 0;
        for (var i = 0; i < excesses.Length; i++)
        {
            var w = weights.IsEmpty ? 1 : weights[i];
            if (w > 0)
            {
                sum += w * Math.Log(1 + (theta * excesses[i]));
            }
        }

        return sum / total;
    }

    // Mean log-likelihood at θ with ξ at its best; −∞ outside what is allowed.
    private static double Profile(ReadOnlySpan<double> excesses, ReadOnlySpan<double> weights, double total, double mean, double theta)
    {
        if (Math.Abs(theta * mean) < Exponential)
        {
            return -Math.Log(mean) - 1;
        }

        var shape = ShapeAt(excesses, weights, total, theta);
        return shape >= -0.5 && shape / theta > 0 ? -Math.Log(shape / theta) - shape - 1 : double.NegativeInfinity;
    }
}
