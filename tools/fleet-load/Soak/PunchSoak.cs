using System.Text.Json;
using Devices.Contract.Punches;
using Devices.FleetLoad.Checks;
using Devices.FleetLoad.Fleet;
using Devices.FleetLoad.Machine;
using Devices.FleetLoad.Reports;
using Devices.Link;
using Devices.PrivateServers;

namespace Devices.FleetLoad.Soak;

/// <summary>
/// Many punches through one terminal: a controller's link, the real agent process with its ledger and uplink, the real bridge process. A card is
/// confirmed after the agent's commit; at the end the bridge must hold every one, in one chain.
/// </summary>
internal sealed class PunchSoak(SoakOptions options, FleetFolder fleet, Action<string> say)
{
    private long _confirmed;
    private long _next;

    public async Task<(Section, bool)> RunAsync()
    {
        FleetMember member = fleet.Members[0];
        string folder = Path.Combine(options.Data, "p");
        Directory.CreateDirectory(folder);
        await using HeapCollector bridgeHeap = await HeapCollector.StartAsync(), agentHeap = await HeapCollector.StartAsync();
        await using BridgeHost bridge = await BridgeHost.StartAsync(options.Bridge, Path.Combine(folder, "bridge"), "", fleet, [member],
            $"--Bridge:Telemetry:Otlp={bridgeHeap.Address}", "--Bridge:Telemetry:EverySeconds=1", "--Bridge:Telemetry:TraceShare=0");
        await using AgentHost agent = await AgentHost.StartAsync(options.Agent, folder, member, fleet.Root.ExportCertificatePem(), bridge.Target, agentHeap.Address);
        await agent.EnrolAsync(options.People);
        Trend[] trends = [new("agent", agent.Id, () => agentHeap.Bytes), new("bridge", bridge.Id, () => bridgeHeap.Bytes)];
        string[] files = [Path.Combine(folder, "agent", "ledger.db"), Path.Combine(folder, "bridge", "bridge.db")];
        (long agentWrote, long bridgeWrote) = (ProcessFiles.Written(agent.Id), ProcessFiles.Written(bridge.Id));
        long[] sizes = [.. files.Select(Size)];
        Spent spent = new(("agent", agent.Id), ("bridge", bridge.Id), ("controller", Environment.ProcessId));
        using CancellationTokenSource stop = new();
        await using McuPlayer mcu = await McuPlayer.ConnectAsync(agent, "soak-boot", stop.Token);
        Task[] lanes = [.. Enumerable.Range(0, options.InFlight).Select(_ => LaneAsync(mcu, stop.Token))];
        Task all = Task.WhenAll(lanes);
        int lines = 0;
        await SoakRun.SampleAsync(() => Volatile.Read(ref _confirmed), options.Punches, options.Limit, done =>
        {
            foreach (Trend one in trends) one.Take(done);
            if (lines++ % 20 == 0) say(Figures.Text($"punches: {done:#,0} confirmed, {spent.Elapsed.TotalSeconds:0} s"));
        }, () => all.IsFaulted || agent.HasExited || bridge.HasExited);
        await stop.CancelAsync();
        await all;
        long punches = Volatile.Read(ref _confirmed);
        double seconds = spent.Elapsed.TotalSeconds, agentCores = spent.Cores("agent"), bridgeCores = spent.Cores("bridge");
        (Guid ledger, long last) = await DrainedAsync(agent);
        foreach (Trend one in trends) one.Take(punches);
        (agentWrote, bridgeWrote) = (ProcessFiles.Written(agent.Id) - agentWrote, ProcessFiles.Written(bridge.Id) - bridgeWrote);
        int agentCode = await agent.StopAsync(), bridgeCode = await bridge.StopAsync();
        long[] grown = [.. files.Select((file, i) => Size(file) - sizes[i])];
        string? wrong = agentCode + bridgeCode != 0 ? $"The agent ended with {agentCode}, the bridge with {bridgeCode}." : await WrongAsync(bridge, member.Name, ledger, last, punches);
        (List<string> rows, bool flat) = Judge(trends);
        string verdict = wrong is null ? Figures.Text($"Correct: {punches:#,0} entries confirmed to the controller, {last:#,0} punches in the agent's ledger, the same {last:#,0} in the bridge's store, each once, in one unbroken chain.") : "WRONG: " + wrong;
        say(verdict);
        return (new("punches-soak", Figures.Text($"Soak: {punches:#,0} punches through one terminal"), string.Join('\n',
        [
            Figures.Text($"The real agent process (no camera; its ledger, uplink and controller's broker), a controller's link with {options.InFlight} card entries in flight, {options.People} people, the real bridge process (SQLite), on {Disk(folder)}. {seconds:0} s, {punches / seconds:#,0} punches a second; the agent used {agentCores:0.00} cores, the bridge {bridgeCores:0.00}. A card is confirmed after one commit of its own."),
            "",
            .. Trend.Head, .. rows,
            "",
            "| a punch | agent's ledger | bridge's store |", "| --- | ---: | ---: |",
            Figures.Text($"| growth of the file, bytes | {grown[0] / (double)punches:#,0} | {grown[1] / (double)punches:#,0} |"),
            Figures.Text($"| bytes the process wrote to the disk (write_bytes) | {agentWrote / (double)punches:#,0} | {bridgeWrote / (double)punches:#,0} |"),
            "",
            verdict,
        ])), flat && wrong is null);
    }

