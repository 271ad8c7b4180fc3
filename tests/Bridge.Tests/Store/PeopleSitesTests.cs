using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;

namespace Devices.Bridge.Tests.Store;

/// <summary>People who are assigned to a site by somebody's word.</summary>
public sealed class PeopleSitesTests
{
    private static readonly SiteScope North = SiteScope.Of("North");

    public static TheoryData<StoreKind> Kinds => [StoreKind.Sqlite, StoreKind.Postgres];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_site_sees_whom_it_is_given_and_nobody_gives_what_they_do_not_see(StoreKind kind)
    {
        await using StoreFixture store = new(kind);
        SqlPeopleSites sites = new(store.Database, store.Time);
        SqlPeopleStore people = new(store.Database, store.Time);
        SqlAuditStore audit = new(store.Database, store.Time);
        await store.AddTerminalAsync("m2-001");
        await store.AddTerminalAsync("m2-002");
        await new SqlTerminalSites(store.Database, store.Time).SetSiteAsync("m2-001", "North", true, "op");
        await new SqlTerminalSites(store.Database, store.Time).SetSiteAsync("m2-002", "South", true, "op");
        await people.ReconcileAsync([new(1, null, "Company")], [new("ada", "Ada", null, true, [1]), new("gone", "Gone", null, true, [1])]);
        await people.ReconcileAsync([new(1, null, "Company")], [new("ada", "Ada", null, true, [1])]);
        int before = (await audit.AuditLogAsync(50)).Count;

        (await people.FindPersonAsync(North, "ada")).ShouldBeNull();
        (await sites.AssignAsync(North, "ada", "North", true, "hr")).ShouldBe(AssignVerdict.UnknownPerson, "nobody takes in whom they do not see");
        (await sites.AssignAsync(SiteScope.All, "ada", "Nowhere", true, "hr")).ShouldBe(AssignVerdict.UnknownSite);
        (await sites.AssignAsync(SiteScope.All, "nobody", "North", true, "hr")).ShouldBe(AssignVerdict.UnknownPerson);
        (await sites.AssignAsync(SiteScope.All, "gone", "North", true, "hr")).ShouldBe(AssignVerdict.Left);
        (await sites.AssignAsync(SiteScope.All, "ada", "North", false, "hr")).ShouldBe(AssignVerdict.Same);
        (await audit.AuditLogAsync(50)).Count.ShouldBe(before, "what was refused changed nothing");

        (await sites.AssignAsync(SiteScope.All, "ada", "North", true, "hr", "10.0.0.1")).ShouldBe(AssignVerdict.Done);
        (await sites.AssignAsync(SiteScope.All, "ada", "North", true, "hr")).ShouldBe(AssignVerdict.Same);
        (await audit.AuditLogAsync(1)).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            row => row.Action.ShouldBe("people.site"), row => row.Target.ShouldBe("ada"), row => row.Detail.ShouldBe("assigned to North"), row => row.Address.ShouldBe("10.0.0.1"));
        (await people.FindPersonAsync(North, "ada")).ShouldNotBeNull();
        (await people.SearchAsync(North, new(), null, 10)).Select(p => p.UserId).ShouldBe(["ada"]);
        (await sites.OfAsync(North, "ada")).ShouldHaveSingleItem().Site.ShouldBe("North");

