using System.Text.RegularExpressions;
using Devices.Bridge;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.FleetLoad.Fleet;
using Devices.FleetLoad.Mqtt;

namespace Devices.FleetLoad.Machine;

/// <summary>The real bridge as a process of its own, on a data directory that holds the fleet's authority and certificates and no punches.</summary>
internal sealed partial class BridgeHost : IAsyncDisposable
{
    private readonly Child _child;

    private BridgeHost(Child child, BridgeOptions options, Target target) => (_child, Options, Target) = (child, options, target);

    public int Id => _child.Id;

    public Target Target { get; }

    public BridgeOptions Options { get; }

    public bool HasExited => _child.HasExited;

    public LoadFault Ended() => _child.Ended();

    public static async Task<BridgeHost> StartAsync(string program, string data, string postgres, FleetFolder fleet, IEnumerable<FleetMember> members, params string[] more)
    {
        BridgeOptions options = new() { Data = data, Store = postgres.Length > 0 ? "postgres" : "sqlite", Postgres = { ConnectionFile = postgres } };
        fleet.LayInto(data);
        await using (SqlDatabase database = StoreSetup.Open(options)) await fleet.EnterAsync(database, members);
        return await StartAsync(program, options, fleet, more);
    }

    /// <summary>On a data directory that was laid out before.</summary>
    public static async Task<BridgeHost> StartAsync(string program, BridgeOptions options, FleetFolder fleet, params string[] more)
    {
        TaskCompletionSource<string> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        List<string> arguments =
        [
            $"--Bridge:Data={options.Data}", "--Bridge:Mqtt:Port=0", "--Bridge:Mqtt:Bind=127.0.0.1", "--Bridge:Https:Port=0", "--Bridge:Https:Bind=127.0.0.1",
            "--Bridge:Http:Url=http://127.0.0.1:0", "--Bridge:Platform:Kind=none",
        ];
        if (options.Store == "postgres") arguments.AddRange(["--Bridge:Store=postgres", $"--Bridge:Postgres:ConnectionFile={options.Postgres.ConnectionFile}"]);
        Child child = Child.Start("The bridge", program, [.. arguments, .. more], options.Data + ".log", line =>
        {
            if (Ready().Match(line) is { Success: true } found) ready.TrySetResult(found.Groups[1].Value);
        });
        try
        {
            for (int i = 0; i < 600 && !ready.Task.IsCompleted; i++)
            {
                if (child.HasExited) throw child.Ended();
                await Task.Delay(100);
            }

            if (!ready.Task.IsCompleted) throw new LoadFault($"The bridge did not get ready within a minute. Its last lines:\n{child.Tail()}");
            return new(child, options, Target.Of(await ready.Task, fleet.Root));
        }
        catch
        {
            await child.DisposeAsync();
            throw;
        }
    }

    /// <summary>In order, and what it stored can be read.</summary>
    public Task<int> StopAsync() => _child.StopAsync();

    public ValueTask DisposeAsync() => _child.DisposeAsync();

    [GeneratedRegex(@"^bridge ready http=\S+ https=\S+ mqtt=(\S+)$")]
    private static partial Regex Ready();
}
