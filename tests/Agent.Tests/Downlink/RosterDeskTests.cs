using Devices.Contract.Messages;
using Devices.Edge.Agent.Downlink;
using Devices.Edge.Agent.Gallery;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Agent.Mcu;
using Devices.Edge.Agent.Tests.Support;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Devices.Edge.Agent.Tests.Downlink;

/// <summary>The roster on the terminal's disk: durable message by message, and nobody is erased or kept in silence.</summary>
public sealed class RosterDeskTests : IDisposable
{
    private static readonly Guid Line = Guid.Parse("019319a8-7c00-7abc-8def-0123456789ab");
    private static readonly PackRef Pack = new("pack-a", "1.0.0");
    private readonly Scratch _scratch = new();
    private readonly Narration _narration = new(NullLogger<Narration>.Instance, TimeProvider.System);
    private TemplateVault _vault = null!;
    private PeopleStore _people = null!;
    private PinBook _pins = null!;
    private RosterDesk _desk = null!;

    public RosterDeskTests() => Open();

    public void Dispose()
    {
        Close();
        _scratch.Dispose();
    }

    [Fact]
    public void A_person_of_the_roster_punches_by_card_at_once_and_is_known_by_name()
    {
        _desk.Take(Whole(1, true, 7, Person("u1", "Ada", "04A1B2C3"), Person("u2", "Grace")));
        _people.FindByCard("04A1B2C3")!.Name.ShouldBe("Ada");
        _people.Find("u2")!.Local.ShouldBeFalse();
        (_desk.State()!.Line, _desk.State()!.Revision, _desk.State()!.People).ShouldBe((Line, 7, 2));
    }

