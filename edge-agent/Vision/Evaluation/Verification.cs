namespace Devices.Edge.Vision.Evaluation;

/// <summary>1:1 comparisons: FNMR at fixed FMRs, each with what supports it.</summary>
public sealed record Verification
{
    /// <summary>The false match rates that a table holds.</summary>
    public static IReadOnlyList<double> Rates { get; } = [1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6, 3e-7, 1e-7, 3e-8, 1e-8];

    /// <summary>False matches that make a rate counted (Doddington's rule of 30).</summary>
    public const int Enough = 30;

    public required long ImpostorComparisons { get; init; }

    /// <summary>Of the enrolled persons' probes.</summary>
    public required int GenuineComparisons { get; init; }

    public required int GenuinePersons { get; init; }

    public required long AllGenuinePairs { get; init; }

    public required IReadOnlyList<OperatingPoint> Points { get; init; }

    public required TailFit? Tail { get; init; }

    /// <summary>Rule of 3 (Hanley and Lippman-Hand 1983): a rate of which no event was seen lies below 3/n with 95 % confidence.</summary>
    public double RuleOfThree => ImpostorComparisons == 0 ? 1 : 3.0 / ImpostorComparisons;

    public static Verification Of(PairScores pairs, GenuineScores genuine, int seed, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        ArgumentNullException.ThrowIfNull(genuine);
        var comparisons = pairs.Impostor.Count;
        double[] counted = [.. Rates.Where(r => r * comparisons >= Enough)];
        double[] rarer = [.. Rates.Where(r => r * comparisons < Enough)];
        var tail = TailFit.Of(pairs, rarer, seed, cancellationToken);
        var rows = counted.Length == 0 ? [] : PersonBootstrap.Run(pairs.PicturesOf.Count, seed, weights =>
        {
            var thresholds = FalseMatchCurve.Thresholds(pairs, counted, weights);
            return [.. thresholds, .. thresholds.Select(t => double.IsNaN(t) ? double.NaN : genuine.Fnmr(t, weights))];
        }, cancellationToken: cancellationToken);

        var points = new List<OperatingPoint>();
        for (var i = 0; i < counted.Length; i++)
        {
            points.Add(Point(counted[i], Support.Counted, pairs.Impostor.ThresholdFor(counted[i]), PersonBootstrap.Interval(rows, i), PersonBootstrap.Interval(rows, counted.Length + i), pairs, genuine));
        }

        foreach (var rate in rarer)
        {
            // Not beyond one expected false match in the data: further out nothing was seen that could contradict the fit.
            var fitted = tail?.Points.FirstOrDefault(p => p.Fmr == rate) ?? default;
            var supported = fitted.Fmr > 0 && fitted.IsSteady && rate * comparisons >= 1 && points.Count > 0;
            var threshold = supported ? Math.Max(points[^1].Threshold, fitted.Threshold) : double.NaN;
            points.Add(supported
                ? Point(rate, Support.Fitted, threshold, fitted.Interval, new Interval(genuine.Fnmr(fitted.Interval.Low), genuine.Fnmr(fitted.Interval.High)), pairs, genuine)
                : new OperatingPoint(rate, Support.None, double.NaN, Unknown, 0, 0, double.NaN, Unknown, double.NaN));
        }

        return new Verification
        {
            ImpostorComparisons = comparisons,
            GenuineComparisons = genuine.Count,
            GenuinePersons = genuine.Persons,
            AllGenuinePairs = pairs.Genuine.Count,
            Points = points,
            Tail = tail,
        };
    }

    private static Interval Unknown => new(double.NaN, double.NaN);

    private static OperatingPoint Point(double fmr, Support support, double threshold, Interval interval, Interval fnmr, PairScores pairs, GenuineScores genuine)
    {
        // Rounded as the manifest holds it, and upwards, so that no stated rate is exceeded.
        threshold = Math.Ceiling((threshold * 10000) - 1e-6) / 10000;
        return new OperatingPoint(fmr, support, threshold, interval, pairs.Impostor.AtLeast(threshold), genuine.Below(threshold), genuine.Fnmr(threshold), fnmr,
            pairs.Genuine.Count == 0 ? double.NaN : 1 - ((double)pairs.Genuine.AtLeast(threshold) / pairs.Genuine.Count));
    }
}
