using System.Net;
using System.Text.RegularExpressions;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Delivery;
using Devices.Bridge.Web.Access;
using Devices.Bridge.Web.Parts;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Web;

/// <summary>Lists that go on without counting, who sees what of them, wall boards and settings.</summary>
public sealed partial class ListTests
{
    [Fact]
    public async Task Every_row_of_a_list_comes_once_page_after_page()
    {
        await using HrSite site = await HrSite.StartAsync("--Bridge:Web:PageSize=5");
        await site.Bench.Get<IPeopleStore>().ReconcileAsync([new(2, null, "Engineering")], [.. Enumerable.Range(0, 12).Select(i => new Person($"p{i:00}", $"Name {i % 4}", null, true, [2]))]);
        IExceptionStore exceptions = site.Bench.Get<IExceptionStore>();
        for (int i = 0; i < 12; i++) await exceptions.RaiseAsync(new("operations", "brand-new", $"Thing {i}") { Cause = $"thing {i}" });
        using HrSite.Browser browser = await site.LogInAsync();

        (await AllAsync(browser, "/people", PersonRow())).ShouldBe(Enumerable.Range(0, 12).Select(i => $"p{i:00}"), ignoreOrder: true);
        List<string> open = await AllAsync(browser, "/exceptions", ExceptionRowOf());
        open.Count.ShouldBe(12);
        open.Distinct().Count().ShouldBe(12);
        foreach (string id in open) await exceptions.ResolveAsync(SiteScope.All, long.Parse(id, System.Globalization.CultureInfo.InvariantCulture), "hr");
        (await AllAsync(browser, "/exceptions/closed", ExceptionRowOf())).Order(StringComparer.Ordinal).ShouldBe(open.Order(StringComparer.Ordinal));
        List<string> log = await AllAsync(browser, "/audit", AuditRowOf());
        log.ShouldBe(log.Distinct());
        log.Count.ShouldBeGreaterThanOrEqualTo(1);
    }

    [Fact]
    public async Task A_site_sees_its_own_rows_and_who_reads_no_punches_sees_numbers_without_names()
    {
        await using HrSite site = await HrSite.StartAsync();
        await PageTests.RosterAsync(site);
        LedgerMaker here = new("m2-001"), there = new("m2-002");
        Punch mine = here.Next("ada", Bench.Now(30), ClockQuality.Held), other = there.Next("grace", Bench.Now(20), ClockQuality.Held);
        await site.Bench.AppendAsync(here, mine);
        await site.Bench.AppendAsync(there, other);
        await site.Bench.Get<SqlDatabase>().WriteAsync(session => session.Execute("INSERT INTO terminals (name, site, created_at) VALUES ('m2-001', 'A', 1), ('m2-002', 'B', 1)"));
        IExceptionStore exceptions = site.Bench.Get<IExceptionStore>();
        await exceptions.RaiseAsync(new("ingest", "gap", "at A") { Terminal = "m2-001" });
        await exceptions.RaiseAsync(new("ingest", "gap", "at B") { Terminal = "m2-002" });
        SiteScope a = SiteScope.Of("A");
        (await exceptions.OpenAsync(a)).ShouldHaveSingleItem().ShouldBe(new ExceptionCount("ingest", "gap", 1));
        (await exceptions.OpenAsync(a, [("ingest", "gap")], null, 9)).Select(e => e.Text).ShouldBe(["at A"]);
        IPeopleStore people = site.Bench.Get<IPeopleStore>();
        (await people.SearchAsync(a, new(), null, 9)).Select(p => p.UserId).ShouldBe(["ada"]);
        (await people.FactsAsync(a, "grace")).ShouldBeNull();
        (await people.FactsAsync(a, "ada"))!.Seen.ShouldHaveSingleItem().ShouldBe(new SeenAt("m2-001", "A"));

        using HrSite.Browser manager = await site.LogInAsync();
        // The last account that may manage others cannot lose that.
        await site.Bench.Get<IAccountStore>().AddAccountAsync(new("boss", "none", AccountRoles.First, SiteScope.All));
        await site.Bench.Get<IAccountStore>().SetRightsAsync("hr", ["manager"], a, null);
        (await manager.PageAsync($"/punches/{mine.Terminal}/{mine.Ledger}/{mine.Seq}")).ShouldContain("Ada Lovelace");
        await manager.PageAsync($"/punches/{other.Terminal}/{other.Ledger}/{other.Seq}", HttpStatusCode.NotFound);
        await manager.PageAsync("/person?id=grace", HttpStatusCode.NotFound);
        await manager.PageAsync("/person/month?id=grace", HttpStatusCode.NotFound);
        string seen = await manager.PageAsync("/exceptions");
        seen.ShouldContain("at A");
        seen.ShouldNotContain("at B");
        seen.ShouldNotContain("Watched, and nothing open");
        await site.Bench.Get<IAccountStore>().SetRightsAsync("hr", ["operator"], SiteScope.All, null);
        string operators = await manager.PageAsync("/exceptions");
        operators.ShouldContain("data-kind=\"held\" data-count=\"2\"");
        operators.ShouldNotContain("Ada Lovelace");
    }