    public static (List<string> Rows, bool Flat) Judge(IEnumerable<Trend> trends)
    {
        List<string> rows = [];
        bool flat = true;
        foreach (Trend one in trends)
        {
            (List<string> some, bool good) = one.Judge();
            rows.AddRange(some);
            flat &= good;
        }

        return (rows, flat);
    }

    private async Task LaneAsync(McuPlayer mcu, CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested && Interlocked.Increment(ref _next) is var number && number <= options.Punches)
            {
                // What was begun is finished, also at the end.
                ConfirmMessage confirm = await mcu.CardAsync(McuPlayer.Entry(number), AgentHost.Card((int)(number % options.People)), CancellationToken.None);
                if (confirm.Result != ConfirmResult.Accepted) throw new LoadFault($"Entry {number} was answered {confirm.Result}: {confirm.Reason}");
                Interlocked.Increment(ref _confirmed);
            }
        }
        catch (Exception fault) when (fault is IOException or TimeoutException)
        {
            throw new LoadFault($"The controller's link failed: {fault.Message}");
        }
    }

    private static async Task<(Guid Ledger, long Last)> DrainedAsync(AgentHost agent)
    {
        for (int i = 0; i < 1200; i++)
        {
            if (await agent.StatusAsync() is { } status && status.GetProperty("last_seq").GetInt64() is var last && status.GetProperty("watermark").GetInt64() == last)
                return (status.GetProperty("ledger").GetGuid(), last);
            await Task.Delay(100);
        }

        throw new LoadFault("The agent's punches did not reach the bridge within two minutes.");
    }

    private static async Task<string?> WrongAsync(BridgeHost bridge, string terminal, Guid ledger, long last, long confirmed)
    {
        if (last != confirmed) return Figures.Text($"{confirmed:#,0} entries were confirmed, the ledger has {last:#,0} punches.");
        ChainWalk walk = await ChainWalk.RunAsync(bridge.Options, terminal, ledger);
        return walk.Fault ?? (walk.Through != last ? Figures.Text($"The store ends at punch {walk.Through:#,0}, the ledger at {last:#,0}.") : null);
    }

    private static long Size(string file) => new[] { file, file + "-wal" }.Where(File.Exists).Sum(one => new FileInfo(one).Length);

    private static string Disk(string folder)
    {
        DriveInfo drive = DriveInfo.GetDrives().Where(one => one.IsReady && folder.StartsWith(one.RootDirectory.FullName, StringComparison.Ordinal)).MaxBy(one => one.RootDirectory.FullName.Length)!;
        return drive.DriveFormat == "tmpfs" ? "tmpfs (nothing is written to a disk)" : Figures.Text($"{drive.DriveFormat} that took {Facts.SyncsPerSecond(folder):#,0} durable writes a second, one after the other");
    }
}
