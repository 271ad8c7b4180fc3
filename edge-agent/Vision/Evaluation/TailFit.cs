namespace Devices.Edge.Vision.Evaluation;

/// <summary>
/// A generalised Pareto distribution fitted to the highest impostor scores (peaks over threshold; Coles 2001, ch. 4).
/// Of several thresholds u the lowest is taken at which the Anderson–Darling test does not object (p of at least 0.1,
/// by parametric bootstrap), so that the fit rests on as many scores as it describes.
/// </summary>
public sealed record TailFit
{
    /// <summary>Fewest scores that are fitted.</summary>
    public const int FewestExceedances = 200;

    /// <summary>Widest 95 % interval of a threshold (cosine) that is still called supported.</summary>
    public const double WidestInterval = 0.1;

    private const int GoodnessReplicates = 200, IntervalReplicates = 300;
    private static readonly double[] Shares = [3e-4, 1e-4, 3e-5, 1e-5];

    /// <summary>u: scores above it were fitted.</summary>
    public required double Above { get; init; }

    /// <summary>Share of the impostor comparisons above u.</summary>
    public required double Rate { get; init; }

    public required int Exceedances { get; init; }

    public required double Shape { get; init; }

    public required Interval ShapeInterval { get; init; }

    public required double Scale { get; init; }

    public required Interval ScaleInterval { get; init; }

    /// <summary>The shape by probability-weighted moments, as a check of the maximum likelihood.</summary>
    public required double ShapeByMoments { get; init; }

    public required double AndersonDarling { get; init; }

    /// <summary>How often scores drawn from the fit fit worse. It takes the scores for independent, which pairs are not.</summary>
    public required double GoodnessP { get; init; }

    public required double KolmogorovSmirnov { get; init; }

    /// <summary>Correlation of the scores with the fit's quantiles (QQ); 1 is a straight line.</summary>
    public required double QqCorrelation { get; init; }

    /// <summary>Thresholds at the wanted rates, with their intervals.</summary>
    public required IReadOnlyList<TailPoint> Points { get; init; }

    /// <summary>The fit as a distribution of the excess over u.</summary>
    internal GeneralisedPareto Distribution => new(Shape, Scale);

    /// <summary>Rate at which the fit exceeds a score.</summary>
    public double RateAt(double score) => Rate * Distribution.Survival(score - Above);

    /// <summary>The score that a share (0..1) of the fitted scores exceeds.</summary>
    public double ScoreExceededBy(double share) => Above + Distribution.Quantile(share);

    /// <summary>Fits; null where too few scores stand in the tail.</summary>
    /// <param name="rates">FMRs for which thresholds are wanted; those that are not rarer than the fitted share are left out.</param>
    public static TailFit? Of(PairScores scores, IReadOnlyList<double> rates, int seed, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scores);
        (GeneralisedPareto Fit, double[] Excesses, double Above, double Ad, double P)? chosen = null;
        foreach (var share in Shares)
        {
            var count = (int)Math.Min(scores.Highest.Count - 1, share * scores.Impostor.Count);
            if (count < FewestExceedances)
            {
                break;
            }

            double above = scores.Highest[count].Score;
            double[] excesses = [.. scores.Highest.Take(count).Select(e => e.Score - above).Order()];
            var fit = GeneralisedPareto.ByLikelihood(excesses);
            var ad = AndersonDarlingOf(excesses, fit);
            var p = PValue(fit, count, ad, seed, cancellationToken);
            if (chosen is null || p > chosen.Value.P)
            {
                chosen = (fit, excesses, above, ad, p);
            }

            if (p >= 0.1)
            {
                break;
            }
        }

        if (chosen is not { } best)
        {
            return null;
        }

