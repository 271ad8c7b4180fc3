using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Devices.PrivateServers;

namespace Devices.Scale;

/// <summary>Unit costs for cloud-bridge/CAPACITY.md: processor time a punch by role, bytes a punch, memory a connection, waits for acknowledgements.</summary>
internal static class Measuring
{
    public static async Task RunAsync(ScalePlan plan, TextWriter output, CancellationToken cancellationToken)
    {
        await using Installation at = await Installation.StartAsync(plan, output, cancellationToken);
        await using Checker checker = new(at.Store);
        string[] names = [.. Enumerable.Range(1, plan.Terminals + plan.Idle).Select(i => FormattableString.Invariant($"t-{i:00000}"))];
        IReadOnlyList<X509Certificate2> certificates = await Enrolment.RunAsync(at, names, cancellationToken);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        long alone = at.Ingest.Sum(one => one.Process.Resident);
        List<SimTerminal> idle = [.. names.Skip(plan.Terminals).Select((name, i) => new SimTerminal(name, certificates[plan.Terminals + i], at.Mqtt, i) { Recording = false, RestMs = 2000 })];
        List<Task> running = [];
        TimeSpan connecting = Busy(at.Ingest);
        foreach (SimTerminal one in idle)
        {
            running.Add(Task.Run(() => one.RunAsync(stop.Token), CancellationToken.None));
            if (running.Count % 20 == 0) await Task.Delay(100, cancellationToken);
        }
        if (idle.Count > 0)
        {
            while (idle.Any(one => one.Connects == 0)) await Task.Delay(100, cancellationToken);
            await Task.Delay(3000, cancellationToken);
            await output.WriteLineAsync(FormattableString.Invariant(
                $"{idle.Count} connections: {(at.Ingest.Sum(one => one.Process.Resident) - alone) / 1024.0 / idle.Count:0.0} KiB resident each at the ingest nodes; {(Busy(at.Ingest) - connecting).TotalMilliseconds / idle.Count:0.0} ms of processor time each to connect"));
        }

        List<SimTerminal> busy = [.. names.Take(plan.Terminals).Select((name, i) => new SimTerminal(name, certificates[i], at.Mqtt, i) { Batch = plan.Batch, RestMs = 0 })];
        running.AddRange(busy.Select(one => Task.Run(() => one.RunAsync(stop.Token), CancellationToken.None)));
        // Compilers and caches first.
        await Task.Delay(TimeSpan.FromSeconds(Math.Min(12, plan.MeasureSeconds)), cancellationToken);
        Dictionary<string, TimeSpan> before = Times();
        long punches = Punches(), size = await checker.NumberAsync("SELECT pg_database_size(current_database())"), wal = await WalAsync(), stream = Written();
        int[] waits = [.. busy.Select(one => one.Waits.Count)];
        long began = Stopwatch.GetTimestamp();
        await Task.Delay(TimeSpan.FromSeconds(plan.MeasureSeconds), cancellationToken);
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        Dictionary<string, TimeSpan> after = Times();
        long brought = Punches() - punches, written = Written() - stream, grown = await checker.NumberAsync("SELECT pg_database_size(current_database())") - size, logged = await WalAsync() - wal;
        int[] ends = [.. busy.Select(one => one.Waits.Count)];
        await stop.CancelAsync();
        await Task.WhenAll(running);
        double[] sorted = [.. busy.SelectMany((one, i) => one.Waits.Take(ends[i]).Skip(waits[i])).Order()];
        await output.WriteLineAsync(FormattableString.Invariant($"engine {plan.Engine}, {plan.Terminals} busy terminals, {plan.Batch} punches a message, {seconds:0} s: {brought} punches acknowledged, {brought / seconds:0} a second"));
        if (sorted.Length > 0)
            await output.WriteLineAsync(FormattableString.Invariant($"wait for the acknowledgement, ms: median {sorted[sorted.Length / 2]:0.0}, 95th {sorted[sorted.Length * 95 / 100]:0.0}, 99th {sorted[sorted.Length * 99 / 100]:0.0}, longest {sorted[^1]:0.0}"));
        foreach ((string part, TimeSpan time) in after) await output.WriteLineAsync(FormattableString.Invariant($"{part,-10} {(time - before[part]).TotalMilliseconds / brought:0.000} ms of processor time a punch"));
        await output.WriteLineAsync(FormattableString.Invariant($"PostgreSQL {(double)grown / brought:0} bytes a punch on the disk (tables and indexes), {(double)logged / brought:0} bytes of WAL"));
        await output.WriteLineAsync(FormattableString.Invariant($"PostgreSQL undid {File.ReadLines(at.Postgres.Log).Count(line => line.Contains("deadlock detected", StringComparison.Ordinal))} transactions that waited for each other"));
        if (at.Nats.Count > 0) await output.WriteLineAsync(FormattableString.Invariant($"NATS       {(double)written / brought:0} bytes a punch written by all three servers"));
        foreach (BridgeNode node in (BridgeNode[])[.. at.Ingest, .. at.Writers, at.Web]) await output.WriteLineAsync(FormattableString.Invariant($"{node.Name,-10} {node.Process.Resident / 1048576.0:0} MiB resident"));
        foreach (SimTerminal one in busy.Concat(idle)) one.Dispose();

        long Punches() => busy.Sum(one => one.Acknowledged);

        Task<long> WalAsync() => checker.NumberAsync("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint");

        long Written() => at.Nats.Sum(one => ProcessFiles.Written(one.Process.Id));

        Dictionary<string, TimeSpan> Times() => new()
        {
            ["ingest"] = Busy(at.Ingest), ["writers"] = Busy(at.Writers), ["web"] = at.Web.Process.Processor, ["PostgreSQL"] = Sum(at.Postgres.Processes.Select(ProcessFiles.Processor)),
            ["NATS"] = Sum(at.Nats.Select(one => one.Process.Processor)), ["haproxy"] = at.Balancer.Processor,
        };
    }

    private static TimeSpan Busy(IEnumerable<BridgeNode> nodes) => Sum(nodes.Select(one => one.Process.Processor));

    private static TimeSpan Sum(IEnumerable<TimeSpan> times) => times.Aggregate(TimeSpan.Zero, (all, one) => all + one);
}
