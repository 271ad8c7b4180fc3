using System.Net.Sockets;
using Devices.Cli.App;
using Devices.Cli.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Devices.Cli.Tests;

public sealed class EnrolTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly Support.Cli _cli;
    private FakeAgent _agent = null!;

    public EnrolTests() => _cli = new Support.Cli(_folder);

    public async ValueTask InitializeAsync() => _agent = await FakeAgent.StartAsync(_folder["agent.sock"]);

    public async ValueTask DisposeAsync()
    {
        await _agent.DisposeAsync();
        _folder.Dispose();
    }

    private Task<Ran> Enrol(params string[] args) => _cli.RunAsync(["enrol", .. args, "--agent", "agent.sock"]);

    private void Picture(string path) => _folder.Write(path, "jpeg bytes");

    [Fact]
    public async Task A_folder_is_enrolled_person_by_person_with_names_and_cards_from_people_json()
    {
        Picture("people/grace/1.jpg");
        Picture("people/grace/2.JPEG");
        Picture("people/ada/1.jpg");
        _folder.Write("people/people.json", """[{ "id": "grace", "name": "Grace Hopper", "card": "04A1B2C3" }, { "id": "linus", "name": "Linus", "card": "04A1B2C4" }]""");
        _folder.Write("people/grace/notes.txt", "x");

        Ran run = (await Enrol("people")).ShouldSucceed();

        _agent.Asked.Select(a => (a.Id, a.Name, a.Card, a.Pictures.Count)).ShouldBe([("ada", "ada", null, 1), ("grace", "Grace Hopper", "04A1B2C3", 2), ("linus", "Linus", "04A1B2C4", 0)]);
        _agent.Asked[1].Pictures.ShouldBe([("1.jpg", 10L), ("2.JPEG", 10L)]);
        run.Output.ShouldContain("1.jpg: used");
        run.Output.ShouldContain("grace/notes.txt is not a .jpg; it was not used");
        run.Output.ShouldContain("3 of 3 enrolled");
    }

    [Fact]
    public async Task One_refusal_does_not_stop_the_rest_and_the_end_lists_who_was_not_enrolled_and_why()
    {
        foreach (string id in (string[])["a", "b", "c"]) Picture($"people/{id}/1.jpg");
        Directory.CreateDirectory(_folder["people", "empty"]);
        _agent.Enrol = p => p.Id == "b" ? FakeAgent.Refuse(p, 422, "None of the pictures can be used; see the reason for each.", "Picture 1 shows no face.") : FakeAgent.Accept(p);

        Ran run = await Enrol("people");

        run.Code.ShouldBe(ExitCodes.NotAllEnrolled.Number);
        _agent.Asked.Count.ShouldBe(3);
        run.Output.ShouldContain("2 of 4 enrolled. Not enrolled:");
        run.Output.ShouldContain("b (b): None of the pictures can be used");
        run.Output.ShouldContain("1.jpg: not used: Picture 1 shows no face.");
        run.Output.ShouldContain("empty (empty): there is no picture (.jpg) of this person");

        Ran json = await Enrol("people", "--json");
        json.Code.ShouldBe(ExitCodes.NotAllEnrolled.Number);
        json.Json.GetProperty("enrolled").GetInt32().ShouldBe(2);
        json.Json.GetProperty("people")[1].GetProperty("pictures")[0].GetProperty("text").GetString().ShouldBe("Picture 1 shows no face.");
    }

    [Fact]
    public async Task One_person_is_enrolled_by_flags()
    {
        Picture("x.jpg");
        Picture("y.jpg");
        (await Enrol("x.jpg", "y.jpg", "--person", "grace", "--name", "Grace Hopper", "--card", "04A1B2C3")).ShouldSucceed();
        _agent.Asked.Single().ShouldSatisfyAllConditions(a => a.Id.ShouldBe("grace"), a => a.Name.ShouldBe("Grace Hopper"), a => a.Card.ShouldBe("04A1B2C3"), a => a.Pictures.Count.ShouldBe(2));
    }

    [Theory]
    [InlineData(409, "This face already belongs to Ada (ada).")]
    [InlineData(503, "Pictures cannot be taken in now, since the face models are not running.")]
    public async Task The_agents_refusal_is_shown_in_its_own_words(int status, string reason)
    {
        Picture("x.jpg");
        _agent.Enrol = p => FakeAgent.Refuse(p, status, reason, "");
        Ran run = await Enrol("x.jpg", "--person", "grace");
        run.Code.ShouldBe(ExitCodes.NotAllEnrolled.Number);
        run.Output.ShouldContain(reason);
    }

    [Fact]
    public async Task Mistakes_on_the_command_line_and_in_people_json_are_named_before_anything_is_sent()
    {
        Picture("x.jpg");
        (await Enrol("x.jpg")).ShouldRefuse(ExitCodes.Usage, "--person");
        (await Enrol("nowhere")).ShouldRefuse(ExitCodes.NothingToEnrol, "nowhere");
        (await Enrol("x.jpg", "--name", "Grace")).ShouldRefuse(ExitCodes.Usage, "--person");
        (await Enrol("--person", "grace")).ShouldRefuse(ExitCodes.NothingToEnrol);
        (await Enrol("gone.jpg", "--person", "grace")).ShouldRefuse(ExitCodes.NothingToEnrol, "gone.jpg");
        Picture("people/a/1.jpg");
        _folder.Write("people/people.json", """[{ "id": "a", "card": "11" }, { "id": "b", "card": "11" }]""");
        (await Enrol("people")).ShouldRefuse(ExitCodes.PeopleListRefused, "both a and b");
        _folder.Write("people/people.json", """[{ "id": "a" }, { "id": "a" }]""");
        (await Enrol("people")).ShouldRefuse(ExitCodes.PeopleListRefused, "'a' stands in it twice");
        _folder.Write("people/people.json", "[{");
        (await Enrol("people")).ShouldRefuse(ExitCodes.PeopleListRefused, "not JSON");
        _folder.Write("people/people.json", """[{ "id": 7 }]""");
        (await Enrol("people")).ShouldRefuse(ExitCodes.PeopleListRefused, "entry 1");
        _agent.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_check_is_overruled_for_one_person_with_a_reason_only()
    {
        Picture("x.jpg");
        (await Enrol("x.jpg", "--person", "twin", "--allow-duplicate", "ada")).ShouldRefuse(ExitCodes.Usage, "need --reason");
        (await Enrol("x.jpg", "--person", "twin", "--reason", "because")).ShouldRefuse(ExitCodes.Usage, "--reason belongs to");
        Picture("people/a/1.jpg");
        (await Enrol("people", "--replace-face", "--reason", "because")).ShouldRefuse(ExitCodes.Usage, "say which with --person");
        _agent.Asked.ShouldBeEmpty();
        _agent.Enrol = p => Results.Json(new { enrolled = true, pictures = Array.Empty<object>(), look_alikes = new[] { new { id = "bob", name = "Bob", score = 0.41 } }, allowed = new[] { new { id = "ada", name = "Ada", score = 0.71 } } });
        Ran run = (await Enrol("x.jpg", "--person", "twin", "--allow-duplicate", "ada", "--replace-face", "--reason", "twins, seen both")).ShouldSucceed();
        _agent.Asked.Single().Fields.ShouldContainKeyAndValue("allow", "ada");
        _agent.Asked.Single().Fields.ShouldContainKeyAndValue("replace_face", "true");
        _agent.Asked.Single().Fields.ShouldContainKeyAndValue("reason", "twins, seen both");
        run.Output.ShouldContain("twin resembles Ada (ada, 0.71); it was allowed.");
        run.Output.ShouldContain("twin comes near to Bob (bob, 0.41); either may be asked for card or PIN.");
    }

    [Fact]
    public async Task Look_alikes_are_shown_with_what_they_mean()
    {
        _agent.LookAlikes = """{ "people": 3, "templates": 7, "threshold": 0.43, "margin": 0.05, "pairs": [] }""";
        (await _cli.RunAsync("people", "lookalikes", "--agent", "agent.sock")).ShouldSucceed().Output.ShouldContain("no two come within 0.05 of the threshold 0.43");
        _agent.LookAlikes = """{ "people": 3, "templates": 7, "threshold": 0.43, "margin": 0.05, "pairs": [{ "first_id": "a", "first_name": "Ada", "second_id": "b", "second_name": "Bea", "score": 0.61, "confusable": true }] }""";
        Ran run = (await _cli.RunAsync("people", "lookalikes", "--agent", "agent.sock")).ShouldSucceed();
        foreach (string word in (string[])["Ada (a)", "Bea (b)", "0.61", "asked for card or PIN"]) run.Output.ShouldContain(word);
        (await _cli.RunAsync("people", "lookalikes", "--json", "--agent", "agent.sock")).Json.GetProperty("pairs")[0].GetProperty("confusable").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task Who_must_enrol_again_after_a_change_of_pack_is_said()
    {
        _agent.Status = """{ "pack": "new@2.0.0" }""";
        _agent.People = """[{ "id": "a", "name": "Ada", "cards": [], "templates": { "old@1.0.0": 3 } }, { "id": "b", "name": "Bea", "cards": [], "templates": { "new@2.0.0": 2 } }, { "id": "c", "name": "Cy", "cards": ["04A1B2C3"], "templates": {} }]""";
        Ran run = (await _cli.RunAsync("people", "--agent", "agent.sock")).ShouldSucceed();
        foreach (string word in (string[])["enrol again", "recognised", "none", "1 person has face templates of another model pack than new@2.0.0 only"]) run.Output.ShouldContain(word);
    }

    [Fact]
    public async Task A_pin_is_asked_for_twice_or_read_from_a_file_and_never_shown()
    {
        _agent.People = """[{ "id": "grace", "name": "Grace Hopper", "cards": [], "templates": {} }]""";
        Task<Ran> Pin(params string[] args) => _cli.RunAsync(["people", "pin", .. args, "--agent", "agent.sock"]);
        (await Pin("grace")).ShouldRefuse(ExitCodes.Usage, "--pin-file");
        _folder.Write("pin.txt", "804215\n");
        (await Pin("grace", "--number", "77", "--pin-file", "pin.txt")).ShouldSucceed().Output.ShouldNotContain("804215");
        _agent.Pins["grace"].ShouldBe(("77", "804215"));
        (await Pin("ada", "--pin-file", "pin.txt")).ShouldRefuse(ExitCodes.PersonUnknown, "'ada'");
        _folder.Write("easy.txt", "1234");
        (await Pin("grace", "--pin-file", "easy.txt")).ShouldRefuse(ExitCodes.AgentRefused, "choose another");
        (await Pin("grace", "--remove", "--number", "7")).ShouldRefuse(ExitCodes.Usage, "--remove");
        (await Pin("grace", "--remove")).ShouldSucceed();
        (await Pin("grace", "--remove")).ShouldRefuse(ExitCodes.PersonUnknown, "no PIN");
        _cli.Typed = ["951753", "951753"];
        Ran asked = (await Pin("grace")).ShouldSucceed();
        asked.Output.ShouldNotContain("951753");
        _agent.Pins["grace"].ShouldBe(("", "951753"));
        _cli.Typed = ["951753", "951754"];
        (await Pin("grace")).ShouldRefuse(ExitCodes.Usage, "differ");
    }

    [Fact]
    public async Task People_are_listed_and_removed()
    {
        (await _cli.RunAsync("people", "--agent", "agent.sock")).ShouldSucceed().Output.ShouldContain("Nobody is enrolled");
        _agent.People = """[{ "id": "grace", "name": "Grace Hopper", "cards": ["04A1B2C3"], "templates": { "p@1.0.0": 3 } }]""";
        Ran list = (await _cli.RunAsync("people", "--agent", "agent.sock")).ShouldSucceed();
        foreach (string word in (string[])["grace", "Grace Hopper", "04A1B2C3", "3 (p@1.0.0)"]) list.Output.ShouldContain(word);
        (await _cli.RunAsync("people", "list", "--json", "--agent", "agent.sock")).Json[0].GetProperty("templates").GetProperty("p@1.0.0").GetInt32().ShouldBe(3);
        (await _cli.RunAsync("people", "remove", "grace", "--agent", "agent.sock")).ShouldSucceed();
        (await _cli.RunAsync("people", "remove", "ada", "--agent", "agent.sock")).ShouldRefuse(ExitCodes.PersonUnknown, "'ada'");
    }

    [Fact]
    public async Task An_agent_that_is_not_there_was_killed_or_answers_nonsense_is_told_apart()
    {
        Picture("x.jpg");
        (await _cli.RunAsync("people", "--agent", "nowhere.sock")).ShouldRefuse(ExitCodes.AgentUnreachable, "There is no agent socket");
        // Bound but not listening, as a killed agent leaves its socket.
        using var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        left.Bind(new UnixDomainSocketEndPoint(_folder["left.sock"]));
        (await _cli.RunAsync("people", "--agent", "left.sock")).ShouldRefuse(ExitCodes.AgentUnreachable, "no agent listens");
        _agent.People = "<html>";
        (await _cli.RunAsync("people", "--agent", "agent.sock")).ShouldRefuse(ExitCodes.AgentRefused, "not JSON");
        _agent.People = "{}";
        (await _cli.RunAsync("people", "--agent", "agent.sock")).ShouldRefuse(ExitCodes.AgentRefused, "not a list");
        (await _cli.RunAsync("people", "--agent", new string('x', 200))).ShouldRefuse(ExitCodes.AgentUnreachable, "too long");
    }
}
