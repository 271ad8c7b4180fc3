using Devices.Edge.Agent.Gallery;
using Devices.Edge.Agent.Recognition;
using Devices.Edge.Agent.Tests.Support;

namespace Devices.Edge.Agent.Tests.Gallery;

/// <summary>With the real pack and real pictures.</summary>
public sealed class EnrolmentDeskTests : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly TemplateVault _vault;
    private readonly PeopleStore _people;
    private FaceModels? _models;

    public EnrolmentDeskTests()
    {
        _vault = TemplateVault.Open(_scratch["templates.key"]);
        _people = PeopleStore.Open(_scratch["gallery.db"], _vault, TimeProvider.System);
    }

    public void Dispose()
    {
        _models?.Dispose();
        _people.Dispose();
        _vault.Dispose();
        _scratch.Dispose();
    }

    private EnrolmentDesk Desk()
    {
        _models = FaceModels.Load(Repo.PackOrSkip(), _people, out string? problem);
        problem.ShouldBeNull();
        return new(_people, () => _models);
    }

    private static (string, byte[]) Picture(string name) => (name, Repo.Picture(name));

    [Fact]
    public void Good_pictures_enrol_and_each_bad_one_has_its_reason()
    {
        EnrolmentDesk desk = Desk();
        byte[] cut = Repo.Picture("franck_02159.jpg")[..4000];
        EnrolmentAnswer answer = desk.Enrol("e1", "Felix", ["04:A1:B2:C3"],
            [Picture("franck_02888.jpg"), ("cut.jpg", cut), ("text.jpg", "not a picture"u8.ToArray()), ("empty.jpg", Jpegs.Make(3, 640, 480)), Picture("franck_04035.jpg")]);
        answer.Enrolled.ShouldBeTrue(answer.Reason);
        answer.Templates.ShouldBe(2);
        answer.Pictures.Select(p => p.Accepted).ShouldBe([true, false, false, false, true]);
        answer.Pictures[1].Reason.ShouldNotBeNull().ShouldContain("cut short");
        answer.Pictures[2].Reason.ShouldNotBeNull().ShouldContain("not a JPEG");
        answer.Pictures[3].Reason.ShouldNotBeNull().ShouldContain("no face");
        _people.FindByCard("04A1B2C3").ShouldNotBeNull().Id.ShouldBe("e1");
        _models!.Gallery.Count.ShouldBe(2);
    }

    [Fact]
    public void A_face_that_belongs_to_someone_else_is_refused_and_that_person_named()
    {
        EnrolmentDesk desk = Desk();
        desk.Enrol("e1", "Felix", null, [Picture("franck_02888.jpg")]).Enrolled.ShouldBeTrue();
        EnrolmentAnswer answer = desk.Enrol("e2", "Impostor", null, [Picture("franck_04035.jpg")]);
        answer.Outcome.ShouldBe(EnrolmentOutcome.Conflict);
        answer.Reason.ShouldNotBeNull().ShouldContain("belongs to Felix (e1)");
        _people.Find("e2").ShouldBeNull();
    }

    [Fact]
    public void Without_one_usable_picture_nobody_is_enrolled_and_the_card_neither()
    {
        EnrolmentAnswer answer = Desk().Enrol("e1", "Nobody", ["04A1B2C3"], [("a.jpg", Jpegs.Make(1, 640, 480))]);
        answer.Outcome.ShouldBe(EnrolmentOutcome.Refused);
        _people.Count.ShouldBe(0);
        _people.FindByCard("04A1B2C3").ShouldBeNull();
    }

    [Fact]
    public void Pictures_of_two_people_are_refused()
    {
        EnrolmentAnswer answer = Desk().Enrol("e1", "Two", null, [Picture("franck_02888.jpg"), Picture("audrey.jpg")]);
        answer.Outcome.ShouldBe(EnrolmentOutcome.Refused);
        answer.Reason.ShouldNotBeNull().ShouldContain("Pictures franck_02888.jpg and audrey.jpg do not show the same person");
    }

    [Fact]
    public void A_reason_names_the_picture_by_its_file_even_behind_an_unreadable_one()
    {
        EnrolmentAnswer answer = Desk().Enrol("e1", "Felix", null,
            [("cut.jpg", Repo.Picture("franck_02159.jpg")[..4000]), Picture("franck_02888.jpg"), Picture("franck_04035.jpg"), Picture("audrey.jpg")]);
        answer.Enrolled.ShouldBeTrue(answer.Reason);
        answer.Pictures.Select(p => p.Use).ShouldBe(["refused", "kept", "kept", "refused"]);
        answer.Pictures[3].Reason.ShouldNotBeNull().ShouldContain("Picture audrey.jpg does not show the same person");
        answer.Pictures[1].Quality.ShouldNotBeNull().ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_vouched_for_twin_is_enrolled_and_the_reason_is_told()
    {
        List<(string Here, string Bridge)> told = [];
        _models = FaceModels.Load(Repo.PackOrSkip(), _people, out _);
        EnrolmentDesk desk = new(_people, () => _models, (here, bridge) => told.Add((here, bridge)));
        desk.Enrol("e1", "Felix", null, [Picture("franck_02888.jpg")]).Enrolled.ShouldBeTrue();
        EnrolmentAnswer twin = desk.Enrol("e2", "Franz", null, [Picture("franck_04035.jpg")], new(["e1"], false, "twin brothers, seen both"));
        twin.Enrolled.ShouldBeTrue(twin.Reason);
        twin.Allowed.ShouldHaveSingleItem().Name.ShouldBe("Felix");
        told.ShouldHaveSingleItem().Here.ShouldBe("Franz (e2) was enrolled although the face resembles Felix (e1). Reason given: twin brothers, seen both");
        told[0].Bridge.ShouldBe("The person with id e2 was enrolled although the face resembles that of e1. The reason is in the terminal's log.");
        LookAlikeReport report = desk.FindLookAlikes(TestContext.Current.CancellationToken).ShouldNotBeNull();
        (report.People, report.Templates).ShouldBe((2, 2));
        LookAlike pair = report.Pairs.ShouldHaveSingleItem();
        (pair.FirstName, pair.SecondName, pair.Confusable).ShouldBe(("Felix", "Franz", true));
    }

    [Fact]
    public void Another_face_under_an_enrolled_id_is_a_conflict_and_nothing_changes()
    {
        EnrolmentDesk desk = Desk();
        desk.Enrol("e1", "Felix", null, [Picture("franck_02888.jpg")]).Enrolled.ShouldBeTrue();
        EnrolmentAnswer answer = desk.Enrol("e1", "Audrey", null, [Picture("audrey.jpg")]);
        answer.Outcome.ShouldBe(EnrolmentOutcome.Conflict);
        answer.Reason.ShouldNotBeNull().ShouldContain("another face");
        _people.Find("e1").ShouldNotBeNull().Name.ShouldBe("Felix");
        desk.Enrol("e1", "Felix", null, [Picture("franck_04035.jpg")]).Enrolled.ShouldBeTrue();
    }

    [Theory]
    [InlineData("ghost", false, "a good reason", "Nobody has the id 'ghost'")]
    [InlineData(null, true, "no", "Say why")]
    [InlineData(null, false, "for nothing", "nothing that needs one")]
    public void A_permit_that_cannot_be_used_is_refused_with_a_sentence(string? allow, bool replace, string reason, string part)
    {
        EnrolmentAnswer answer = new EnrolmentDesk(_people, () => null).Enrol("e1", "A", ["04A1B2C3"], [], new(allow is null ? [] : [allow], replace, reason));
        answer.Outcome.ShouldBe(EnrolmentOutcome.BadRequest);
        answer.Reason.ShouldNotBeNull().ShouldContain(part);
        _people.Count.ShouldBe(0);
    }

    [Fact]
    public void Without_models_there_are_no_look_alikes_to_tell() =>
        new EnrolmentDesk(_people, () => null).FindLookAlikes(CancellationToken.None).ShouldBeNull();

    [Fact]
    public void Enrolment_survives_a_restart_replaces_itself_and_is_erased_everywhere()
    {
        EnrolmentDesk desk = Desk();
        desk.Enrol("e1", "Felix", null, [Picture("franck_02888.jpg"), Picture("franck_04035.jpg")]).Templates.ShouldBe(2);
        desk.Enrol("e1", "Felix L.", null, [Picture("franck_02159.jpg")]).Templates.ShouldBe(1);
        _models!.Dispose();
        _models = FaceModels.Load(Repo.PackOrSkip(), _people, out _);
        _models!.Gallery.Count.ShouldBe(1);
        _people.Find("e1").ShouldNotBeNull().Name.ShouldBe("Felix L.");
        desk.Erase("e1").ShouldBeTrue();
        _models.Gallery.Count.ShouldBe(0);
        _people.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData("", "A", null, "id")]
    [InlineData("e1", " ", null, "name is missing")]
    [InlineData("e\u00071", "A", null, "control character")]
    [InlineData("e1", "A", "xyz", "'xyz' is not 4 to 10 bytes")]
    [InlineData("e1", "A", null, "Neither a picture nor a card")]
    public void What_cannot_be_stored_is_refused_with_a_sentence(string id, string name, string? card, string part)
    {
        EnrolmentAnswer answer = new EnrolmentDesk(_people, () => null).Enrol(id, name, card is null ? null : [card], []);
        answer.Outcome.ShouldBe(EnrolmentOutcome.BadRequest);
        answer.Reason.ShouldNotBeNull().ShouldContain(part);
    }

    [Fact]
    public void Without_models_a_card_can_be_given_but_pictures_are_refused_with_the_reason()
    {
        EnrolmentDesk desk = new(_people, () => null);
        desk.Enrol("e1", "Card only", ["AABBCCDD"], []).Enrolled.ShouldBeTrue();
        desk.Enrol("e1", "Card only", null, [("a.jpg", Jpegs.Make(1))]).Outcome.ShouldBe(EnrolmentOutcome.Unavailable);
    }

    [Fact]
    public void A_missing_pack_is_one_sentence_and_what_to_do()
    {
        FaceModels.Load(_scratch["no-pack"], _people, out string? problem).ShouldBeNull();
        problem.ShouldNotBeNull().ShouldContain("no-pack");
    }

    [Fact]
    public void After_a_change_of_pack_people_must_enrol_again_and_going_back_recognises_them_as_before()
    {
        EnrolmentDesk desk = Desk();
        desk.Enrol("e1", "Felix", ["04A1B2C3"], [Picture("franck_02888.jpg")]).Enrolled.ShouldBeTrue();
        desk.Enrol("e2", "Audrey", null, [Picture("audrey.jpg")]).Enrolled.ShouldBeTrue();
        _models!.Dispose();

        _models = FaceModels.Load(OtherVersion(), _people, out string? problem);
        problem.ShouldBeNull();
        _models!.Gallery.Count.ShouldBe(0, "a template of another pack is never compared");
        _people.Stale(_models.Templates).ShouldBe(2);
        _people.FindByCard("04A1B2C3").ShouldNotBeNull("the card works all the same").Id.ShouldBe("e1");
        desk.Enrol("e1", "Felix", null, [Picture("franck_04035.jpg")]).Enrolled.ShouldBeTrue();
        _models.Gallery.Persons.ShouldBe(["e1"]);
        _models.Dispose();

        _models = FaceModels.Load(Repo.PackOrSkip(), _people, out _);
        _models!.Gallery.Persons.ShouldBe(["e1", "e2"]);
        _people.Stale(_models.Templates).ShouldBe(0);
    }

    // The same weights under another version: to the gallery another pack.
    private string OtherVersion()
    {
        string from = Repo.PackOrSkip(), to = _scratch["other-pack"];
        Directory.CreateDirectory(to);
        foreach (string file in Directory.EnumerateFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        string manifest = Path.Combine(to, "manifest.json");
        System.Text.Json.Nodes.JsonNode json = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(manifest))!;
        json["version"] = "9.9.9";
        json["templateVersion"] = "9.9.9";
        File.WriteAllText(manifest, json.ToJsonString());
        return to;
    }
}
