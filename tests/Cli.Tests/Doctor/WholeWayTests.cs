using Devices.Cli.App;
using Devices.Cli.Tests.Support;

namespace Devices.Cli.Tests.Doctor;

/// <summary>The doctor against a real bridge, without and with a real agent.</summary>
public sealed class WholeWayTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly Support.Cli _cli;
    private RealBridge _bridge = null!;

    public WholeWayTests() => _cli = new Support.Cli(_folder) { With = new BoardTree(_folder).On };

    public async ValueTask InitializeAsync() => _bridge = await RealBridge.StartAsync(_folder);

    public async ValueTask DisposeAsync()
    {
        await _bridge.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<Dictionary<string, (string Level, string Found)>> Doctor() =>
        (await _cli.RunAsync("doctor", "--state", "a", "--bridge", "https://" + _bridge.Https, "--json")).Json.GetProperty("findings").EnumerateArray()
            .ToDictionary(f => f.GetProperty("check").GetString()!, f => (f.GetProperty("level").GetString()!, f.GetProperty("found").GetString()!));

    [Fact]
    public async Task Each_step_to_the_bridge_and_its_view_are_seen_without_an_agent_and_beside_one_whose_session_stays()
    {
        (await _cli.RunAsync("provision", "--bridge", "https://" + _bridge.Https, "--bridge-mqtt", _bridge.Mqtt, "--claim", await _bridge.ClaimAsync("m2-001"), "--terminal", "m2-001", "--state", "a", "--camera", "none")).ShouldSucceed();

        var alone = await Doctor();
        foreach (string step in (string[])["bridge: name", "bridge: TCP", "bridge: TLS", "bridge: certificate", "bridge: session", "bridge: ACL", "bridge: round trip", "bridge's view", "bridge: clock", "bridge: ledger", "bridge: settings"])
            alone[step].Level.ShouldBe("ok", $"{step}: {alone[step].Found}");
        alone["bridge: session"].Found.ShouldContain("tried by the doctor");
        alone["bridge's view"].Found.ShouldContain("m2-001 at the main site");

        await using RealAgent agent = await RealAgent.StartProvisionedAsync(_folder, "a", "");
        await Until(async () => (await Doctor())["uplink"].Level == "ok", agent);
        var beside = await Doctor();
        foreach (string step in (string[])["bridge: session", "bridge: ACL", "bridge: round trip", "bridge's view", "bridge: ledger"])
            beside[step].Level.ShouldBe("ok", $"{step}: {beside[step].Found}");
        beside["bridge: session"].Found.ShouldBe("the agent's own is open");
        beside["bridge: round trip"].Found.ShouldContain("from sending to stored");
        beside["bridge's view"].Found.ShouldContain("online");
        // Whoever has just seen a self-test is not told to start the agent that made it.
        Ran tested = (await _cli.RunAsync("provision", "--state", "a", "--self-test")).ShouldSucceed();
        tested.Output.ShouldContain("the bridge has it");
        tested.Output.ShouldContain("Terminal 'm2-001' is ready");
        tested.Output.ShouldNotContain("Start its agent");
        // The agent was never pushed out, and the probe left no row among the exceptions.
        beside.ShouldNotContainKey("bridge: exceptions");
        agent.Said.Split("Connected to the bridge").Length.ShouldBe(2, agent.Said);

        // What the agent told of its parts is in the bridge's patrol: no controller is connected.
        Ran patrol = await BuiltProgram.RunAsync(BuiltProgram.PathOf("Devices.Bridge", "Devices.Bridge"), _folder.Path, "patrol", "--data", _folder["bridge"], "--json");
        patrol.Code.ShouldBe(86, patrol.Output + patrol.Error);
        patrol.Json[0].GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("code").GetString()).ShouldContain("mcu-offline");
    }

    private static async Task Until(Func<Task<bool>> condition, RealAgent agent)
    {
        DateTime until = DateTime.UtcNow.AddSeconds(60);
        while (!await condition())
        {
            if (DateTime.UtcNow > until) throw new TimeoutException("It did not come: " + agent.Said);
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
    }
}
