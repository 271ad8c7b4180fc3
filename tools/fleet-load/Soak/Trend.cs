using System.Globalization;
using Devices.FleetLoad.Machine;
using Devices.FleetLoad.Reports;
using Devices.PrivateServers;

namespace Devices.FleetLoad.Soak;

/// <summary>Samples of one process along a run; flat where a line through the second half rises by no more than a stated limit.</summary>
internal sealed class Trend(string name, int process, Func<long?>? heap = null)
{
    /// <summary>Rise over the second half that is still called flat: of its mean, and at least.</summary>
    private static readonly (string What, Func<Sample, double> Of, double Share, double Least)[] Limits =
    [
        ("resident memory, MiB", one => one.Resident / 1048576.0, 0.05, 8),
        ("GC heap, MiB", one => one.Heap / 1048576.0, 0.10, 8),
        ("handles", one => one.Handles, 0, 4),
        ("threads", one => one.Threads, 0, 4),
    ];

    private readonly List<Sample> _samples = [];

    private sealed record Sample(double Done, long Resident, long Heap, int Handles, int Threads);

    public string Name => name;

    public void Take(double done) => _samples.Add(new(done, ProcessFiles.Resident(process), heap?.Invoke() ?? 0, ProcessFiles.Handles(process), ProcessFiles.Threads(process)));

    /// <summary>Rows of the table, and whether all of them are flat.</summary>
    public (List<string> Rows, bool Flat) Judge()
    {
        List<string> rows = [];
        bool flat = true;
        List<Sample> second = [.. _samples.Skip(_samples.Count / 2)];
        foreach ((string what, Func<Sample, double> of, double share, double least) in Limits)
        {
            if (what.StartsWith("GC", StringComparison.Ordinal) && _samples.All(one => one.Heap == 0)) continue;
            double rise = Slope(second, of) * (second[^1].Done - second[0].Done), limit = Math.Max(share * second.Average(of), least);
            bool good = rise <= limit;
            flat &= good;
            int count = _samples.Count;
            string along = string.Join(" → ", new[] { 0, count / 4, count / 2, count * 3 / 4, count - 1 }.Select(i => of(_samples[i]).ToString("#,0.#", CultureInfo.InvariantCulture)));
            rows.Add(Figures.Text($"| {name} | {what} | {along} | {rise:+0.0;-0.0;0.0} | {limit:0.0} | {(good ? "flat" : "**rises**")} |"));
        }

        return (rows, flat);
    }

    public static IEnumerable<string> Head { get; } =
    [
        "| process | what | at begin, a quarter, half, three quarters, end | rise of a line through the second half | limit | |",
        "| --- | --- | --- | ---: | ---: | --- |",
    ];

    private static double Slope(List<Sample> samples, Func<Sample, double> of)
    {
        if (samples.Count < 3) return 0;
        double x = samples.Average(one => one.Done), y = samples.Average(of), xx = samples.Sum(one => (one.Done - x) * (one.Done - x));
        return xx == 0 ? 0 : samples.Sum(one => (one.Done - x) * (of(one) - y)) / xx;
    }
}
