using Devices.FleetLoad.Machine;
using Devices.FleetLoad.Reports;
using Devices.FleetLoad.Terminals;
using Devices.PrivateServers;

namespace Devices.FleetLoad.Phases;

/// <summary>A region's network fails: its terminals record on, try to connect in vain with the product's own back-off, and all come back; new punches go on.</summary>
internal sealed class OutagePhase(LoadOptions options, BridgeHost bridge, Crowd crowd, Action<string> say)
{
    public async Task<(string, string, List<string>)> RunAsync()
    {
        int cut = Math.Max(1, crowd.Terminals.Count * options.Away / 100);
        LoadTerminal[] away = [.. crowd.Terminals.Take(cut)];
        int[] others = [.. Enumerable.Range(cut, crowd.Terminals.Count - cut)];
        using CancellationTokenSource stop = new();
        Tally tally = crowd.Tally = new();
        foreach (LoadTerminal one in away) one.Cut = true;
        Task news = GoOnAsync(others, stop.Token);
        foreach (LoadTerminal one in away) one.PunchQuietly(options.Backlog);
        await Task.Delay(TimeSpan.FromSeconds(options.AwaySeconds));
        Tally during = tally;
        tally = crowd.Tally = new();
        long backlog = away.Sum(one => (long)one.Ledger.Waiting);
        Spent spent = new((FleetRun.Bridge, bridge.Id), (FleetRun.Generator, Environment.ProcessId));
        foreach (LoadTerminal one in away) one.Cut = false;
        double half = 0, online = 0, drained = 0, peakBridge = 0;
        long left;
        double last = 0, lastCpu = ProcessFiles.Processor(bridge.Id).TotalSeconds;
        do
        {
            await Task.Delay(200);
            if (bridge.HasExited) throw bridge.Ended();
            double now = spent.Elapsed.TotalSeconds;
            left = away.Sum(one => one.Online ? (long)one.Ledger.Waiting : Math.Max(1, one.Ledger.Waiting));
            if (half == 0 && left <= backlog / 2) half = now;
            if (online == 0 && away.All(one => one.Online)) online = now;
            if (now - last >= 1)
            {
                double cpu = ProcessFiles.Processor(bridge.Id).TotalSeconds;
                peakBridge = Math.Max(peakBridge, (cpu - lastCpu) / (now - last));
                (last, lastCpu) = (now, cpu);
            }

            if (now > 300) throw new LoadFault(Figures.Text($"{left:#,0} punches of the outage were not drained within 300 s. {Figures.Reasons(tally)}"));
        }
        while (left > 0);
        drained = spent.Elapsed.TotalSeconds;
        double ours = spent.Cores(FleetRun.Bridge), own = spent.Cores(FleetRun.Generator);
        await stop.CancelAsync();
        await news;
        await FleetRun.DrainedAsync(crowd, bridge);
        say(Figures.Text($"outage: {cut:#,0} terminals with {backlog:#,0} punches back online after {online:0.0} s, drained after {drained:0.0} s"));
        return ("outage", "Regional outage, then drain",
        [
            Figures.Text($"{cut:#,0} of {crowd.Terminals.Count:#,0} terminals ({options.Away} %) are without network for {options.AwaySeconds} s and hold {backlog:#,0} punches ({options.Backlog} each). They come back by the product's own waits (1 s doubling to 2 min, half to whole by chance; up to 5 s before a drain; 128 a publish); meanwhile {options.Rate:#,0} new punches a second go on at the others."),
            "",
            "| | |", "| --- | ---: |",
            Figures.Text($"| all back online after | {online:0.0} s (the longest wait of their back-off is part of it) |"),
            Figures.Text($"| half, all of the backlog durable after | {half:0.0} s, {drained:0.0} s |"),
            Figures.Text($"| tries that failed, messages refused, pauses asked | {tally.Lost:#,0}, {tally.Refused:#,0}, {tally.Pauses:#,0}{(tally.Refused + tally.Lost > 0 ? ": " + Figures.Reasons(tally) : "")} |"),
            Figures.Text($"| cores: bridge on average, in its busiest second; generator | {ours:0.00}, {peakBridge:0.00}; {own:0.00} |"),
            "",
            $"| ms | {Figures.LatencyHead} |", "| --- | ---: | ---: | ---: | ---: |",
            $"| acknowledged during the outage, others | {Figures.Four(during.Acknowledged)} |",
            $"| acknowledged during the return, all | {Figures.Four(tally.Acknowledged)} |",
        ]);
    }

    private async Task GoOnAsync(int[] others, CancellationToken stop)
    {
        for (int i = 0; !stop.IsCancellationRequested; i++)
            await new RateDriver(crowd, options.Seed + 100 + i).RunAsync(TimeSpan.FromSeconds(0.5), seconds => seconds * options.Rate, others);
    }
}