        var n = best.Excesses.Length;
        var rate = (double)n / scores.Impostor.Count;
        double[] wanted = [.. rates.Where(r => r < rate)];
        var rows = Replicates(scores, n, best.Above, wanted, seed, cancellationToken);
        return new TailFit
        {
            Above = best.Above,
            Rate = rate,
            Exceedances = n,
            Shape = best.Fit.Shape,
            ShapeInterval = PersonBootstrap.Interval(rows, 0),
            Scale = best.Fit.Scale,
            ScaleInterval = PersonBootstrap.Interval(rows, 1),
            ShapeByMoments = GeneralisedPareto.ByMoments(best.Excesses).Shape,
            AndersonDarling = best.Ad,
            GoodnessP = best.P,
            KolmogorovSmirnov = KolmogorovSmirnovOf(best.Excesses, best.Fit),
            QqCorrelation = Qq(best.Excesses, best.Fit),
            Points = [.. wanted.Select((r, i) => new TailPoint(r, best.Above + best.Fit.Quantile(r / rate), PersonBootstrap.Interval(rows, i + 2)))],
        };
    }

    // Persons drawn anew, the fit made anew: shape, scale, and a threshold for each rate.
    private static double[][] Replicates(PairScores scores, int count, double above, double[] rates, int seed, CancellationToken cancellationToken)
    {
        Exceedance[] tail = [.. scores.Highest.Take(count)];
        var excesses = Array.ConvertAll(tail, e => e.Score - above);
        return PersonBootstrap.Run(scores.PicturesOf.Count, seed, weights =>
        {
            var own = Array.ConvertAll(tail, e => (double)weights[e.PersonA] * weights[e.PersonB]);
            var row = new double[rates.Length + 2];
            var sum = own.Sum();
            if (own.Count(w => w > 0) < FewestExceedances / 4)
            {
                Array.Fill(row, double.NaN);
                return row;
            }

            var fit = GeneralisedPareto.ByLikelihood(excesses, own);
            (row[0], row[1]) = (fit.Shape, fit.Scale);
            var rate = sum / FalseMatchCurve.Comparisons(scores.PicturesOf, weights);
            for (var i = 0; i < rates.Length; i++)
            {
                row[i + 2] = above + Math.Max(0, fit.Quantile(rates[i] / rate));
            }

            return row;
        }, IntervalReplicates, cancellationToken);
    }

    private static double PValue(GeneralisedPareto fit, int count, double found, int seed, CancellationToken cancellationToken)
    {
        var worse = 0;
        Parallel.For(0, GoodnessReplicates, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken }, r =>
        {
#pragma warning disable CA5394 // A fixed seed: the same report on every machine.
            var random = new Random(unchecked((seed * 31) ^ (r * 7919)));
            var drawn = new double[count];
            for (var i = 0; i < count; i++)
            {
                drawn[i] = fit.Quantile(1 - random.NextDouble());
            }
#pragma warning restore CA5394

            Array.Sort(drawn);
            if (AndersonDarlingOf(drawn, GeneralisedPareto.ByLikelihood(drawn)) >= found)
            {
                Interlocked.Increment(ref worse);
            }
        });
        return (double)worse / GoodnessReplicates;
    }

    /// <summary>A² (Anderson and Darling 1952), which weighs the ends more than Kolmogorov–Smirnov does.</summary>
    internal static double AndersonDarlingOf(double[] sorted, GeneralisedPareto fit)
    {
        double sum = 0;
        var n = sorted.Length;
        for (var i = 0; i < n; i++)
        {
            var below = Math.Clamp(1 - fit.Survival(sorted[i]), 1e-12, 1);
            var above = Math.Clamp(fit.Survival(sorted[n - 1 - i]), 1e-12, 1);
            sum += ((2 * i) + 1) * (Math.Log(below) + Math.Log(above));
        }

        return -n - (sum / n);
    }

    private static double KolmogorovSmirnovOf(double[] sorted, GeneralisedPareto fit)
    {
        double largest = 0;
        for (var i = 0; i < sorted.Length; i++)
        {
            var below = 1 - fit.Survival(sorted[i]);
            largest = Math.Max(largest, Math.Max(below - ((double)i / sorted.Length), ((i + 1.0) / sorted.Length) - below));
        }

        return largest;
    }

    private static double Qq(double[] sorted, GeneralisedPareto fit)
    {
        var n = sorted.Length;
        double[] wanted = [.. Enumerable.Range(0, n).Select(i => fit.Quantile(1 - ((i + 0.5) / n)))];
        double a = sorted.Average(), b = wanted.Average(), ab = 0, aa = 0, bb = 0;
        for (var i = 0; i < n; i++)
        {
            ab += (sorted[i] - a) * (wanted[i] - b);
            aa += (sorted[i] - a) * (sorted[i] - a);
            bb += (wanted[i] - b) * (wanted[i] - b);
        }

        return ab / Math.Sqrt(aa * bb);
    }
}
