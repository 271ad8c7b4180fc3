using System.Diagnostics;
using Devices.FleetLoad.Machine;
using Devices.FleetLoad.Reports;
using Devices.FleetLoad.Terminals;

namespace Devices.FleetLoad.Phases;

/// <summary>
/// The machine's maximum: single punches from all terminals at a rate that rises until they are not stored as fast as they come; then
/// without a pause from every terminal, one punch a publish and 128 a publish.
/// </summary>
internal sealed class RampPhase(LoadOptions options, BridgeHost bridge, Crowd crowd, Action<string> say)
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(6);
    private static readonly int[] Rates = [500, 1000, 1500, 2000, 3000, 4000, 6000, 8000, 12000];

    public async Task<(string, string, List<string>)> RunAsync()
    {
        List<string> lines =
        [
            Figures.Text($"Each step {Step.TotalSeconds:0} s of punches at chosen terminals, one punch a publish; it is *kept up with* where 97 % were durable by its end. The last two rows ({Step.TotalSeconds * 3:0} s for the last): every terminal sends as soon as its last publish was stored."),
            "",
            $"| offered a second | durable a second | kept up | {string.Join(" | ", Figures.LatencyHead.Split(" | ").Select(h => "acknowledged " + h))} | bridge, cores | generator, cores | refused | pauses |",
            "| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        ];
        int kept = 0;
        crowd.MaxBatch = 1;
        foreach (int rate in Rates)
        {
            Tally tally = crowd.Tally = new();
            Spent spent = new((FleetRun.Bridge, bridge.Id), (FleetRun.Generator, Environment.ProcessId));
            long made = await new RateDriver(crowd, options.Seed + rate).RunAsync(Step, rate);
            bool up = tally.Punches >= 0.97 * made;
            lines.Add(Row(Figures.Count(rate), tally, spent, up ? "yes" : "no"));
            await FleetRun.DrainedAsync(crowd, bridge);
            if (!up) break;
            kept = rate;
        }

        foreach (int batch in (int[])[1, Contract.Protocol.MaxBatch])
        {
            crowd.MaxBatch = batch;
            crowd.Tally = new();
            crowd.Endless = batch;
            crowd.WakeAll();
            // Ten thousand times 128 punches are made, sent and read at the same time first: measured once they come through, and for longer.
            long warm = Stopwatch.GetTimestamp();
            while (crowd.Tally.Punches < options.Terminals * batch / 20 && Stopwatch.GetElapsedTime(warm) < TimeSpan.FromSeconds(60)) await Task.Delay(100);
            Tally tally = crowd.Tally = new();
            Spent spent = new((FleetRun.Bridge, bridge.Id), (FleetRun.Generator, Environment.ProcessId));
            await Task.Delay(batch == 1 ? Step : Step * 3);
            lines.Add(Row($"all it takes, {batch} a publish", tally, spent, "–"));
            crowd.Endless = 0;
            await FleetRun.DrainedAsync(crowd, bridge);
        }

        crowd.MaxBatch = Contract.Protocol.MaxBatch;
        say($"ramp: {lines[^1]}");
        lines.AddRange(["", Figures.Text($"Kept up with: {kept:#,0} single punches a second.")]);
        return ("ramp", "Ramp to the maximum", lines);
    }

    private string Row(string offered, Tally tally, Spent spent, string kept)
    {
        string row = Figures.Text($"| {offered} | {tally.Punches / spent.Elapsed.TotalSeconds:#,0} | {kept} | {Figures.Four(tally.Acknowledged)} | {spent.Cores(FleetRun.Bridge):0.00} | {spent.Cores(FleetRun.Generator):0.00} | {tally.Refused:#,0} | {tally.Pauses:#,0} |");
        say("ramp: " + row);
        return row;
    }
}
