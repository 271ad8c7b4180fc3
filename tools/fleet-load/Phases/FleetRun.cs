using Devices.FleetLoad.Checks;
using Devices.FleetLoad.Fleet;
using Devices.FleetLoad.Machine;
using Devices.FleetLoad.Reports;
using Devices.FleetLoad.Terminals;

namespace Devices.FleetLoad.Phases;

/// <summary>One bridge and its crowd through the phases that were asked for; at the end the store is compared with what terminals were told.</summary>
internal sealed class FleetRun(LoadOptions options, FleetFolder fleet, Action<string> say)
{
    public const string Bridge = "bridge", Generator = "generator";

    // Longer than a folding of the log and the wait before a terminal sends again, one after the other.
    private static readonly TimeSpan Standstill = TimeSpan.FromSeconds(90);

    /// <summary>What each phase measured, and whether the store was right.</summary>
    public async Task<(List<Section> Sections, StoreCheck Check)> RunAsync()
    {
        long seed = options.Seed;
        List<(string Key, string Title, List<string> Lines)> parts = [];
        BridgeHost bridge = await BridgeHost.StartAsync(options.Bridge, Path.Combine(options.Data, "bridge"), options.Postgres, fleet, fleet.Members);
        try
        {
            Crowd crowd = new(fleet.Members, bridge.Target, options.People, (int)seed, options.AtOnce);
            try
            {
                // Always: what follows needs everybody connected.
                parts.Add(await new StormPhase(options, bridge, crowd, say).RunAsync());
                if (Wants("steady")) parts.Add(await new SteadyPhase(options, bridge, crowd, say).RunAsync());
                if (Wants("peak")) parts.Add(await new PeakPhase(options, bridge, crowd, say).RunAsync());
                if (Wants("ramp")) parts.Add(await new RampPhase(options, bridge, crowd, say).RunAsync());
                if (Wants("outage")) parts.Add(await new OutagePhase(options, bridge, crowd, say).RunAsync());
                await DrainedAsync(crowd, bridge);
            }
            finally
            {
                await crowd.DisposeAsync();
            }

            int code = await bridge.StopAsync();
            StoreCheck check = await StoreCheck.RunAsync(bridge.Options, crowd.Terminals.Select(one => (one.Name, one.Ledger)), crowd.Misfits);
            if (code != 0) check = check with { Faults = [.. check.Faults, $"The bridge ended with code {code}."] };
            say(check.Sentence);
            string store = options.Postgres.Length > 0 ? "postgresql" : "sqlite";
            return ([.. parts.Select(one => new Section($"{one.Key}-{store}", $"{one.Title} ({options.Store})", string.Join('\n', [.. one.Lines, "", check.Sentence])))], check);
        }
        finally
        {
            await bridge.DisposeAsync();
        }
    }

    /// <summary>Waits until every punch is covered by a watermark, as long as it goes on.</summary>
    /// <exception cref="LoadFault">None was for <see cref="Standstill"/>.</exception>
    public static async Task DrainedAsync(Crowd crowd, BridgeHost bridge)
    {
        long least = long.MaxValue, end = 0;
        for (long waiting; (waiting = crowd.Waiting) > 0; await Task.Delay(50))
        {
            if (bridge.HasExited) throw bridge.Ended();
            if (waiting < least) (least, end) = (waiting, Environment.TickCount64 + (long)Standstill.TotalMilliseconds);
            else if (Environment.TickCount64 > end) throw new LoadFault(Figures.Text($"{waiting:#,0} punches are not confirmed, and none was for {Standstill.TotalSeconds:0} s. {Figures.Reasons(crowd.Tally)}"));
        }
    }

    private bool Wants(string phase) => options.Phases.Contains(phase);
}