    [Fact]
    public async Task A_wall_board_opens_by_its_link_until_it_is_revoked_and_shows_names_only_where_it_was_made_so()
    {
        await using HrSite site = await HrSite.StartAsync();
        await PageTests.RosterAsync(site);
        LedgerMaker ledger = new();
        await site.Bench.AppendAsync(ledger, ledger.Next("ada", Bench.Now(0)));
        using HrSite.Browser browser = await site.LogInAsync();
        string made = (await browser.SubmitAsync("/walls", new() { ["label"] = "Lobby", ["site"] = "*", ["names"] = "1" }, "/walls/add")).Headers.Location!.ToString();
        string secret = Made().Match(await browser.PageAsync(made)).Groups[1].Value;
        WallLinks.Hash(secret).ShouldNotBeNull();
        made.ShouldNotContain(secret);
        (await browser.PageAsync(made)).ShouldNotContain(secret, Case.Sensitive, "once");
        await site.Bench.Get<IWallStore>().AddAsync(WallLinks.Hash("00112233445566778899aabbccddeeff00112233")!, "Numbers", null, names: false, "hr");

        using HrSite.Browser screen = site.Open();
        string names = await screen.PageAsync($"/wall/{secret}"), numbers = await screen.PageAsync("/wall/00112233445566778899aabbccddeeff00112233");
        names.ShouldContain("Ada Lovelace");
        numbers.ShouldContain("data-seen=\"1\"");
        numbers.ShouldNotContain("Ada");
        await screen.PageAsync("/wall/00112233445566778899aabbccddeeff00112234", HttpStatusCode.NotFound);
        await screen.PageAsync("/wall/x", HttpStatusCode.NotFound);

        long id = (await site.Bench.Get<IWallStore>().LinksAsync(SiteScope.All)).Single(l => l.Label == "Lobby").Id;
        (await site.Bench.Get<IWallStore>().LinksAsync(SiteScope.Of("A"))).ShouldBeEmpty();
        (await site.Bench.Get<IWallStore>().RevokeAsync(SiteScope.Of("A"), id, "nobody")).ShouldBeFalse();
        await browser.SubmitAsync("/walls", [], $"/walls/{id}/revoke");
        await screen.PageAsync($"/wall/{secret}", HttpStatusCode.NotFound);
        (await site.Bench.Get<IAuditStore>().SearchAsync(new() { Action = "wallboard.revoke" }, null, 5)).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("Platform:AppSecretFile", false)]
    [InlineData("Platform:AppSecret", true)]
    [InlineData("Platform:AppKey", true)]
    [InlineData("Webhook:Targets:0:Token", true)]
    [InlineData("Site:TimeZone", false)]
    public void The_settings_page_shows_no_value_of_a_secret(string key, bool secret) => SettingShown.IsSecret(key).ShouldBe(secret);

    private static async Task<List<string>> AllAsync(HrSite.Browser browser, string path, Regex row)
    {
        List<string> all = [];
        for (string? next = path; next is not null && all.Count < 200;)
        {
            string html = await browser.PageAsync(next);
            all.AddRange(row.Matches(html).Select(m => m.Groups[1].Value));
            Match link = Next().Match(html);
            next = link.Success ? link.Groups[1].Value.Split('#')[0] : null;
        }

        return all;
    }

    [GeneratedRegex("<tr data-person=\"([^\"]*)\"")]
    private static partial Regex PersonRow();

    [GeneratedRegex("data-exception=\"(\\d+)\"")]
    private static partial Regex ExceptionRowOf();

    [GeneratedRegex("data-audit=\"(\\d+)\"")]
    private static partial Regex AuditRowOf();

    [GeneratedRegex("rel=\"next\" href=\"([^\"]*)\"")]
    private static partial Regex Next();

    [GeneratedRegex("data-made=\"([^\"]*)\"")]
    private static partial Regex Made();
}
