using Devices.FleetLoad.Machine;
using Devices.FleetLoad.Reports;
using Devices.FleetLoad.Terminals;
using Devices.PrivateServers;

namespace Devices.FleetLoad.Phases;

/// <summary>A constant rate, spread over all terminals by chance; keep-alives and statuses go on as the product sends them.</summary>
internal sealed class SteadyPhase(LoadOptions options, BridgeHost bridge, Crowd crowd, Action<string> say)
{
    public async Task<(string, string, List<string>)> RunAsync()
    {
        // The first seconds compile what was not run before.
        await new RateDriver(crowd, options.Seed + 1).RunAsync(TimeSpan.FromSeconds(Math.Min(5, options.Minutes * 60)), options.Rate);
        await FleetRun.DrainedAsync(crowd, bridge);
        Tally tally = crowd.Tally = new();
        long written = ProcessFiles.Written(bridge.Id);
        Spent spent = new((FleetRun.Bridge, bridge.Id), (FleetRun.Generator, Environment.ProcessId));
        long made = await new RateDriver(crowd, options.Seed + 2).RunAsync(TimeSpan.FromMinutes(options.Minutes), options.Rate);
        double ours = spent.Cores(FleetRun.Bridge), own = spent.Cores(FleetRun.Generator), seconds = spent.Elapsed.TotalSeconds;
        await FleetRun.DrainedAsync(crowd, bridge);
        double drained = spent.Elapsed.TotalSeconds;
        written = ProcessFiles.Written(bridge.Id) - written;
        say(Figures.Text($"steady: {made:#,0} punches at {options.Rate:#,0}/s, ack p50/p95/p99/max {Figures.Four(tally.Acknowledged)} ms, bridge {ours:0.00} cores"));
        return ("steady", Figures.Text($"Steady, {options.Rate:#,0} punches a second"),
        [
            Figures.Text($"{made:#,0} punches in {seconds:0} s over {crowd.Terminals.Count:#,0} connected terminals, one after the other as people come: {tally.Punches / (double)Math.Max(1, tally.Publishes):0.00} punches a publish. *Acknowledged* is from a publish to its PUBACK, which follows the commit; *durable* from the punch to the watermark in `state`, waiting on the terminal included."),
            "",
            $"| ms | {Figures.LatencyHead} |", "| --- | ---: | ---: | ---: | ---: |",
            $"| acknowledged | {Figures.Four(tally.Acknowledged)} |",
            $"| durable | {Figures.Four(tally.Durable)} |",
            "",
            "| | |", "| --- | ---: |",
            Figures.Text($"| durable punches a second | {tally.Punches / drained:#,0} |"),
            Figures.Text($"| cores: bridge, generator | {ours:0.00}, {own:0.00} |"),
            Figures.Text($"| processor time of the bridge a punch, keep-alives and statuses included | {ours * seconds / made * 1000:0.00} ms |"),
            Figures.Text($"| bytes the bridge wrote to the disk a punch | {written / (double)made:#,0} |"),
            Figures.Text($"| refused or sent again, pauses asked, links lost | {tally.Refused:#,0}, {tally.Pauses:#,0}, {tally.Lost:#,0}{(tally.Refused + tally.Lost > 0 ? ": " + Figures.Reasons(tally) : "")} |"),
        ]);
    }
}