        (await sites.AssignAsync(North, "ada", "South", true, "m")).ShouldBe(AssignVerdict.UnknownSite, "of another site");
        (await sites.AssignAsync(SiteScope.All, "ada", "", true, "hr")).ShouldBe(AssignVerdict.Done, "the main site is always there");
        (await sites.OfAsync(North, "ada")).Select(s => s.Site).ShouldBe(["North"]);
        (await sites.AssignAsync(North, "ada", "", false, "m")).ShouldBe(AssignVerdict.UnknownSite);
        (await sites.AssignAsync(North, "ada", "North", false, "m")).ShouldBe(AssignVerdict.Done);
        (await people.FindPersonAsync(North, "ada")).ShouldBeNull();
        (await sites.OfAsync(SiteScope.All, "ada")).Select(s => s.Site).ShouldBe([""]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Names_stand_in_the_readers_order_by_pinyin_in_Chinese_and_pages_follow_each_other_exactly(StoreKind kind)
    {
        await using StoreFixture store = new(kind);
        SqlPeopleStore people = new(store.Database, store.Time);
        string[] names = ["张伟", "李娜", "王芳", "陈静", "Ada", "李娜", "ada", "赵磊", "Émile", "Zoe", "欧阳修", "bob"];
        await people.ReconcileAsync([], [.. names.Select((name, i) => new Person($"u{i:00}", name, null, true, []))]);
        // Written past this program, as a restore of an older copy is: not left out, and in its place from the next start on.
        await store.Database.WriteAsync(session => session.Execute("UPDATE people SET order_en = NULL, order_zh = NULL WHERE userid < 'u06'"));
        (await PagesAsync(NameOrder.Chinese)).Count.ShouldBe(names.Length);
        await new NameKeeper(store.Database, store.Time).StartAsync(default);
        (await store.Database.ReadAsync(session => session.Number("SELECT COUNT(*) FROM people WHERE order_zh IS NULL"))).ShouldBe(0);

        foreach ((NameOrder order, string culture) in (List<(NameOrder, string)>)[(NameOrder.Chinese, "zh-Hans"), (NameOrder.English, "en")])
        {
            StringComparer reader = StringComparer.Create(System.Globalization.CultureInfo.GetCultureInfo(culture), ignoreCase: true);
            (await PagesAsync(order)).ShouldBe(names.Select((name, i) => (name, id: $"u{i:00}")).OrderBy(p => p.name, reader).ThenBy(p => p.id, StringComparer.Ordinal).Select(p => p.id), culture);
        }

        (await PagesAsync(NameOrder.Chinese)).Where(id => id is "u00" or "u01" or "u02" or "u03" or "u05" or "u07" or "u10").ShouldBe(["u03", "u01", "u05", "u10", "u02", "u00", "u07"], "chén lǐ lǐ ōu wáng zhāng zhào");

        async Task<List<string>> PagesAsync(NameOrder order)
        {
            List<string> all = [];
            for ((string, string)? after = null; ;)
            {
                IReadOnlyList<Person> page = await people.SearchAsync(SiteScope.All, new() { Order = order }, after, 5);
                all.AddRange(page.Select(p => p.UserId));
                if (page.Count < 5) return all;
                after = (page[^1].Name, page[^1].UserId);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_list_says_who_consented_and_what_the_terminals_share(StoreKind kind)
    {
        await using StoreFixture store = new(kind);
        SqlPeopleStore people = new(store.Database, store.Time);
        SqlPrivacyStore privacy = new(store.Database, store.Time);
        await people.ReconcileAsync([], [new("ada", "Ada", null, true, []), new("alan", "Alan", null, true, []), new("grace", "Grace", null, true, [])]);
        await privacy.AddConsentAsync("ada", "v1", "paper", 1000, "hr");
        await privacy.WithdrawConsentAsync("ada", "hr");
        await privacy.AddConsentAsync("ada", "v2", "form", 2000, "hr");
        await privacy.AddConsentAsync("alan", "v1", "paper", 1000, "hr");
        await privacy.WithdrawConsentAsync("alan", "hr");
        await store.Database.WriteAsync(session =>
        {
            foreach ((int at, string site, string slot, string person) in (List<(int, string, string, string)>)[(1, "North", "person|p@1|ada", "ada"), (2, "North", "person||ada", "ada"), (1, "South", "person||alan", "alan")])
                session.Execute(
                    "INSERT INTO site_records (site, revision, slot, kind, terminal, person, record, received_at) VALUES (@site, @at, @slot, 'person', 'm2-001', @person, '{}', 0)",
                    ("@site", site), ("@at", at), ("@slot", slot), ("@person", person));
            return 0;
        });

        IReadOnlyDictionary<string, PersonStanding> all = await people.StandingsAsync(SiteScope.All, ["ada", "alan", "grace"]);
        (all["ada"].Consent!.TextVersion, all["ada"].Consent!.WithdrawnAt, all["ada"].Face, all["ada"].CardOnly).ShouldBe(("v2", null, true, true));
        (all["alan"].Consent!.WithdrawnAt is not null, all["alan"].Face, all["alan"].CardOnly).ShouldBe((true, false, true));
        all.ShouldNotContainKey("grace");
        (await people.StandingsAsync(North, ["alan"]))["alan"].CardOnly.ShouldBeFalse("a record of another site");
        (await people.StandingsAsync(SiteScope.All, [])).ShouldBeEmpty();
    }
}
