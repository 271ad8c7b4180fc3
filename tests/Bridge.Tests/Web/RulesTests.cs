using System.Net;
using System.Text.RegularExpressions;
using Devices.Bridge.Attendance;
using Devices.Bridge.Corrections;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Web.Access;
using NodaTime;

namespace Devices.Bridge.Tests.Web;

/// <summary>What HR and operators change at run time, by forms as a browser without JavaScript sends them.</summary>
public sealed partial class RulesTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task HR_changes_a_rule_at_once_what_the_configuration_sets_stays_and_of_two_changes_the_second_is_told()
    {
        await using HrSite site = await HrSite.StartAsync("--Bridge:Retention:PunchYears=7");
        using HrSite.Browser hr = await site.LogInAsync("lin", [AccountRoles.Hr], SiteScope.All), manager = await site.LogInAsync("mo", [AccountRoles.Manager], SiteScope.All);
        (await manager.PageAsync("/rules", HttpStatusCode.Forbidden)).ShouldNotBeEmpty();
        string page = await hr.PageAsync("/rules");
        page.ShouldContain("data-rule=\"Retention:PunchYears\" data-value=\"7\" data-configured=\"1\"");
        page.ShouldContain("set by Bridge:Retention:PunchYears");

        (await SetAsync(hr, new() { ["set.Corrections:DaysBack"] = "14", ["was.Corrections:DaysBack"] = "", ["set.Corrections:SecondApproval"] = "true" })).ShouldBe("/rules?told=done");
        (site.Bench.Get<CorrectionOptions>().DaysBack, site.Bench.Get<CorrectionOptions>().SecondApproval).ShouldBe((14, true));
        (await SetAsync(hr, new() { ["set.Corrections:DaysBack"] = "20", ["was.Corrections:DaysBack"] = "" })).ShouldBe("/rules?told=changed");
        (await SetAsync(hr, new() { ["set.Corrections:DaysBack"] = "0", ["was.Corrections:DaysBack"] = "14" })).ShouldStartWith("/rules?told=bad&key=Corrections");
        (await SetAsync(hr, new() { ["set.Retention:PunchYears"] = "1", ["was.Retention:PunchYears"] = "" })).ShouldStartWith("/rules?told=configured");
        site.Bench.Get<CorrectionOptions>().DaysBack.ShouldBe(14);
        (await hr.PageAsync("/rules?told=bad&key=Corrections%3ADaysBack")).ShouldContain("cannot be used. Nothing was changed: Corrections:DaysBack");
        (await site.Bench.Get<IAuditStore>().SearchAsync(new() { Action = "rule.change" }, null, 10, Stop)).Select(a => $"{a.Target} {a.Detail} {a.Actor}").Order(StringComparer.Ordinal)
            .ShouldBe(["Corrections:DaysBack (default) -> 14 lin", "Corrections:SecondApproval (default) -> true lin"]);

        // It is still so after a restart, and the default comes back where it is emptied.
        await site.Bench.ReopenAsync();
        site.Bench.Get<CorrectionOptions>().DaysBack.ShouldBe(14);
        using HrSite.Browser again = await site.LogInAsync();
        (await SetAsync(again, new() { ["set.Corrections:DaysBack"] = "", ["was.Corrections:DaysBack"] = "14" })).ShouldBe("/rules?told=done");
        site.Bench.Get<CorrectionOptions>().DaysBack.ShouldBe(62);
    }

    [Fact]
    public async Task Shifts_and_holidays_are_made_on_a_page_from_today_on_and_bad_ones_get_the_readers_sentence()
    {
        await using HrSite site = await HrSite.StartAsync();
        using HrSite.Browser hr = await site.LogInAsync("lin", [AccountRoles.Hr], SiteScope.All), other = await site.LogInAsync("li", [AccountRoles.Hr], SiteScope.All);
        SitePlan plan = site.Bench.Get<SitePlan>();
        LocalDate monday = new(2026, 11, 30);
        plan.HasShifts.ShouldBeFalse();
        (await hr.PageAsync("/plan")).ShouldContain("There are no shifts");

        (await PostAsync(hr, "shift", new() { ["name"] = "office", ["times"] = "09-18" })).ShouldContain("The times of shift 'office' are '09-18'");
        await DoneAsync(hr, "shift", new() { ["name"] = "office", ["times"] = "09:00-18:00", ["late"] = "5" });
        (plan.HasShifts, plan.On(monday, "ada")!.PermitLate, plan.On(monday.PlusDays(-1), "ada")).ShouldBe((true, 5, null));
        await DoneAsync(hr, "shift", new() { ["name"] = "night", ["times"] = "22:00-06:00" });
        await DoneAsync(hr, "assign", new() { ["shift"] = "night", ["days"] = "1-4", ["people"] = "grace" });
        plan.On(monday, "grace")!.Name.ShouldBe("night");
        (await PostAsync(hr, "assign", new() { ["shift"] = "night", ["days"] = "8" })).ShouldContain("has days '8'");
        string stale = await other.PageAsync("/plan");
        await DoneAsync(hr, "holiday", new() { ["date"] = "2026-11-30", ["holiday-name"] = "Company day" });
        plan.On(monday, "ada").ShouldBeNull();
        (await hr.PageAsync("/plan")).ShouldContain("data-holiday=\"2026-11-30\"");

        // Whoever saw the plan before is told, and nothing is lost.
        string seen = Seen().Match(stale).Groups[1].Value;
        (await PostAsync(other, "holiday", new() { ["date"] = "2026-12-25", ["seen"] = seen })).ShouldContain("Somebody changed this since");
        (await hr.PageAsync("/plan")).ShouldNotContain("data-holiday=\"2026-12-25\"");
        (await PostAsync(hr, "shift-office", new() { ["name"] = "office" })).ShouldContain("names shift 'office', which is not among the shifts");
        (await site.Bench.Get<IAuditStore>().SearchAsync(new() { Action = "plan.change" }, null, 10, Stop)).Select(a => a.Detail).ShouldBe(
            ["2026-11-30: rest Company day", "night on 1-4 for grace", "shift night: - -> 22:00-06:00 late 0 early 0", "shift office: - -> 09:00-18:00 late 5 early 0"]);

        await site.Bench.ReopenAsync();
        site.Bench.Get<SitePlan>().On(monday.PlusDays(1), "grace")!.Name.ShouldBe("night", "it is in the store");
    }

    [Fact]
    public async Task A_plan_of_the_configuration_is_shown_and_changed_there()
    {
        await using HrSite site = await HrSite.StartAsync("--Bridge:Site:Shift=08:00-17:00");
        using HrSite.Browser hr = await site.LogInAsync("lin", [AccountRoles.Hr], SiteScope.All);
        string page = await hr.PageAsync("/plan");
        page.ShouldContain("set by Bridge:Site:Shift");
        page.ShouldContain("data-shift=\"08:00-17:00\"");
        page.ShouldNotContain("<form class=\"filters\"");
        (await site.Bench.Get<PlanDesk>().RemoveShiftAsync(0, "x", "lin", null, Stop)).Verdict.ShouldBe(PlanVerdict.Configured);
    }

    [Fact]
    public async Task An_operator_wishes_for_all_terminals_or_a_site_of_their_own_and_is_told_of_a_change_in_between()
    {
        await using TwoSites sites = await TwoSites.StartAsync();
        await sites.AddAsync("north", [AccountRoles.Operator], SiteScope.Of(TwoSites.SiteA));
        await sites.AddAsync("every", [AccountRoles.Operator], SiteScope.All);
        using HrSite.Browser north = await sites.LogInAsync("north"), every = await sites.LogInAsync("every");
        IConfigStore configs = sites.Bench.Get<IConfigStore>();

        (await WishAsync(every, "/wishes", new() { ["set.Liveness:AskBelow"] = "0.8" })).ShouldBe("/wishes?told=done");
        string own = $"/wishes?site={Uri.EscapeDataString(TwoSites.SiteA)}";
        (await WishAsync(north, own, new() { ["set.Repeat:Seconds"] = "90" })).ShouldEndWith("told=done");
        (await WishAsync(north, own, new() { ["set.Repeat:Seconds"] = "90000" })).ShouldEndWith("told=bad&key=Repeat%3ASeconds");
        (await WishAsync(north, own, new() { ["set.Repeat:Seconds"] = "30", ["revision"] = "0" })).ShouldEndWith("told=changed");
        (await north.PageAsync(own)).ShouldContain("data-setting=\"Repeat:Seconds\" data-value=\"90\"");
        (await configs.WishAsync(TwoSites.TerminalA)).Settings.ShouldBe(new Dictionary<string, string> { ["Liveness:AskBelow"] = "0.8", ["Repeat:Seconds"] = "90" }, ignoreOrder: true);
        (await configs.WishAsync(TwoSites.TerminalB)).Settings.Keys.ShouldBe(["Liveness:AskBelow"]);

        // Neither the other site nor all of them are theirs.
        (await north.GetAsync($"/wishes?site={Uri.EscapeDataString(TwoSites.SiteB)}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        foreach (Dictionary<string, string> fields in (Dictionary<string, string>[])[new() { ["scope"] = "all" }, new() { ["scope"] = "site", ["site"] = TwoSites.SiteB }])
        {
            fields["set.Repeat:Seconds"] = "10";
            using HttpResponseMessage answer = await north.SubmitAsync(own, fields, "/wishes/set");
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }

        (await configs.WishAsync(TwoSites.TerminalB)).Settings.Keys.ShouldBe(["Liveness:AskBelow"]);
    }

    private static async Task<string> WishAsync(HrSite.Browser browser, string page, Dictionary<string, string> fields)
    {
        using HttpResponseMessage answer = await browser.SubmitAsync(page, fields, "/wishes/set");
        return answer.Headers.Location!.ToString();
    }

    private static async Task<string> SetAsync(HrSite.Browser browser, Dictionary<string, string> fields)
    {
        using HttpResponseMessage answer = await browser.SubmitAsync("/account", fields, "/rules/set");
        return answer.Headers.Location!.ToString();
    }

    private static async Task DoneAsync(HrSite.Browser browser, string form, Dictionary<string, string> fields)
    {
        fields["_handler"] = form;
        using HttpResponseMessage answer = await browser.SubmitAsync("/plan", fields);
        answer.StatusCode.ShouldBe(HttpStatusCode.Found, WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Stop)));
        answer.Headers.Location!.ToString().ShouldEndWith("/plan?told=done");
    }

    private static async Task<string> PostAsync(HrSite.Browser browser, string form, Dictionary<string, string> fields)
    {
        fields["_handler"] = form;
        using HttpResponseMessage answer = await browser.SubmitAsync("/plan", fields);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Stop));
    }

    [GeneratedRegex("name=\"seen\" value=\"(\\d+)\"")]
    private static partial Regex Seen();
}
