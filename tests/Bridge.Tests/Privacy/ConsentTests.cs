using Devices.Bridge.Downlink;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Store;
using Devices.Contract.Messages;

namespace Devices.Bridge.Tests.Privacy;

/// <summary>Consents to face recognition in the store, over both databases.</summary>
public abstract class ConsentTests(StoreKind kind) : IAsyncDisposable
{
    private readonly StoreFixture _store = new(kind);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_withdrawal_erases_here_and_is_heard_of_by_a_terminal_however_late_it_comes_although_the_person_is_still_here()
    {
        SqlPrivacyStore privacy = new(_store.Database, _store.Time);
        SqlSiteStore sites = new(_store.Database, _store.Time);
        SqlRosterStore roster = new(_store.Database, _store.Time);
        await FillAsync();
        (await privacy.AddConsentAsync("ada", "v1", "paper", 1, "hr")).ShouldBeTrue();
        (await privacy.AddConsentAsync("ada", "v2", "form", 2, "hr")).ShouldBeFalse("one is in force");
        (await sites.KeepAsync("t-1", Face("ada", 1), Line)).ShouldBe(KeepVerdict.Kept);

        long revision = (await privacy.WithdrawConsentAsync("ada", "hr"))!.Value;

        (await sites.AfterAsync("t-1", 0, 10)).ShouldBeEmpty();
        IReadOnlyList<PersonChange> late = await roster.ChangesAfterAsync(0, 10);
        late.Where(c => c.Person.UserId == "ada").Select(c => (c.Revision, c.Person.Active)).ShouldBe([(revision, false), (revision + 1, true)]);
        late.Single(c => c.Person.UserId == "grace").Person.Active.ShouldBeTrue();
        (await roster.ChangesAfterAsync(revision, 10)).ShouldHaveSingleItem().Person.ShouldBe(new Person("ada", "Ada Lovelace", "7", true, [1]), new SamePerson());
        (await _store.People.FindPersonAsync(SiteScope.All, "ada"))!.Active.ShouldBeTrue();
        (await sites.KeepAsync("t-1", Face("ada", 2), Line)).ShouldBe(KeepVerdict.Left, "a face of hers is not taken any more");
        (await sites.KeepAsync("t-1", Face("ada", 3) with { Pack = "" }, Line)).ShouldBe(KeepVerdict.Kept, "a card is no face");
        (await privacy.WithdrawConsentAsync("ada", "hr")).ShouldBeNull();
        (await privacy.AddConsentAsync("ada", "v2", "form", 3, "hr")).ShouldBeTrue();
        (await sites.KeepAsync("t-1", Face("ada", 4), Line)).ShouldBe(KeepVerdict.Kept);
        FaceConsent[] all = [.. await privacy.ConsentsAsync("ada")];
        all.Select(c => (c.TextVersion, c.Channel, c.WithdrawnBy, c.Revision)).ShouldBe([("v2", "form", null, null), ("v1", "paper", "hr", revision)]);
        (await new SqlAuditStore(_store.Database, _store.Time).AuditLogAsync(10)).Select(a => a.Action).ShouldBe(["consent.face", "consent.withdraw", "consent.face"]);
    }

