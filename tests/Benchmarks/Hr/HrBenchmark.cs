using System.Diagnostics;
using System.Globalization;

namespace Devices.Benchmarks.Hr;

/// <summary>
/// Asks a real bridge over a seeded store for HR's pages, many times each, and says how long the whole answer took. With a second, smaller
/// store both are asked in turns, and the last columns say how much longer the large one takes.
/// </summary>
internal static class HrBenchmark
{
    public static int Run(string[] args) => RunAsync(args).GetAwaiter().GetResult();

    private static async Task<int> RunAsync(string[] args)
    {
        if (Value(args, "--stores") is { } folder)
        {
            await using HrStores stores = new(Directory.CreateDirectory(folder).FullName, Whole(args, "--large", 10_000_000), Whole(args, "--small", 1_000_000));
            return await RunAsync([.. await stores.ArgumentsAsync(args.Contains("--on-postgres")), .. args.Where((_, i) => args[i] != "--stores" && (i == 0 || args[i - 1] != "--stores"))]);
        }

        string? data = Value(args, "--data"), other = Value(args, "--compare");
        if (data is null)
        {
            Console.Error.WriteLine(
                "hr --stores FOLDER [--on-postgres] [--large N] [--small N] | hr --data DIR [--postgres CONNECTIONFILE] [--compare SMALLERDIR [--compare-postgres CONNECTIONFILE]] [--end DAY] [--times 30] [--wait SECONDS] [--only PART,PART] [--skip PART,PART]: stores that tools/Seed has filled (in FOLDER it fills them itself).");
            return 2;
        }

        return await RunAsync(data, Value(args, "--postgres"), other, Value(args, "--compare-postgres"), args);
    }

