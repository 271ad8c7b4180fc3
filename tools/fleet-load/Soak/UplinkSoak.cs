using System.Globalization;
using Devices.FleetLoad.Fleet;
using Devices.FleetLoad.Machine;
using Devices.FleetLoad.Reports;

namespace Devices.FleetLoad.Soak;

/// <summary>Connections to the real bridge, made and ended by the product's own uplink: TLS both ways, hello, state, status, farewell.</summary>
internal sealed class UplinkSoak(SoakOptions options, FleetFolder fleet, Action<string> say)
{
    private long _connects;
    private long _heap;
    private long _punches;
    private string? _lost;
    private int _lostCount;

    public async Task<(Section, bool)> RunAsync()
    {
        FleetMember[] members = [.. fleet.Members.Skip(1).Take(options.Sessions)];
        string folder = Path.Combine(options.Data, "u");
        Directory.CreateDirectory(folder);
        await using HeapCollector bridgeHeap = await HeapCollector.StartAsync();
        await using BridgeHost bridge = await BridgeHost.StartAsync(options.Bridge, Path.Combine(folder, "bridge"), "", fleet, members,
            $"--Bridge:Telemetry:Otlp={bridgeHeap.Address}", "--Bridge:Telemetry:EverySeconds=1", "--Bridge:Telemetry:TraceShare=0");
        foreach (FleetMember one in members) one.WriteFiles(Path.Combine(MakeFolder(folder, one.Name), "tls"), fleet.Root.ExportCertificatePem());
        string program = Path.Combine(AppContext.BaseDirectory, "Devices.FleetLoad.dll");
        await using Child terminals = Child.Start("The uplinks", program,
            [UplinkProcess.Verb, folder, bridge.Target.At.Port.ToString(CultureInfo.InvariantCulture), .. members.Select(one => one.Name)], Path.Combine(folder, "uplinks.log"), Take);
        Trend[] trends = [new("uplinks", terminals.Id, () => Volatile.Read(ref _heap)), new("bridge", bridge.Id, () => bridgeHeap.Bytes)];
        Spent spent = new(("uplinks", terminals.Id), ("bridge", bridge.Id));
        int lines = 0;
        await Crowd();
        await SoakRun.SampleAsync(() => Volatile.Read(ref _connects), options.Reconnects, options.Limit, done =>
        {
            foreach (Trend one in trends) one.Take(done);
            if (lines++ % 20 == 0) say(Figures.Text($"uplink: {done:#,0} connects, {spent.Elapsed.TotalSeconds:0} s"));
        }, () => terminals.HasExited || bridge.HasExited);
        long connects = Volatile.Read(ref _connects);
        double seconds = spent.Elapsed.TotalSeconds, own = spent.Cores("uplinks"), ours = spent.Cores("bridge");
        int code = await terminals.StopAsync() + await bridge.StopAsync();
        (List<string> rows, bool flat) = PunchSoak.Judge(trends);
        bool good = code == 0 && connects > 0;
        string verdict = Figures.Text($"{connects:#,0} connections, {_lostCount:#,0} of them ended by a fault{(_lost is null ? "" : $" (the last: {_lost})")}; {_punches:#,0} punches recorded in between.{(good ? "" : $" The processes ended with code {code}.")}");
        say(verdict);
        return (new("uplink-soak", Figures.Text($"Soak: {connects:#,0} connections of the uplink"), string.Join('\n',
        [
            Figures.Text($"{options.Sessions} terminals in one process, each the product's `LedgerStore` and `UplinkSession`, connect again as soon as they are connected: TLS 1.3 both ways, hello, state, status, farewell; the real bridge process (SQLite). {seconds:0} s, {connects / seconds:#,0} a second; the uplinks used {own:0.00} cores, the bridge {ours:0.00}."),
            "",
            .. Trend.Head, .. rows,
            "",
            verdict,
        ])), flat && good);

        Task Crowd() => Terminals.Crowd.UntilAsync(() => terminals.HasExited ? throw terminals.Ended() : Volatile.Read(ref _connects) > options.Sessions, TimeSpan.FromSeconds(60), "the uplinks connect");
    }

    private void Take(string line)
    {
        if (line.Split(' ') is ["connects", var connects, "heap", var heap, "punches", var punches])
        {
            Volatile.Write(ref _heap, long.Parse(heap, CultureInfo.InvariantCulture));
            Volatile.Write(ref _punches, long.Parse(punches, CultureInfo.InvariantCulture));
            Volatile.Write(ref _connects, long.Parse(connects, CultureInfo.InvariantCulture));
        }
        else if (line.StartsWith("lost ", StringComparison.Ordinal))
        {
            _lost = line[5..];
            Interlocked.Increment(ref _lostCount);
        }
    }

    private static string MakeFolder(string folder, string name)
    {
        string made = Path.Combine(folder, name);
        Bridge.Fleet.PrivateFiles.MakeDirectory(made);
        return made;
    }
}
