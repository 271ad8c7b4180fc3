using System.Globalization;
using Devices.FleetLoad.Machine;
using Devices.FleetLoad.Terminals;

namespace Devices.FleetLoad.Reports;

/// <summary>Numbers as the page shows them.</summary>
internal static class Figures
{
    public const string LatencyHead = "p50 | p95 | p99 | max";

    public static string Ms(double ms) => ms.ToString(ms < 10 ? "0.0" : "#,0", CultureInfo.InvariantCulture);

    public static string Four(Latencies of) => $"{Ms(of.At(0.5))} | {Ms(of.At(0.95))} | {Ms(of.At(0.99))} | {Ms(of.MaxMs)}";

    public static string Count(double n) => n.ToString("#,0", CultureInfo.InvariantCulture);

    public static string MiB(double bytes) => (bytes / 1048576).ToString("#,0.0", CultureInfo.InvariantCulture);

    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>What went wrong, most frequent first; empty where nothing did.</summary>
    public static string Reasons(Tally tally) => string.Join("; ", tally.Reasons.OrderByDescending(one => one.Value).Take(6).Select(one => Text($"{one.Value:#,0} × {one.Key}")));

    public static double Median(IEnumerable<double> of)
    {
        double[] sorted = [.. of.Order()];
        return sorted.Length == 0 ? double.NaN : sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