    private static async Task<int> RunAsync(string data, string? postgres, string? other, string? otherPostgres, string[] args)
    {
        double goal = postgres is null ? 300 : 200;
        int times = Value(args, "--times") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : 30;
        DateOnly end = Value(args, "--end") is { } day ? DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture) : new(2026, 11, 25);
        string[] only = Value(args, "--only")?.Split(',') ?? [""], skip = Value(args, "--skip")?.Split(',') ?? [];
        using HrBridge bridge = await HrBridge.StartAsync(data, postgres);
        using HrBridge? second = other is null ? null : await HrBridge.StartAsync(other, otherPostgres);
        // After the first start with a store the days that are over are worked out in the background; later starts find them.
        if (Value(args, "--wait") is { } wait) await Task.Delay(TimeSpan.FromSeconds(int.Parse(wait, CultureInfo.InvariantCulture)));
        HrWorld world = await HrWorld.AskAsync(bridge, end);
        IReadOnlyList<(string Kind, Func<Random, string> Address)> pages = new HrPages(world).All, seconds = [];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(postgres is null ? "SQLite" : "PostgreSQL")}, {world.Punches:N0} punches of {world.Days} days; {times} requests a kind; goal {goal:0} ms at the 95th percentile (! is beyond)."));
        if (second is not null)
        {
            HrWorld small = await HrWorld.AskAsync(second, end);
            seconds = new HrPages(small).All;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"In turns with a store of {small.Punches:N0} punches of {small.Days} days; ratios are large : small, of medians and of 95th percentiles."));
        }

        Console.WriteLine($"\n| page | p50 ms | p95 ms | most ms | KiB |{(second is null ? "" : " small p50 | small p95 | p50 ratio | p95 ratio |")}");
        Console.WriteLine($"| --- | ---: | ---: | ---: | ---: |{(second is null ? "" : " ---: | ---: | ---: | ---: |")}");
        int slow = 0, asked = 0;
        (double Most, double Ratio, string Kind, string RatioKind) worst = (0, 0, "", "");
        for (int k = 0; k < pages.Count; k++)
        {
            string kind = pages[k].Kind;
            if (!only.Any(o => kind.Contains(o, StringComparison.OrdinalIgnoreCase)) || skip.Any(o => kind.Contains(o, StringComparison.OrdinalIgnoreCase))) continue;
            asked++;
            Took large = new(bridge, pages[k].Address), small = new(second, second is null ? null : seconds[k].Address);
            for (int i = -3; i < times && large.Failed is null && !(large.Slow && i >= 5); i++)
            {
                await large.AskAsync(i >= 0);
                await small.AskAsync(i >= 0);
            }

            if (large.Failed is not null || large.At(0.95) > goal) slow++;
            if (large.Failed is null && large.At(0.95) > worst.Most) worst = (large.At(0.95), worst.Ratio, kind, worst.RatioKind);
            // Medians: a 95th percentile of thirty is its second largest, and says more of the machine than of the store.
            if (large.Failed is null && second is not null && small.Failed is null && large.At(0.5) / small.At(0.5) is var ratio && ratio > worst.Ratio && large.At(0.5) > 20) worst = (worst.Most, ratio, worst.Kind, kind);
            Console.WriteLine($"| {kind} | {(large.Failed is { } failed ? $"{failed} | | | |" : string.Create(CultureInfo.InvariantCulture,
                $"{large.At(0.5):0} | {large.At(0.95):0}{(large.At(0.95) > goal ? " !" : "")} | {large.At(1):0} | {large.Bytes / 1024.0:0} |"))}"
                + (second is null ? "" : small.Failed is { } wrong ? $" {wrong} | | | |" : string.Create(CultureInfo.InvariantCulture,
                    $" {small.At(0.5):0} | {small.At(0.95):0} | {large.At(0.5) / small.At(0.5):0.0} | {large.At(0.95) / small.At(0.95):0.0} |")));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n{slow} of {asked} beyond {goal:0} ms at the 95th percentile or failed; the bridge holds {bridge.Memory:0} MiB.\n"));
        Console.WriteLine("| store | kinds of page | beyond the goal | largest 95th percentile, ms | largest large : small of medians above 20 ms | bridge's memory, MiB |\n| --- | ---: | ---: | ---: | ---: | ---: |");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {(postgres is null ? "SQLite" : "PostgreSQL")} | {asked} | {slow} | {worst.Most:0} ({worst.Kind}) | {(worst.Ratio > 0 ? $"{worst.Ratio:0.0} ({worst.RatioKind})" : "")} | {bridge.Memory:0} |"));
        return slow == 0 ? 0 : 1;
    }

    /// <summary>Requests of one kind to one bridge.</summary>
    private sealed class Took(HrBridge? bridge, Func<Random, string>? address)
    {
        private readonly Random _random = new(11);
        private readonly List<double> _took = [];
        private long _bytes;

        public string? Failed { get; private set; }

        /// <summary>A page that takes seconds is known to after a few.</summary>
        public bool Slow => _took.Sum() > 15_000;

        public double Bytes => (double)_bytes / Math.Max(1, _took.Count);

        public double At(double share) => _took.Order().ElementAt(Math.Min(_took.Count - 1, (int)(_took.Count * share)));

        public async Task AskAsync(bool counts)
        {
            if (bridge is null || Failed is not null) return;
            string asked = address!(_random);
            Stopwatch watch = Stopwatch.StartNew();
            using HttpResponseMessage answer = await bridge.Http.GetAsync(asked);
            byte[] body = await answer.Content.ReadAsByteArrayAsync();
            if (!answer.IsSuccessStatusCode) Failed = $"{asked}: {(int)answer.StatusCode}";
            if (!counts) return;
            _took.Add(watch.Elapsed.TotalMilliseconds);
            _bytes += body.Length;
        }
    }

    private static int Whole(string[] args, string name, int otherwise) => Value(args, name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private static string? Value(string[] args, string name) => Array.IndexOf(args, name) is >= 0 and int at && at + 1 < args.Length ? args[at + 1] : null;
}
