using Devices.FleetLoad.Machine;
using Devices.FleetLoad.Reports;
using Devices.FleetLoad.Terminals;
using Devices.PrivateServers;

namespace Devices.FleetLoad.Phases;

/// <summary>Everybody connects, as fast as the bridge takes them: TCP, TLS with both certificates, CONNECT, subscriptions, hello, status.</summary>
internal sealed class StormPhase(LoadOptions options, BridgeHost bridge, Crowd crowd, Action<string> say)
{
    // Ten thousand at a hundred a second.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(150);

    public async Task<(string, string, List<string>)> RunAsync()
    {
        int all = crowd.Terminals.Count;
        TimeSpan settle = TimeSpan.FromSeconds(options.SettleSeconds);
        await Task.Delay(settle);
        long before = ProcessFiles.Resident(bridge.Id);
        Spent spent = new((FleetRun.Bridge, bridge.Id), (FleetRun.Generator, Environment.ProcessId));
        crowd.Start();
        await Crowd.UntilAsync(() => bridge.HasExited ? throw bridge.Ended() : crowd.Online == all, Limit, $"{all} terminals are connected ({Figures.Reasons(crowd.Tally)})");
        double seconds = spent.Elapsed.TotalSeconds, ours = spent.Cores(FleetRun.Bridge), own = spent.Cores(FleetRun.Generator);
        await Task.Delay(settle);
        long after = ProcessFiles.Resident(bridge.Id);
        crowd.OpenDoors();
        Tally tally = crowd.Tally;
        say(Figures.Text($"storm: {all:#,0} terminals in {seconds:0.0} s, {(after - before) / 1024.0 / all:0.0} KiB a session, {tally.Lost} tries failed"));
        return ("storm", "Connect storm",
        [
            Figures.Text($"{all:#,0} terminals with certificates of their own (P-256), TLS 1.3 both ways, full handshakes, {options.AtOnce} at a time; connected means that hello was answered by its `state` and the status acknowledged. The store is written about eight times a connection (online, hello, what it has applied, status, its certificate's first use), many in one commit."),
            "",
            "| | |", "| --- | ---: |",
            Figures.Text($"| all connected after | {seconds:0.0} s ({all / seconds:#,0} a second) |"),
            Figures.Text($"| tries that failed or were refused | {tally.Lost:#,0}{(tally.Lost > 0 ? ": " + Figures.Reasons(tally) : "")} |"),
            Figures.Text($"| processor time a connection: bridge, generator | {ours * seconds / all * 1000:0.00} ms, {own * seconds / all * 1000:0.00} ms |"),
            Figures.Text($"| cores: bridge, generator | {ours:0.00}, {own:0.00} |"),
            Figures.Text($"| memory of the bridge before, with all connected | {Figures.MiB(before)} MiB, {Figures.MiB(after)} MiB |"),
            Figures.Text($"| memory a session (difference / sessions) | {(after - before) / 1024.0 / all:0.0} KiB |"),
            Figures.Text($"| handles, threads of the bridge | {ProcessFiles.Handles(bridge.Id):#,0}, {ProcessFiles.Threads(bridge.Id)} |"),
        ]);
    }
}
