using System.Diagnostics;
using System.Globalization;

namespace Devices.Benchmarks.Hr;

/// <summary>Asks a real bridge over a seeded store for HR's pages, many times each, and says how long the whole answer took.</summary>
internal static class HrBenchmark
{
    public static int Run(string[] args)
    {
        string? data = Value(args, "--data"), postgres = Value(args, "--postgres"), only = Value(args, "--only");
        if (data is null)
        {
            Console.Error.WriteLine("hr --data DIR [--postgres CONNECTIONFILE] [--times 30] [--only PART-OF-A-KIND]: a store that tools/Seed has filled.");
            return 2;
        }

        int times = Value(args, "--times") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : 30;
        return RunAsync(data, postgres, times, only).GetAwaiter().GetResult();
    }

    private static async Task<int> RunAsync(string data, string? postgres, int times, string? only)
    {
        double goal = postgres is null ? 300 : 200;
        using HrBridge bridge = await HrBridge.StartAsync(data, postgres);
        Console.WriteLine("| page | p50 ms | p95 ms | most ms | KiB |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: |");
        int slow = 0;
        foreach ((string kind, Func<Random, string> address) in HrPages.All)
        {
            if (only is not null && !kind.Contains(only, StringComparison.OrdinalIgnoreCase)) continue;
            Random random = new(11);
            List<double> took = [];
            long bytes = 0;
            string? failed = null;
            for (int i = -3; i < times && failed is null; i++)
            {
                string asked = address(random);
                Stopwatch watch = Stopwatch.StartNew();
                using HttpResponseMessage answer = await bridge.Http.GetAsync(asked);
                byte[] body = await answer.Content.ReadAsByteArrayAsync();
                if (!answer.IsSuccessStatusCode) failed = $"{asked}: {(int)answer.StatusCode}";
                if (i < 0) continue;
                took.Add(watch.Elapsed.TotalMilliseconds);
                bytes += body.Length;
                // A page that takes seconds is known to after a few.
                if (took.Count >= 5 && took.Sum() > 15_000) break;
            }

            if (failed is not null)
            {
                Console.WriteLine($"| {kind} | {failed} | | | |");
                slow++;
                continue;
            }

            took.Sort();
            double p95 = took[Math.Min(took.Count - 1, (int)(took.Count * 0.95))];
            if (p95 > goal) slow++;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {kind} | {took[took.Count / 2]:0} | {p95:0}{(p95 > goal ? " !" : "")} | {took[^1]:0} | {bytes / took.Count / 1024.0:0} |"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n{slow} of these beyond {goal:0} ms at the 95th percentile or failed; the bridge holds {bridge.Memory:0} MiB."));
        return slow == 0 ? 0 : 1;
    }

    private static string? Value(string[] args, string name) => Array.IndexOf(args, name) is >= 0 and int at && at + 1 < args.Length ? args[at + 1] : null;
}
