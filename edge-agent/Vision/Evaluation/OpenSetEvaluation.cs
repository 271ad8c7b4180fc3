using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;

namespace Devices.Edge.Vision.Evaluation;

/// <summary>
/// Open-set identification (ISO/IEC 19795-1; NIST FRTE 1:N): FNIR at a fixed FPIR for growing galleries, and what the
/// calibrated threshold of that size would have done.
/// </summary>
public sealed record OpenSetEvaluation
{
    public static IReadOnlyList<double> WantedFpirs { get; } = [0.01, 0.003];

    /// <summary>Strangers needed before anything is said of 1:N.</summary>
    public const int FewestPersons = 20;

    public required IReadOnlyList<OpenSetPoint> Points { get; init; }

    /// <summary>How often real people match made-up ones, as a multiple of the nominal rate, by FMR; empty where none were made.</summary>
    public required IReadOnlyList<SyntheticRatio> Synthetic { get; init; }

    /// <summary>Null where there are too few persons.</summary>
    /// <param name="sizes">Wanted gallery sizes in persons; null takes 100, 300, 1000, the most there are, and 10,000.</param>
    public static OpenSetEvaluation? Of(IReadOnlyList<EnrolledPerson> people, IReadOnlyList<int>? sizes, int mostProbes, PackCalibration? calibration, int seed, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(people);
        var real = OpenSetSearch.LargestReal(people);
        if (real < FewestPersons || !people.Any(p => p.IsMated))
        {
            return null;
        }

        EnrolledPerson[] enrolled = [.. people.Where(p => p.Templates.Count > 0)];
        float[][] first = [.. enrolled.Select(p => p.Templates[0].Embedding!)];
        var most = first.Length >= SyntheticTemplates.FewestPersons ? int.MaxValue : real;
        int[] chosen = [.. (sizes ?? [100, 300, 1000, real, 10_000]).Where(s => s > 0 && s <= most).Distinct().Order()];
        if (chosen.Length == 0)
        {
            chosen = [real];
        }

        // The smallest part fills a gallery by itself up to `real`; made-up ones from there on.
        var synthetic = chosen[^1] > real ? SyntheticTemplates.Make(first, chosen[^1] - real, seed) : [];
        var search = OpenSetSearch.Run(people, chosen, synthetic, [.. enrolled.Select(p => p.Index)], mostProbes, seed, cancellationToken);
        var points = new List<OpenSetPoint>();
        for (var s = 0; s < chosen.Length; s++)
        {
            foreach (var fpir in WantedFpirs)
            {
                points.Add(Point(search, s, chosen[s], Math.Max(0, chosen[s] - real), fpir, people.Count, calibration, seed, cancellationToken));
            }
        }

        return new OpenSetEvaluation
        {
            Points = points,
            Synthetic = synthetic.Length == 0 || calibration is null ? [] : [.. calibration.Points
                .Where(p => p.Fmr is 1e-2 or 1e-3 or 1e-4 or 1e-5)
                .Select(p => new SyntheticRatio(p.Fmr, p.Threshold, SyntheticTemplates.RatioAt(first, synthetic, p.Threshold, p.Fmr)))],
        };
    }

    private static OpenSetPoint Point(OpenSetSearch search, int s, int persons, int synthetic, double fpir, int people, PackCalibration? calibration, int seed, CancellationToken cancellationToken)
    {
        OpenSetSearch.Found[] strangers = [.. search.NonMated[s].OrderByDescending(f => f.Other).ThenBy(f => f.Person)];
        var mated = search.Mated[s].ToArray();
        var threshold = ThresholdAt(strangers, fpir, null);
        CalibratedThreshold? own = calibration is null ? null : new OpenSetDecider(calibration, new DecisionPolicy { Fpir = fpir }).ThresholdFor(search.Templates[s]);
        var rows = PersonBootstrap.Run(people, seed, weights =>
        {
            var drawn = ThresholdAt(strangers, fpir, weights);
            return own is { } t
                ? [Fnir(mated, drawn, weights), Fpir(strangers, t.Threshold, weights), Fnir(mated, t.Threshold, weights)]
                : [Fnir(mated, drawn, weights)];
        }, cancellationToken: cancellationToken);
        return new OpenSetPoint(persons, search.Templates[s], synthetic, search.Distractors[s], fpir, strangers.Length, strangers.Count(f => f.Other >= threshold), mated.Length,
            threshold, Fnir(mated, threshold, null), PersonBootstrap.Interval(rows, 0),
            own is { } c ? new CalibratedSearch(c, strangers.Count(f => f.Other >= c.Threshold), Fpir(strangers, c.Threshold, null), PersonBootstrap.Interval(rows, 1), Fnir(mated, c.Threshold, null), PersonBootstrap.Interval(rows, 2)) : null);
    }

    // The lowest threshold at which at most the wanted share of strangers is taken for somebody.
    private static double ThresholdAt(OpenSetSearch.Found[] falling, double fpir, int[]? weights)
    {
        double total = falling.Sum(f => weights?[f.Person] ?? 1), over = 0;
        foreach (var f in falling)
        {
            over += weights?[f.Person] ?? 1;
            if (over > fpir * total)
            {
                return MathF.BitIncrement(f.Other);
            }
        }

        return -1;
    }

    private static double Fpir(OpenSetSearch.Found[] strangers, double threshold, int[]? weights) =>
        Share(strangers, weights, f => f.Other >= threshold);

    private static double Fnir(OpenSetSearch.Found[] mated, double threshold, int[]? weights) =>
        Share(mated, weights, f => f.Own < threshold || f.Other >= f.Own);

    private static double Share(OpenSetSearch.Found[] all, int[]? weights, Func<OpenSetSearch.Found, bool> counts)
    {
        long sum = 0, total = 0;
        foreach (var f in all)
        {
            var weight = weights?[f.Person] ?? 1;
            total += weight;
            sum += counts(f) ? weight : 0;
        }

        return total == 0 ? double.NaN : (double)sum / total;
    }
}
