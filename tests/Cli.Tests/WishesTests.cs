using System.Text.Json;
using Devices.Cli.Tests.Support;

namespace Devices.Cli.Tests;

/// <summary>A real bridge and a real terminal: settings and commands go down, are carried out and told, over the end of either program.</summary>
public sealed class WishesTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private RealBridge _bridge = null!;

    public async ValueTask InitializeAsync() => _bridge = await RealBridge.StartAsync(_folder);

    public async ValueTask DisposeAsync()
    {
        await _bridge.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Settings_come_into_force_and_commands_are_carried_out_once_over_crashes_of_the_terminal()
    {
        (await BuiltProgram.RunAsync(BuiltProgram.Devices, _folder.Path,
            ["provision", "--bridge", "https://" + _bridge.Https, "--bridge-mqtt", _bridge.Mqtt, "--claim", await _bridge.ClaimAsync("m2-001"), "--terminal", "m2-001", "--state", "a", "--camera", "none"])).ShouldSucceed();
        string restart;
        await using (RealAgent agent = await RealAgent.StartProvisionedAsync(_folder, "a", "", "--Repeat:Seconds=77"))
        {
            await TerminalAsync("config", "m2-001", "Door:OpenMs=1500", "Repeat:Seconds=5", "Screen:Language=zh-CN");
            JsonElement held = await Until(() => TerminalAsync("config", "m2-001"), config => config.GetProperty("reported") is { ValueKind: JsonValueKind.Object } told && told.GetProperty("holds").GetBoolean(), agent);
            JsonElement reported = held.GetProperty("reported");
            reported.GetProperty("settings").GetProperty("Door:OpenMs").GetString().ShouldBe("1500");
            reported.GetProperty("settings").GetProperty("Repeat:Seconds").GetString().ShouldBe("77");
            reported.GetProperty("refused").GetProperty("Repeat:Seconds").GetString()!.ShouldContain("command line");

            string log = await IssueAsync("collect-log"), door = await IssueAsync("open-door"), update = await IssueAsync("update");
            (await EndAsync(log, agent)).GetProperty("state").GetString().ShouldBe("done");
            (await TerminalAsync("result", log)).GetProperty("log").GetString()!.ShouldContain("Terminal m2-001 starts");
            (await EndAsync(door, agent)).GetProperty("code").GetString().ShouldBe("unavailable", "there is no controller");
            (await EndAsync(update, agent)).GetProperty("message").GetString()!.ShouldContain("tried again");

            // The site's name comes down as well.
            await TerminalAsync("site", "m2-001", "North gate", "--yes");
            await Until(() => TerminalAsync("config", "m2-001"), _ => agent.Said.Contains("North gate", StringComparison.Ordinal), agent);
            restart = await IssueAsync("reboot");
            await agent.EndedAsync();
        }

        // What was wished holds from the first moment, and the restart is told as done.
        await using RealAgent again = await RealAgent.StartProvisionedAsync(_folder, "a", "");
        again.Said.ShouldContain("Door:OpenMs");
        (await EndAsync(restart, again)).GetProperty("message").GetString().ShouldBe("The agent has started again.");
        await Until(() => TerminalAsync("config", "m2-001"), config => config.GetProperty("reported").GetProperty("settings").GetProperty("Repeat:Seconds").GetString() == "5", again);
        await again.KillAsync();
    }

    private async Task<string> IssueAsync(string kind) => (await TerminalAsync("command", "m2-001", kind)).GetProperty("id").GetString()!;

    private Task<JsonElement> EndAsync(string id, RealAgent agent) =>
        Until(() => TerminalAsync("result", id), row => row.GetProperty("state").GetString() is "done" or "refused" or "unsure", agent);

    private async Task<JsonElement> TerminalAsync(params string[] words)
    {
        Ran ran = await BuiltProgram.RunAsync(BuiltProgram.PathOf("Devices.Bridge", "Devices.Bridge"), _folder.Path, ["terminal", .. words, "--data", _folder["bridge"], "--json"]);
        ran.ShouldSucceed();
        return ran.Output.TrimStart().StartsWith('{') ? JsonDocument.Parse(ran.Output).RootElement.Clone() : default;
    }

    private static async Task<JsonElement> Until(Func<Task<JsonElement>> ask, Func<JsonElement, bool> holds, RealAgent agent)
    {
        DateTime until = DateTime.UtcNow.AddSeconds(60);
        while (true)
        {
            JsonElement answer = await ask();
            if (holds(answer)) return answer;
            if (DateTime.UtcNow > until) throw new TimeoutException($"It did not come true within 60 s. {answer} {agent.Said}");
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
    }
}
