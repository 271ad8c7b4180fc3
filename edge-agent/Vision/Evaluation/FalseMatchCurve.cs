namespace Devices.Edge.Vision.Evaluation;

/// <summary>Thresholds of counted false match rates, also when persons are drawn anew.</summary>
internal static class FalseMatchCurve
{
    /// <summary>
    /// Impostor comparisons when person i counts w(i) times: Σ w(a)n(a)w(b)n(b) over a &lt; b. A person drawn twice is not
    /// compared with their own copy.
    /// </summary>
    internal static double Comparisons(IReadOnlyList<int> picturesOf, int[] weights)
    {
        double sum = 0, squares = 0;
        for (var p = 0; p < weights.Length; p++)
        {
            var own = (double)weights[p] * picturesOf[p];
            sum += own;
            squares += own * own;
        }

        return ((sum * sum) - squares) / 2;
    }

    /// <summary>The threshold at which each rate (falling) is just kept; NaN where too few scores were kept to say.</summary>
    internal static double[] Thresholds(PairScores scores, IReadOnlyList<double> rates, int[] weights)
    {
        var comparisons = Comparisons(scores.PicturesOf, weights);
        var thresholds = new double[rates.Count];
        Array.Fill(thresholds, double.NaN);

        // From the rarest rate on, walking down the scores once.
        var next = rates.Count - 1;
        double matched = 0;
        foreach (var e in scores.Highest)
        {
            matched += (double)weights[e.PersonA] * weights[e.PersonB];
            while (next >= 0 && matched > rates[next] * comparisons)
            {
                thresholds[next--] = MathF.BitIncrement(e.Score);
            }

            if (next < 0)
            {
                break;
            }
        }

        return thresholds;
    }
}
