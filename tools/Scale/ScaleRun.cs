using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;

namespace Devices.Scale;

/// <summary>What came of a run.</summary>
public sealed record ScaleReport(int Seed, int Blows, long Punches, long Looked, int Connects, double SlowestMs, TimeSpan Took)
{
    public override string ToString() =>
        FormattableString.Invariant($"seed {Seed}: {Blows} blows, {Punches} punches made, acknowledged and stored once, in order; {Looked} acknowledgements looked up the moment they came; {Connects} connects; the longest wait for an acknowledgement {SlowestMs:0} ms; {Took.TotalSeconds:0} s.");
}

/// <summary>Kills parts of a scaled installation by SIGKILL while terminals bring punches, and holds it to the promise.</summary>
public static class ScaleRun
{
    private enum Blow { NatsLeader, Ingest, Writer, Postgres, Balancer, NatsOther, Web }

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Why this machine cannot run it; null where it can.</summary>
    public static string? Missing() => Installation.Missing();

    /// <exception cref="ScaleException">The promise was broken, or the installation did not come back.</exception>
    public static async Task<ScaleReport> RunAsync(ScalePlan plan, TextWriter output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(output);
        long began = Stopwatch.GetTimestamp();
        await output.WriteLineAsync($"Seed {plan.Seed}.");
        await using Installation at = await Installation.StartAsync(plan, output, cancellationToken);
        await using Checker checker = new(at.Store);
        Random random = new(plan.Seed);
        string[] names = [.. Enumerable.Range(1, plan.Terminals).Select(i => $"t-{i:000}")];
        IReadOnlyList<X509Certificate2> certificates = await Enrolment.RunAsync(at, names, cancellationToken);
        Exception? broken = null;
        List<SimTerminal> terminals = [.. names.Select((name, i) => new SimTerminal(name, certificates[i], at.Mqtt, random.Next())
        {
            Acknowledging = async (terminal, through) =>
            {
                try
                {
                    await checker.StoredAsync(terminal, through);
                }
                catch (ScaleException fault)
                {
                    broken ??= fault;
                }
            },
        })];
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] running = [.. terminals.Select(one => Task.Run(() => one.RunAsync(stop.Token), CancellationToken.None))];
        int blows = 0;
        try
        {
            await ProgressAsync("the beginning");
            foreach (Blow blow in Blows(plan, random))
            {
                await StrikeAsync(blow);
                blows++;
            }
            foreach (SimTerminal one in terminals) one.Recording = false;
            await UntilAsync("every punch is acknowledged and told as stored", () => terminals.All(one => one.Acknowledged == one.Punches.Count && one.Told == one.Punches.Count));
            await stop.CancelAsync();
            await Task.WhenAll(running);
            long punches = await checker.CompareAsync(terminals, cancellationToken);
            return new(plan.Seed, blows, punches, checker.Looked, terminals.Sum(one => one.Connects), terminals.SelectMany(one => one.Waits).DefaultIfEmpty().Max(), Stopwatch.GetElapsedTime(began));
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            at.KeepFiles = true;
            throw new ScaleException($"{fault.Message} (seed {plan.Seed}, after {blows} blows; logs in {at.Files})");
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(running);
            foreach (SimTerminal one in terminals) one.Dispose();
        }

        async Task StrikeAsync(Blow blow)
        {
            await output.WriteLineAsync($"{Stopwatch.GetElapsedTime(began).TotalSeconds,5:0.0} s  {Word(blow)}");
            switch (blow)
            {
                case Blow.NatsLeader or Blow.NatsOther:
                    NatsServer leader = await at.LeaderAsync(cancellationToken);
                    NatsServer victim = blow == Blow.NatsLeader ? leader : at.Nats.Where(one => one != leader).ElementAt(random.Next(2));
                    await victim.Process.KillAsync();
                    await ProgressAsync($"{victim.Name} is gone");
                    await victim.StartAsync();
                    using (CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
                    {
                        limit.CancelAfter(Patience);
                        await at.EngineHealthyAsync(limit.Token);
                    }
                    break;
                case Blow.Ingest or Blow.Writer:
                    BridgeNode node = (blow == Blow.Ingest ? at.Ingest : at.Writers)[random.Next(2)];
                    await node.Process.KillAsync();
                    await ProgressAsync($"{node.Name} is gone");
                    await node.StartAsync(cancellationToken);
                    break;
                case Blow.Web:
                    await at.Web.Process.KillAsync();
                    await ProgressAsync("the web node is gone");
                    await at.Web.StartAsync(cancellationToken);
                    break;
                case Blow.Postgres:
                    await at.Postgres.KillAsync();
                    await Task.Delay(random.Next(100, 1500), cancellationToken);
                    await at.Postgres.StartAsync(cancellationToken);
                    break;
                default:
                    await at.Balancer.KillAsync();
                    await Task.Delay(random.Next(50, 500), cancellationToken);
                    await at.StartBalancerAsync();
                    break;
            }
            await ProgressAsync($"after: {Word(blow)}");
            await Task.Delay(random.Next(0, 300), cancellationToken);
        }

        // Every terminal gets something through that it makes from now on.
        async Task ProgressAsync(string when)
        {
            long[] before = [.. terminals.Select(one => (long)one.Punches.Count)];
            await UntilAsync($"every terminal gets on ({when})", () => terminals.Zip(before).All(one => one.First.Acknowledged > one.Second));
        }

        async Task UntilAsync(string what, Func<bool> condition)
        {
            DateTime end = DateTime.UtcNow + Patience;
            while (!condition())
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (broken is not null) throw broken;
                if (terminals.Select(one => one.Fault).FirstOrDefault(one => one is not null) is { } fault) throw new ScaleException(fault);
                if (running.FirstOrDefault(one => one.IsFaulted) is { } ended) throw ended.Exception!.GetBaseException();
                if (DateTime.UtcNow > end)
                    throw new ScaleException($"Did not happen in {Patience.TotalSeconds:0} s: {what}. {string.Join("; ", terminals.Where(one => one.Acknowledged < one.Punches.Count).Take(5).Select(one => $"{one.Name} {one.Acknowledged} of {one.Punches.Count}, told {one.Told}, {one.Connects} connects, {one.Refusals} refusals"))}");
                await Task.Delay(50, cancellationToken);
            }
            if (broken is not null) throw broken;
        }
    }

    private static Blow[] Blows(ScalePlan plan, Random random)
    {
        Blow[] kinds = plan.Engine == "nats" ? [Blow.NatsLeader, Blow.Ingest, Blow.Writer, Blow.Postgres, Blow.Balancer, Blow.NatsOther, Blow.Web] : [Blow.Ingest, Blow.Postgres, Blow.Balancer, Blow.Web];
        if (plan.Count is { } count) return [.. Enumerable.Range(0, count).Select(_ => kinds[random.Next(kinds.Length)])];
        // One of each; the web node, by which no punch goes, and a NATS server that leads nothing, in the long form only.
        Blow[] once = [.. kinds.Where(one => one is not (Blow.Web or Blow.NatsOther))];
        random.Shuffle(once);
        return once;
    }

    private static string Word(Blow blow) => blow switch
    {
        Blow.NatsLeader => "SIGKILL to the NATS server that leads the stream",
        Blow.NatsOther => "SIGKILL to another NATS server",
        Blow.Ingest => "SIGKILL to an ingest node",
        Blow.Writer => "SIGKILL to a writer",
        Blow.Postgres => "SIGKILL to all of PostgreSQL, and started again",
        Blow.Balancer => "SIGKILL to haproxy, and started again",
        _ => "SIGKILL to the web node",
    };
}
