using System.Net.Sockets;
using Devices.FleetLoad.Fleet;
using Devices.FleetLoad.Machine;
using Devices.FleetLoad.Mqtt;
using Devices.FleetLoad.Reports;

namespace Devices.FleetLoad.Soak;

/// <summary>Connections of a controller to the real agent's broker: password, subscriptions, hello answered with the time; every second one is cut off without a farewell.</summary>
internal sealed class McuSoak(SoakOptions options, FleetFolder fleet, Action<string> say)
{
    // A controller tries again; only an agent that takes none any more is a failure.
    private const int InARow = 20;

    private long _connects;
    private int _failed;
    private string _why = "";

    public async Task<(Section, bool)> RunAsync()
    {
        string folder = Path.Combine(options.Data, "m");
        Directory.CreateDirectory(folder);
        await using HeapCollector heap = await HeapCollector.StartAsync();
        await using AgentHost agent = await AgentHost.StartAsync(options.Agent, folder, fleet.Members[0], fleet.Root.ExportCertificatePem(), bridge: null, heap.Address);
        Trend[] trends = [new("agent", agent.Id, () => heap.Bytes)];
        Spent spent = new(("agent", agent.Id));
        using CancellationTokenSource stop = new();
        Task connecting = ConnectAsync(agent, stop.Token);
        int lines = 0;
        await SoakRun.SampleAsync(() => Volatile.Read(ref _connects), options.McuReconnects, options.Limit, done =>
        {
            foreach (Trend one in trends) one.Take(done);
            if (lines++ % 20 == 0) say(Figures.Text($"mcu: {done:#,0} connects, {spent.Elapsed.TotalSeconds:0} s"));
        }, () => connecting.IsCompleted || agent.HasExited);
        await stop.CancelAsync();
        await connecting;
        long connects = Volatile.Read(ref _connects);
        double seconds = spent.Elapsed.TotalSeconds, cores = spent.Cores("agent");
        int code = await agent.StopAsync();
        (List<string> rows, bool flat) = PunchSoak.Judge(trends);
        string verdict = Figures.Text($"{connects:#,0} connections, each greeted; {_failed:#,0} tries failed and were made again{(_failed > 0 ? $" ({_why})" : "")}; the agent ended with code {code}.");
        say(verdict);
        return (new("mcu-soak", Figures.Text($"Soak: {connects:#,0} connections of the controller"), string.Join('\n',
        [
            Figures.Text($"The real agent process; connect with the password, subscribe, hello, wait for the time, then leave in order or be cut off, in turns. {seconds:0} s, {connects / seconds:#,0} a second; the agent used {cores:0.00} cores."),
            "",
            .. Trend.Head, .. rows,
            "",
            verdict,
        ])), flat && code == 0);
    }

    private async Task ConnectAsync(AgentHost agent, CancellationToken stop)
    {
        int inARow = 0;
        while (!stop.IsCancellationRequested && _connects < options.McuReconnects)
        {
            try
            {
                McuPlayer player = await McuPlayer.ConnectAsync(agent, "soak-boot", stop);
                if (Interlocked.Increment(ref _connects) % 2 == 0) await player.CloseAsync();
                else await player.DisposeAsync();
                inARow = 0;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (fault is IOException or SocketException or TimeoutException or MqttRefusedException)
            {
                (_failed, _why) = (_failed + 1, fault.Message);
                if (++inARow == InARow) throw new LoadFault($"After {_connects} connections the agent took none of {InARow} more: {fault.Message}");
                await Task.Delay(50, CancellationToken.None);
            }
        }
    }
}