    [Fact]
    public async Task Where_a_consent_is_required_a_face_waits_for_it_and_is_then_handed_on()
    {
        SqlPrivacyStore privacy = new(_store.Database, _store.Time);
        SqlSiteStore sites = new(_store.Database, _store.Time, requireConsent: true);
        await FillAsync();
        await privacy.AddConsentAsync("grace", "v1", "paper", 1, "hr");
        await sites.KeepAsync("t-1", Face("ada", 1), Line);
        await sites.KeepAsync("t-1", Face("grace", 1), Line);
        (await sites.AfterAsync("t-2", 0, 10)).Select(r => r.Record.Person).ShouldBe(["grace"]);
        long seen = (await sites.AfterAsync("t-2", 0, 10))[^1].Revision;

        await privacy.AddConsentAsync("ada", "v1", "paper", 1, "hr");

        (await sites.AfterAsync("t-2", seen, 10)).ShouldHaveSingleItem().Record.Person.ShouldBe("ada", "also for a terminal that had passed its first revision");
        (await privacy.ConsentStatesAsync(SiteScope.All, missing: true, 10)).ShouldBeEmpty();
        (await privacy.ConsentStatesAsync(SiteScope.None, missing: false, 10)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_terminal_that_judges_consents_erases_the_face_alone_and_an_older_one_is_told_of_a_leaving()
    {
        SqlPrivacyStore privacy = new(_store.Database, _store.Time);
        SqlSiteStore sites = new(_store.Database, _store.Time);
        SqlRosterStore roster = new(_store.Database, _store.Time);
        RosterComposer composer = new(roster, new());
        await FillAsync();
        await privacy.AddConsentAsync("ada", "v1", "paper", 1, "hr");
        await sites.KeepAsync("t-1", Face("ada", 1), Line);
        await sites.KeepAsync("t-1", Face("ada", 2) with { Pack = "" }, Line);
        long before = await roster.RevisionAsync(), revision = (await privacy.WithdrawConsentAsync("ada", "hr"))!.Value;

        (await sites.AfterAsync("t-1", 0, 10)).ShouldHaveSingleItem().Record.Pack.ShouldBe("", "a card is no face, and stays with the site");
        RosterMessage young = (await composer.ChangesAsync(Guid.NewGuid(), before, judgesConsent: true, default))!.Message, old = (await composer.ChangesAsync(Guid.NewGuid(), before, judgesConsent: false, default))!.Message;
        young.Gone.ShouldBeEmpty();
        young.People.ShouldHaveSingleItem().ShouldSatisfyAllConditions(p => p.Id.ShouldBe("ada"), p => p.FaceConsent.ShouldBe(FaceConsents.Withdrawn));
        young.Through.ShouldBe(revision + 1);
        (old.Gone.ShouldHaveSingleItem().Revision, old.People.ShouldHaveSingleItem().FaceConsent, old.Through).ShouldBe((revision, null, revision + 1));
        RosterMessage whole = (await composer.PartAsync(Guid.NewGuid(), Guid.NewGuid(), 1, 0, judgesConsent: true, default)).Message;
        whole.Gone.ShouldBeEmpty();
        whole.People.Select(p => $"{p.Id} {p.FaceConsent}").Order(StringComparer.Ordinal).ShouldBe(["ada withdrawn", "grace "]);

        // A new consent is heard of, too.
        await privacy.AddConsentAsync("ada", "v2", "paper", 2, "hr");
        (await composer.ChangesAsync(Guid.NewGuid(), young.Through, judgesConsent: true, default))!.Message.People.ShouldHaveSingleItem().FaceConsent.ShouldBeNull();
    }

    [Fact]
    public async Task Where_a_consent_becomes_required_terminals_hear_of_everybody_without_one_and_once_only()
    {
        SqlPrivacyStore privacy = new(_store.Database, _store.Time);
        await FillAsync();
        await privacy.AddConsentAsync("grace", "v1", "paper", 1, "hr");
        SqlRosterStore loose = new(_store.Database, _store.Time), strict = new(_store.Database, _store.Time, requireConsent: true);
        long before = await loose.RevisionAsync();
        (await privacy.TellRequirementAsync(false)).ShouldBe(0, "as it was");
        (await privacy.TellRequirementAsync(true)).ShouldBe(1);
        (await privacy.TellRequirementAsync(true)).ShouldBe(0);
        (await strict.ChangesAfterAsync(before, 10)).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            c => c.Person.ShouldBe(new Person("ada", "Ada Lovelace", "7", true, [1]), new SamePerson()), c => c.FaceConsent.ShouldBe(FaceConsents.Missing), c => c.Revision.ShouldBe(before + 1));
        (await strict.ChangesAfterAsync(0, 10)).Single(c => c.Person.UserId == "grace").FaceConsent.ShouldBeNull();
        (await loose.ChangesAfterAsync(before, 10)).ShouldHaveSingleItem().FaceConsent.ShouldBeNull();
        (await privacy.TellRequirementAsync(false)).ShouldBe(1, "and of its end");
    }

    private async Task FillAsync()
    {
        await _store.AddTerminalAsync("t-1");
        await _store.AddTerminalAsync("t-2");
        await _store.People.ReconcileAsync([new(1, null, "Company")], [new("ada", "Ada Lovelace", "7", true, [1]), new("grace", "Grace Hopper", null, true, [1])]);
    }

    private static Guid Line(string salt) => Guid.Empty;

    private static SiteRecord Face(string person, long version) =>
        new() { Kind = SiteKinds.Person, Terminal = "t-1", Person = person, Pack = "demo@1", Version = version, Key = new string('a', 32), Body = "AAAA" };

    private sealed class SamePerson : IEqualityComparer<Person>
    {
        public bool Equals(Person? x, Person? y) => x is not null && y is not null && (x.UserId, x.Name, x.JobNumber, x.Active) == (y.UserId, y.Name, y.JobNumber, y.Active) && x.Departments.SequenceEqual(y.Departments);

        public int GetHashCode(Person obj) => obj.UserId.GetHashCode(StringComparison.Ordinal);
    }
}

public sealed class ConsentSqliteTests() : ConsentTests(StoreKind.Sqlite);

public sealed class ConsentPostgresTests() : ConsentTests(StoreKind.Postgres);