    [Fact]
    public void A_leaver_is_erased_with_template_card_and_PIN_and_it_is_told_until_it_was_heard()
    {
        _desk.Take(Whole(1, true, 1, Person("u1", "Ada Lovelace-Unusual", "04A1B2C3")));
        _people.Put("u1", "Ada Lovelace-Unusual", null, [Template("u1", 1), Template("u1", 2)], Pack).ShouldBeNull();
        _pins.Set("u1", "1001", "4826").ShouldBeNull();
        _desk.Take(Changes(1, 5, [], Gone("u1", 5)));

        _people.Find("u1").ShouldBeNull();
        _pins.Check("1001", "4826", out _).ShouldBe(PinVerdict.Wrong);
        for (int i = 0; i < 2; i++)
        {
            RosterApplied state = _desk.State()!;
            Erasure erased = state.Erased.ShouldHaveSingleItem();
            (state.Revision, erased.Person, erased.Revision, erased.Templates, erased.Cards, erased.Pins).ShouldBe((5, "u1", 5, 2, 1, 1));
            Reopen();
        }

        _desk.Confirmed(_desk.State()!);
        _desk.State()!.Erased.ShouldBeEmpty();
        _narration.Recent.ShouldContain(e => e.Kind == "erased" && e.Person == "u1");
        Close();
        foreach (string file in Directory.GetFiles(_scratch.Path))
        {
            string text = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file));
            text.ShouldNotContain("Lovelace-Unusual", customMessage: file);
            text.ShouldNotContain("04A1B2C3", customMessage: file);
        }

        Open();
    }

    [Fact]
    public void A_message_that_does_not_follow_changes_nothing_and_one_that_came_before_is_only_answered()
    {
        _desk.Take(Changes(0, 3, [Person("u1", "Ada")]));
        _people.Count.ShouldBe(0);
        _desk.State().ShouldBeNull();

        _desk.Take(Whole(1, true, 3, Person("u1", "Ada")));
        _desk.Take(Changes(7, 9, [], Gone("u1", 9)));
        (_people.Count, _desk.State()!.Revision).ShouldBe((1, 3));
        _desk.State()!.Problem!.ShouldContain("do not follow");

        _desk.Take(Changes(3, 4, [Person("u1", "Ada King")]));
        (_people.Find("u1")!.Name, _desk.State()!.Problem).ShouldBe(("Ada King", null));
        // The same again, and an old whole roster that comes late: neither may turn anything back.
        _desk.Take(Changes(3, 4, [Person("u1", "Ada")]));
        _desk.Take(Whole(1, true, 3, Person("u2", "Grace")));
        (_people.Find("u1")!.Name, _people.Find("u2"), _desk.State()!.Revision).ShouldBe(("Ada King", null, 4));
    }

    [Fact]
    public void A_whole_roster_erases_who_is_in_no_part_keeps_who_was_enrolled_here_and_says_so()
    {
        _people.Put("local", "Cleaner", ["04000001"], null, null).ShouldBeNull();
        _desk.Take(Whole(1, true, 5, Person("u1", "Ada"), Person("u2", "Grace")) with { Snapshot = new() { Id = Guid.NewGuid(), Part = 1, Last = true } });
        Guid other = Guid.NewGuid();
        _desk.Take(Whole(1, false, 4, Person("u1", "Ada")) with { Line = other });
        // Stopped between the parts: nobody is erased yet, and the next part goes on.
        Reopen();
        (_people.Count, _desk.State()!.Revision, _desk.State()!.Snapshot!.Part).ShouldBe((3, 0, 1));
        _desk.Take(Whole(3, true, 8, Person("u9", "Skipped")) with { Line = other });
        _people.Find("u9").ShouldBeNull();
        _desk.Take(Whole(2, true, 8, Person("u3", "Alan")) with { Line = other });

        _people.List().Select(p => p.Id).ShouldBe(["u1", "u3", "local"], ignoreOrder: true);
        _people.Find("local")!.Local.ShouldBeTrue();
        RosterApplied state = _desk.State()!;
        (state.Line, state.Revision, state.Snapshot, state.Local).ShouldBe((other, 8, null, 1));
        state.Erased.ShouldHaveSingleItem().Person.ShouldBe("u2");
        _narration.Recent.ShouldContain(e => e.Kind == "roster" && e.Text.Contains("1 person was enrolled here"));
    }

    [Fact]
    public void One_person_that_cannot_be_taken_does_not_hold_up_the_rest()
    {
        _desk.Take(Whole(1, true, 2, Person("u1", ""), Person("u2", "Grace"), Person("u3", "Alan", "not hex")));
        _people.List().ShouldHaveSingleItem().Id.ShouldBe("u2");
        (_desk.State()!.Revision, _desk.State()!.Problem!.Contains("u1", StringComparison.Ordinal), _desk.State()!.Problem!.Contains("u3", StringComparison.Ordinal)).ShouldBe((2, true, true));
    }

    [Fact]
    public void A_card_passes_between_people_of_the_roster_but_is_never_taken_from_somebody_who_got_it_here()
    {
        _people.Put("local", "Cleaner", ["04000001"], null, null).ShouldBeNull();
        _desk.Take(Whole(1, true, 2, Person("u1", "Ada", "04A1B2C3"), Person("u2", "Grace", "04000001")));
        _people.FindByCard("04000001")!.Id.ShouldBe("local");
        _desk.State()!.Problem!.ShouldContain("u2");
        _desk.Take(Changes(2, 4, [Person("u2", "Grace", "04A1B2C3"), Person("u1", "Ada", "04BBBBBB")]));
        (_people.FindByCard("04A1B2C3")!.Id, _people.FindByCard("04BBBBBB")!.Id).ShouldBe(("u2", "u1"));
    }

    [Fact]
    public void Somebody_enrolled_here_first_keeps_face_and_card_when_the_platform_comes_to_know_them()
    {
        _people.Put("u1", "Ada", ["04A1B2C3"], [Template("u1", 1)], Pack).ShouldBeNull();
        _desk.Take(Whole(1, true, 2, Person("u1", "Ada King")));
        Person person = _people.Find("u1")!;
        (person.Name, person.Local, person.Cards.Single(), person.Templates.Values.Sum()).ShouldBe(("Ada King", false, "04A1B2C3", 1));
    }

    /// <summary>Killed at any of its steps, a message that is sent again ends in the same state, and its erasure is told once more at most.</summary>
    [Fact]
    public void An_erasure_that_was_cut_off_after_the_PIN_is_finished_by_the_same_message()
    {
        _desk.Take(Whole(1, true, 1, Person("u1", "Ada", "04A1B2C3")));
        _pins.Set("u1", "1001", "4826").ShouldBeNull();
        // What a kill between the two files leaves: no PIN, the rest still there, the revision unmoved.
        _pins.Remove("u1").ShouldBeTrue();
        Reopen();
        _desk.State()!.Revision.ShouldBe(1);
        _desk.Take(Changes(1, 2, [], Gone("u1", 2)));
        Erasure erased = _desk.State()!.Erased.ShouldHaveSingleItem();
        (_people.Count, erased.Cards).ShouldBe((0, 1));
    }

    [Fact]
    public void A_disk_that_takes_nothing_leaves_everything_as_it_was_and_nothing_is_confirmed()
    {
        _desk.Take(Whole(1, true, 1, Person("u1", "Ada", "04A1B2C3")));
        using (SqliteConnection other = new($"Data Source={_scratch["gallery.db"]};Pooling=False"))
        {
            other.Open();
            using SqliteCommand block = other.CreateCommand();
            block.CommandText = "CREATE TRIGGER full BEFORE INSERT ON erased BEGIN SELECT RAISE(ABORT, 'disk full'); END";
            block.ExecuteNonQuery();
            Should.Throw<GalleryException>(() => _desk.Take(Changes(1, 2, [Person("u2", "Grace")], Gone("u1", 2))));
            (_people.Find("u1") is not null, _people.Find("u2"), _desk.State()!.Revision, _desk.State()!.Erased.Count).ShouldBe((true, null, 1, 0));
            block.CommandText = "DROP TRIGGER full";
            block.ExecuteNonQuery();
        }

        _desk.Take(Changes(1, 2, [Person("u2", "Grace")], Gone("u1", 2)));
        (_people.Find("u1"), _people.Find("u2") is not null).ShouldBe((null, true));
    }

    [Fact]
    public void A_gallery_of_the_earlier_schema_is_brought_up_to_date_with_its_people()
    {
        Close();
        File.Delete(_scratch["gallery.db"]);
        using (SqliteConnection old = new($"Data Source={_scratch["gallery.db"]};Pooling=False"))
        {
            old.Open();
            using SqliteCommand make = old.CreateCommand();
            make.CommandText = """
                CREATE TABLE person(id TEXT PRIMARY KEY, name TEXT NOT NULL, updated INTEGER NOT NULL) STRICT, WITHOUT ROWID;
                CREATE TABLE card(uid TEXT PRIMARY KEY, person TEXT NOT NULL REFERENCES person(id) ON DELETE CASCADE) STRICT, WITHOUT ROWID;
                CREATE INDEX card_person ON card(person);
                CREATE TABLE template(id TEXT PRIMARY KEY, person TEXT NOT NULL REFERENCES person(id) ON DELETE CASCADE, pack TEXT NOT NULL, sealed BLOB NOT NULL) STRICT;
                CREATE INDEX template_person ON template(person, pack);
                INSERT INTO person VALUES ('e1', 'Grace', 1);
                INSERT INTO card VALUES ('04A1B2C3', 'e1');
                PRAGMA user_version = 1;
                """;
            make.ExecuteNonQuery();
        }

        Open();
        (_people.FindByCard("04A1B2C3")!.Name, _people.Find("e1")!.Local, _desk.State()).ShouldBe(("Grace", true, null));
    }

    [Fact]
    public void Whoever_withdraws_the_consent_loses_the_face_and_keeps_card_and_PIN_and_no_face_is_enrolled_until_there_is_a_new_one()
    {
        _desk.Take(Whole(1, true, 1, Person("u1", "Ada"), Person("u2", "Grace")));
        _people.Put("u1", "Ada", ["04A1B2C3"], [Template("u1", 1), Template("u1", 2)], Pack).ShouldBeNull();
        _pins.Set("u1", "1001", "4826").ShouldBeNull();
        _desk.Take(Changes(1, 5, [Person("u1", "Ada") with { FaceConsent = FaceConsents.Withdrawn }, Person("u2", "Grace") with { FaceConsent = FaceConsents.Missing }]));

        Reopen();
        Person ada = _people.FindByCard("04A1B2C3").ShouldNotBeNull();
        (ada.Id, ada.Templates.Count).ShouldBe(("u1", 0));
        _pins.Check("1001", "4826", out _).ShouldBe(PinVerdict.Right);
        _desk.State()!.Erased.ShouldHaveSingleItem().ShouldSatisfyAllConditions(e => e.Person.ShouldBe("u1"), e => (e.Templates, e.Cards, e.Pins).ShouldBe((2, 0, 0)), e => e.Revision.ShouldBe(5));
        _narration.Recent.ShouldContain(e => e.Kind == "erased" && e.Person == "u1" && e.Text.Contains("Cards and PIN go on working", StringComparison.Ordinal));

        EnrolmentDesk enrolment = new(_people, () => null);
        enrolment.Enrol("u1", "Ada", null, [("face.jpg", [1])]).ShouldSatisfyAllConditions(a => a.Outcome.ShouldBe(EnrolmentOutcome.Refused), a => a.Reason!.ShouldContain("has withdrawn the consent"));
        enrolment.Enrol("u2", "Grace", null, [("face.jpg", [1])]).ShouldSatisfyAllConditions(a => a.Outcome.ShouldBe(EnrolmentOutcome.Refused), a => a.Reason!.ShouldContain("No consent of Grace"));
        enrolment.Enrol("u2", "Grace", ["04A1B2C4"], []).Enrolled.ShouldBeTrue("a card is no face");

        // Told again it erases nothing again; a record of another terminal that was under way brings no face; a new consent opens the way.
        _desk.Confirmed(_desk.State()!);
        _desk.Take(Changes(5, 6, [Person("u1", "Ada L.") with { FaceConsent = FaceConsents.Withdrawn }]));
        _desk.State()!.Erased.ShouldBeEmpty();
        _people.Clean(_people.Dirty(10).Single(d => d.Person == "u1"));
        SiteRecord late = new() { Kind = SiteKinds.Person, Terminal = "t-2", Person = "u1", Pack = Pack.ToString(), Version = 9, Key = new string('a', 32), Body = "AAAA" };
        _people.PutFromSite(late, "Ada", ["04A1B2C3"], [Template("u1", 3)], []).ShouldBeTrue();
        _people.Find("u1")!.Templates.ShouldBeEmpty();
        _desk.Take(Changes(6, 7, [Person("u1", "Ada")]));
        enrolment.Enrol("u1", "Ada", null, [("face.jpg", [1])]).Outcome.ShouldBe(EnrolmentOutcome.Unavailable, "only the models are missing");
    }

    private void Open()
    {
        _vault = TemplateVault.Open(_scratch["templates.key"]);
        _people = PeopleStore.Open(_scratch["gallery.db"], _vault, TimeProvider.System);
        _pins = new(_scratch["pins.db"], _scratch["pins.key"], TimeProvider.System, iterations: 1_000);
        _desk = new(_people, _pins, () => null, _narration);
    }

    private void Close()
    {
        _pins.Dispose();
        _people.Dispose();
        _vault.Dispose();
    }

    private void Reopen()
    {
        Close();
        Open();
    }

    private static readonly Guid Snapshot = Guid.NewGuid();

    private static RosterMessage Whole(long part, bool last, long through, params RosterPerson[] people) =>
        new() { Line = Line, From = 0, Through = through, Snapshot = new() { Id = Snapshot, Part = part, Last = last }, People = people };

    private static RosterMessage Changes(long from, long through, RosterPerson[] people, params RosterLeaver[] gone) =>
        new() { Line = Line, From = from, Through = through, People = people, Gone = gone };

    private static RosterPerson Person(string id, string name, params string[] cards) => new() { Id = id, Name = name, Cards = cards.Length == 0 ? null : cards };

    private static RosterLeaver Gone(string id, long revision) => new() { Id = id, Revision = revision };

    internal static FaceTemplate Template(string person, int seed)
    {
        Random random = new(seed);
        float[] vector = [.. Enumerable.Range(0, 512).Select(_ => (float)(random.NextDouble() - 0.5))];
        float norm = MathF.Sqrt(vector.Sum(v => v * v));
        return new FaceTemplate(Guid.CreateVersion7(), person, Pack, vector.Select(v => v / norm).ToArray());
    }
}
