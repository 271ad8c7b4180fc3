using System.Globalization;
using Devices.Edge.Vision.Evaluation;

namespace Devices.Cli.Accuracy;

/// <summary>The pictures of a report, by file name.</summary>
public static class AccuracyCharts
{
    public static IReadOnlyDictionary<string, string> Of(AccuracyResult result, string pack)
    {
        ArgumentNullException.ThrowIfNull(result);
        var charts = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["det.svg"] = Det(result, pack),
            ["scores.svg"] = Scores(result, pack),
        };
        if (result.Verification.Tail is { } tail)
        {
            charts["tail.svg"] = Tail(result, tail, pack);
            charts["qq.svg"] = Qq(result, tail, pack);
        }

        if (result.OpenSet is { } search) charts["open-set.svg"] = OpenSet(search, pack);
        return charts;
    }

    private static string Det(AccuracyResult result, string pack)
    {
        double rarest = Math.Max(1e-7, Verification.Enough / (double)Math.Max(1, result.Pairs.Impostor.Count));
        double[] rates = [.. Enumerable.Range(0, 121).Select(i => Math.Pow(10, -1 + ((Math.Log10(rarest) + 1) * i / 120)))];
        double[] thresholds = [.. rates.Select(r => (double)result.Pairs.Impostor.ThresholdFor(r))];
        long all = Math.Max(1, result.Pairs.Genuine.Count);
        return new SvgChart($"Detection error trade-off, {pack}", "FNMR against FMR, both by powers of ten; lower is better.", new Axis("FMR (counted)", 1e-7, 0.1, IsLog: true), new Axis("FNMR", 1e-4, 1, IsLog: true, IsPercent: true))
            .Line("enrolled person's probes", rates.Zip(thresholds, (r, t) => (r, result.Genuine.Fnmr(t))))
            .Line("all genuine pairs", rates.Zip(thresholds, (r, t) => (r, 1 - ((double)result.Pairs.Genuine.AtLeast(t) / all))))
            .ToString();
    }

    private static string Scores(AccuracyResult result, string pack)
    {
        const int Bars = 100;
        double[] impostor = result.Pairs.Impostor.Shares(Bars), genuine = new double[Bars];
        foreach (float score in result.Genuine.All) genuine[Math.Clamp((int)((score + 1) * Bars / 2), 0, Bars - 1)] += 1.0 / result.Genuine.Count;
        IEnumerable<(double, double)> Steps(double[] shares) => shares.Select((s, i) => ((i * 2.0 / Bars) - 1, s));
        var chart = new SvgChart($"Scores, {pack}", "Share of comparisons by cosine, in steps of 0.02, for different people and for the same person.", new Axis("cosine", -0.4, 1), new Axis("share of comparisons", 1e-6, 1, IsLog: true))
            .Line("different people", Steps(impostor), steps: true).Line("same person", Steps(genuine), steps: true);
        foreach (OperatingPoint point in result.Verification.Points.Where(p => p.Support != Support.None && p.Fmr is 1e-2 or 1e-4 or 1e-6))
            chart.Mark(point.Threshold, "FMR " + point.Fmr.ToString("0e0", CultureInfo.InvariantCulture));
        return chart.ToString();
    }

    private static string Tail(AccuracyResult result, TailFit tail, string pack)
    {
        double low = Math.Floor((tail.Above - 0.05) * 20) / 20, high = Math.Min(1, Math.Ceiling((result.Pairs.Highest[0].Score + 0.03) * 20) / 20);
        double n = result.Pairs.Impostor.Count;
        IEnumerable<(double, double)> Counted() => Thin(result.Pairs.Highest.Count).Select(i => ((double)result.Pairs.Highest[i].Score, (i + 1) / n)).Where(p => p.Item1 >= low);
        IEnumerable<(double, double)> Fitted() => Enumerable.Range(0, 101).Select(i => tail.Above + ((high - tail.Above) * i / 100)).Select(s => (s, tail.RateAt(s))).Where(p => p.Item2 > 1e-9);
        var points = result.Verification.Points.Where(p => p.Support == Support.Fitted).ToList();
        return new SvgChart($"Tail of the impostor scores, {pack}", "How often different people score at least so high: counted, and the fitted generalised Pareto distribution.", new Axis("cosine", low, high), new Axis("FMR", 1e-9, 1e-2, IsLog: true))
            .Dots("counted", Counted()).Line("fitted", Fitted())
            .Line("95 %, low", points.Select(p => (p.ThresholdInterval.Low, p.Fmr))).Line("95 %, high", points.Select(p => (p.ThresholdInterval.High, p.Fmr)))
            .Mark(tail.Above, "u").ToString();
    }

    private static string Qq(AccuracyResult result, TailFit tail, string pack)
    {
        double high = Math.Min(1, Math.Ceiling((result.Pairs.Highest[0].Score + 0.03) * 20) / 20), low = Math.Floor(tail.Above * 20) / 20;
        int n = tail.Exceedances;
        return new SvgChart($"QQ plot of the tail, {pack}", "The highest impostor scores against the fit's quantiles; on the line the fit is right.", new Axis("cosine by the fit", low, high), new Axis("cosine counted", low, high))
            .Dots("scores", Thin(n).Select(i => (tail.ScoreExceededBy((i + 0.5) / n), (double)result.Pairs.Highest[i].Score)))
            .Line("equal", [(low, low), (high, high)]).ToString();
    }

    private static string OpenSet(OpenSetEvaluation search, string pack)
    {
        double lowest = search.Points.Min(p => p.Persons), highest = search.Points.Max(p => p.Persons);
        var chart = new SvgChart($"Open-set 1:N, {pack}", "FNIR against the gallery's size at fixed FPIR.", new Axis("persons in the gallery (the last with synthetic ones where the table says so)", Math.Pow(10, Math.Floor(Math.Log10(lowest))), Math.Max(lowest * 10, Math.Pow(10, Math.Ceiling(Math.Log10(highest)))), IsLog: true), new Axis("FNIR", 1e-3, 1, IsLog: true, IsPercent: true));
        foreach (double fpir in OpenSetEvaluation.WantedFpirs)
            chart.Line(string.Create(CultureInfo.InvariantCulture, $"FPIR {fpir * 100:0.#} %"), search.Points.Where(p => p.WantedFpir == fpir).Select(p => ((double)p.Persons, p.Fnir)));
        chart.Line("calibrated for FPIR 0.3 %", search.Points.Where(p => p.WantedFpir == 0.003 && p.AtCalibrated is not null).Select(p => ((double)p.Persons, p.AtCalibrated!.Fnir)));
        return chart.ToString();
    }

    // All of the highest hundred, then ever fewer: the eye cannot tell and the file stays small.
    private static IEnumerable<int> Thin(int count)
    {
        for (double i = 0; i < count; i += Math.Max(1, i / 100)) yield return (int)i;
    }
}
