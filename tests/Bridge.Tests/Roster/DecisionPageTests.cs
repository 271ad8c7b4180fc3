using System.Net;
using Devices.Bridge.Roster;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Delivery;
using Devices.Bridge.Tests.Web;
using Devices.Bridge.Web.Access;

namespace Devices.Bridge.Tests.Roster;

/// <summary>What HR sees of a mass disappearance and decides, with who decided in the audit log.</summary>
public sealed class DecisionPageTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_is_missing_is_shown_and_kept_released_or_let_go_by_a_button_that_leaves_an_audit_row()
    {
        await using PlayedPlatform platform = await PlayedPlatform.StartAsync(null, [.. Enumerable.Range(0, 12).Select(i => $"p{i:00}")]);
        await using Bench bench = await Bench.StartAsync(platform);
        IPeopleStore people = bench.Get<IPeopleStore>();
        await Until.Async(() => people.PeopleAsync(SiteScope.All), p => p.Count == 12, "the pull at start");
        await bench.Get<AccountPasswords>().GiveOneTimeAsync("hr", CancellationToken.None);
        await bench.Get<AccountPasswords>().SetAsync("hr", HrSite.Password, CancellationToken.None);
        using HrSite.Browser browser = new(bench.Address, "en");
        await browser.SubmitAsync("/login", new() { ["user"] = "hr", ["password"] = HrSite.Password });
        await platform.PeopleAsync([.. Enumerable.Range(0, 8).Select(i => $"p{i:00}")]);
        await bench.Get<RosterService>().PullAsync(false, Stop);

        string page = await browser.PageAsync("/roster");
        page.ShouldContain("4 of 12 employees are no longer");
        foreach (string id in (string[])["p08", "p09", "p10", "p11"]) page.ShouldContain($"data-person=\"{id}\"");
        (await browser.PageAsync("/")).ShouldContain("data-roster=\"held\"");

        (await browser.SubmitAsync("/roster", [], "/roster/keep")).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        page = await browser.PageAsync("/roster");
        page.ShouldContain("data-kept=\"4\"");
        page.ShouldNotContain("data-held");
        (await people.PeopleAsync(SiteScope.All, false, Stop)).Count.ShouldBe(12);

        await browser.SubmitAsync("/roster", [], "/roster/release");
        (await browser.PageAsync("/roster")).ShouldContain("data-held=\"4\"");
        await browser.SubmitAsync("/roster", new() { ["confirm"] = "1" }, "/roster/pull");
        page = await browser.PageAsync("/roster");
        page.ShouldNotContain("data-held");
        page.ShouldContain("data-roster-people=\"8\"");

        IReadOnlyList<AuditRow> audit = await bench.Get<IAuditStore>().AuditLogAsync(20, Stop);
        audit.Where(a => a.Action.StartsWith("roster.", StringComparison.Ordinal)).Select(a => (a.Actor, a.Action, a.Target)).ShouldBe(
            [("hr", "roster.confirm", "p08,p09,p10,p11"), ("hr", "roster.release", "p08,p09,p10,p11"), ("hr", "roster.keep", "p08,p09,p10,p11")]);
    }
}
