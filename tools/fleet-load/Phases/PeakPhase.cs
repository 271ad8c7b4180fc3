using Devices.FleetLoad.Machine;
using Devices.FleetLoad.Reports;
using Devices.FleetLoad.Terminals;

namespace Devices.FleetLoad.Phases;

/// <summary>08:55 to 09:00: at 60 % of the terminals everybody punches, few at first and at the end, most in the middle; the time is compressed.</summary>
internal sealed class PeakPhase(LoadOptions options, BridgeHost bridge, Crowd crowd, Action<string> say)
{
    private const double Share = 0.6;
    private const double RealSeconds = 300;

    public async Task<(string, string, List<string>)> RunAsync()
    {
        Random dice = new(options.Seed + 3);
        int[] among = [.. Enumerable.Range(0, crowd.Terminals.Count).OrderBy(_ => dice.Next()).Take((int)(crowd.Terminals.Count * Share))];
        long people = (long)among.Length * options.People;
        TimeSpan length = TimeSpan.FromSeconds(RealSeconds / options.Compress);
        Tally tally = crowd.Tally = new();
        Spent spent = new((FleetRun.Bridge, bridge.Id), (FleetRun.Generator, Environment.ProcessId));
        // A triangle: twice the mean in the middle.
        await new RateDriver(crowd, options.Seed + 4).RunAsync(length, seconds => people * Triangle(seconds / length.TotalSeconds), among);
        double ours = spent.Cores(FleetRun.Bridge), own = spent.Cores(FleetRun.Generator);
        long behind = crowd.Waiting;
        await FleetRun.DrainedAsync(crowd, bridge);
        double all = spent.Elapsed.TotalSeconds;
        double mean = people / length.TotalSeconds;
        say(Figures.Text($"peak: {people:#,0} punches in {length.TotalSeconds:0} s, all durable after {all:0.0} s, durable p50/p95/p99/max {Figures.Four(tally.Durable)} ms"));
        return ("peak", "08:55",
        [
            Figures.Text($"{people:#,0} people at {among.Length:#,0} terminals ({Share:P0} of all) punch within five minutes, compressed {options.Compress:0.#}-fold into {length.TotalSeconds:0} s: {mean:#,0} a second on average, {2 * mean:#,0} in the middle. Uncompressed it would be {people / RealSeconds:#,0} and {2 * people / RealSeconds:#,0} a second."),
            "",
            $"| ms | {Figures.LatencyHead} |", "| --- | ---: | ---: | ---: | ---: |",
            $"| acknowledged (publish to PUBACK) | {Figures.Four(tally.Acknowledged)} |",
            $"| durable (punch to watermark) | {Figures.Four(tally.Durable)} |",
            "",
            "| | |", "| --- | ---: |",
            Figures.Text($"| all durable after | {all:0.0} s ({people / all:#,0} a second); {behind:#,0} waited on terminals when the last person had punched |"),
            Figures.Text($"| punches a publish | {tally.Punches / (double)Math.Max(1, tally.Publishes):0.00} |"),
            Figures.Text($"| cores: bridge, generator | {ours:0.00}, {own:0.00} |"),
            Figures.Text($"| refused or sent again, pauses asked, links lost | {tally.Refused:#,0}, {tally.Pauses:#,0}, {tally.Lost:#,0}{(tally.Refused + tally.Lost > 0 ? ": " + Figures.Reasons(tally) : "")} |"),
        ]);
    }

    private static double Triangle(double share) => share < 0.5 ? 2 * share * share : 1 - 2 * (1 - share) * (1 - share);
}
