using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Contract.Messages;

namespace Devices.Bridge.Tests.Store;

/// <summary>Which site a terminal belongs to, and what a change does to the sealed records of both sites.</summary>
public sealed class TerminalSiteTests
{
    private static readonly Guid Line = Guid.Parse("00000000-0000-4000-8000-000000000001");

    public static TheoryData<StoreKind> Kinds => [StoreKind.Sqlite, StoreKind.Postgres];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_terminal_that_shares_faces_moves_only_where_that_was_agreed_to_and_then_sees_nothing_of_the_old_site(StoreKind kind)
    {
        await using StoreFixture store = new(kind);
        (SqlSiteStore records, SqlTerminalSites sites, SqlAuditStore audit) = (new(store.Database, store.Time), new(store.Database, store.Time), new(store.Database, store.Time));
        foreach (string name in (string[])["m2-001", "m2-002"])
        {
            await store.AddTerminalAsync(name);
            await KeepAsync(records, name, new() { Kind = SiteKinds.Member, Terminal = name, Body = "AAAA" });
        }
        await KeepAsync(records, "m2-001", Person("m2-001", "u1", 1));
        await records.SaveReachAsync("m2-002", new() { Line = Line, Revision = 3 });
        long news = await records.NewsAsync();

        (await sites.SetSiteAsync("m2-009", "North", true, "op")).Verdict.ShouldBe(SiteVerdict.Unknown);
        (await sites.SetSiteAsync("m2-002", "", true, "op")).Verdict.ShouldBe(SiteVerdict.Same);
        (await sites.SetSiteAsync("m2-002", "North", agreed: false, "op")).ShouldBe(new(SiteVerdict.Consequences, "", 0, true));
        (await records.ExchangeAsync("m2-002")).Name.ShouldBe("");
        (await sites.SetSiteAsync("m2-002", "North", agreed: true, "op", "10.0.0.1")).Verdict.ShouldBe(SiteVerdict.Done);
        (await audit.AuditLogAsync(5)).ShouldHaveSingleItem().ShouldSatisfyAllConditions(row => row.Action.ShouldBe("terminal.site"), row => row.Target.ShouldBe("m2-002"),
            row => row.Actor.ShouldBe("op"), row => row.Detail.ShouldBe("main to North; 0 punches, shared faces with the old site"));
        (await records.NewsAsync()).ShouldBe(news + 1);
        (await store.Terminals.FindTerminalAsync(SiteScope.All, "m2-002"))!.Site.ShouldBe("North");

        // Nothing of the old site for the one, the news that it is gone for the others, each with revisions of its own.
        SiteExchange north = await records.ExchangeAsync("m2-002");
        (north.Name, north.Salt.Length, await records.HeadAsync("m2-002")).ShouldBe(("North", 32, 0));
        (await records.AfterAsync("m2-002", 0, 10)).ShouldBeEmpty();
        (await records.AfterAsync("m2-001", 0, 10)).Select(one => one.Record.Kind).ShouldBe([SiteKinds.Member, SiteKinds.Member, SiteKinds.Person, SiteKinds.Revoked]);
        (await records.MarkGoneAsync()).ShouldBeFalse();

        // What it still seals for the old site is not taken; once it knows where it is, it is.
        (await records.KeepAsync("m2-002", Person("m2-002", "u2", 1), OfLine)).ShouldBe(KeepVerdict.Elsewhere);
        await records.SaveReachAsync("m2-002", new() { Line = OfLine(north.Salt), Revision = 0 });
        (await records.KeepAsync("m2-002", Person("m2-002", "u2", 1), OfLine)).ShouldBe(KeepVerdict.Kept);

        // Back again: it is no stranger any more.
        (await sites.SetSiteAsync("m2-002", "", true, "op")).Verdict.ShouldBe(SiteVerdict.Done);
        (await records.AfterAsync("m2-001", 0, 10)).ShouldNotContain(one => one.Record.Kind == SiteKinds.Revoked);
        (await records.ExchangeAsync("m2-002")).ShouldBe(new("", ""));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_site_is_renamed_with_all_it_holds_and_the_name_it_leaves_is_another_site(StoreKind kind)
    {
        await using StoreFixture store = new(kind);
        (SqlSiteStore records, SqlTerminalSites sites) = (new(store.Database, store.Time), new(store.Database, store.Time));
        foreach (string name in (string[])["m2-001", "m2-002", "m2-003"]) await store.AddTerminalAsync(name);
        await KeepAsync(records, "m2-001", Person("m2-001", "u1", 1));
        (await sites.RenameSiteAsync("nowhere", "Head office", "op")).ShouldBe(SiteVerdict.Unknown);
        (await sites.RenameSiteAsync("", "Head office", "op")).ShouldBe(SiteVerdict.Done);
        foreach (string name in (string[])["m2-001", "m2-003"])
        {
            (await records.ExchangeAsync(name)).ShouldBe(new("Head office", ""));
            (await records.AfterAsync(name, 0, 10)).Count.ShouldBe(1);
        }
        (await sites.SetSiteAsync("m2-003", "", false, "op")).Verdict.ShouldBe(SiteVerdict.Done);
        (await records.ExchangeAsync("m2-003")).Salt.Length.ShouldBe(32);
        (await records.AfterAsync("m2-003", 0, 10)).ShouldBeEmpty();
        (await sites.RenameSiteAsync("Head office", "", "op")).ShouldBe(SiteVerdict.Taken);
        (await sites.ListSitesAsync()).ShouldBe([new("", 1, 0), new("Head office", 2, 1)]);
        (await new SqlAuditStore(store.Database, store.Time).AuditLogAsync(5)).ShouldContain(row => row.Action == "site.rename" && row.Target == "Head office" && row.Detail == "from main; 3 terminals");
    }

    [Theory]
    [InlineData("main", "")]
    [InlineData(" North gate ", "North gate")]
    [InlineData("上海", "上海")]
    [InlineData("", null)]
    [InlineData("a,b", null)]
    [InlineData("<b>", null)]
    [InlineData("12345678901234567890123456789012345678901", null)]
    public void A_sites_name_is_read_or_refused_with_a_sentence(string typed, string? name)
    {
        SiteNames.Read(typed, out string? fault).ShouldBe(name);
        (fault is null).ShouldBe(name is not null);
    }

    private static Guid OfLine(string salt) => salt.Length == 0 ? Line : new(Convert.FromHexString(salt));

    private static async Task KeepAsync(SqlSiteStore records, string terminal, SiteRecord record) => (await records.KeepAsync(terminal, record, OfLine)).ShouldBe(KeepVerdict.Kept);

    private static SiteRecord Person(string writer, string person, long version) =>
        new() { Kind = SiteKinds.Person, Terminal = writer, Person = person, Pack = "demo@1", Version = version, Key = "0123456789abcdef0123456789abcdef", Body = "AAAA" };
}
