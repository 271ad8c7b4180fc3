using System.Net;
using Devices.Bridge.Corrections;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Delivery;
using Devices.Bridge.Tests.Web;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Corrections;

/// <summary>Corrections as a browser without JavaScript sees them, in a whole bridge.</summary>
public sealed class CorrectionPageTests
{
    private static readonly long Yesterday = DateTimeOffset.UtcNow.AddDays(-1).ToUnixTimeMilliseconds() / 60_000 * 60_000;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_forgotten_punch_is_added_by_a_form_and_bad_input_is_told_beside_its_field()
    {
        await using HrSite site = await HrSite.StartAsync();
        await RosterAsync(site);
        using HrSite.Browser browser = await site.LogInAsync();
        string time = Local(Yesterday);

        (string Field, Dictionary<string, string> Fields, string Says)[] wrong =
        [
            ("person", Form("nobody", time), "no employee “nobody”"), ("time", Form("ada", "2199-01-01T08:00"), "lies ahead"), ("time", Form("ada", "2001-01-01T08:00"), "more than 62 days ago"),
            ("time", Form("ada", "soon"), "Give date and time"), ("reason", Form("ada", time, reason: " "), "Say why"), ("person", Form("Lin", time), "ada2, lin"),
        ];
        foreach (var (field, fields, says) in wrong)
        {
            using HttpResponseMessage refused = await browser.SubmitAsync("/corrections/new", fields, null);
            string text = WebUtility.HtmlDecode(await refused.Content.ReadAsStringAsync(Stop));
            (refused.StatusCode, text.Contains($"id=\"{field}-problem\"", StringComparison.Ordinal)).ShouldBe((HttpStatusCode.OK, true), says);
            text.ShouldContain(says);
        }

        using HttpResponseMessage done = await browser.SubmitAsync("/corrections/new", Form("0042", time));
        done.StatusCode.ShouldBe(HttpStatusCode.Found, WebUtility.HtmlDecode(await done.Content.ReadAsStringAsync(Stop)));
        string page = await browser.PageAsync(done.Headers.Location!.ToString());
        page.ShouldContain("The door stood open.");
        (await browser.PageAsync("/punches")).ShouldContain("data-origin=\"added\"");
        using HttpResponseMessage again = await browser.SubmitAsync("/corrections/new", Form("ada", time));
        WebUtility.HtmlDecode(await again.Content.ReadAsStringAsync(Stop)).ShouldContain("another would be the same one twice");
        (await site.Bench.Get<IAuditStore>().AuditLogAsync(5, Stop)).Select(a => a.Action).ShouldContain("correction.add");
    }

    [Fact]
    public async Task A_punch_is_reassigned_voided_and_reinstated_by_forms_and_shown_struck()
    {
        await using HrSite site = await HrSite.StartAsync();
        await RosterAsync(site);
        LedgerMaker ledger = new();
        Punch punch = ledger.Next("ada", Yesterday);
        await site.Bench.AppendAsync(ledger, [punch]);
        long id = (await site.Bench.FindAsync(punch)).Id;
        using HrSite.Browser browser = await site.LogInAsync();

        string form = await browser.PageAsync($"/corrections/punch/{id}");
        form.ShouldContain("As recorded");
        await SendAsync(browser, id, "reassign", new() { ["to"] = "bob", ["code"] = "wrong_person" });
        string list = await browser.PageAsync("/punches");
        list.ShouldContain("data-counts=\"false\"");
        list.ShouldContain("class=\"struck\"");
        list.ShouldContain("data-origin=\"reassigned\"");
        await SendAsync(browser, id, "reinstate", new() { ["code"] = "mistake" });
        await SendAsync(browser, id, "void", new() { ["code"] = "double" });

        (await browser.PageAsync("/corrections?kind=void")).ShouldContain("data-kind=\"void\"");
        (await browser.PageAsync("/corrections?kind=add")).ShouldNotContain("data-correction=");
        (await site.Bench.Get<IEffectivePunches>().OfPersonAsync(SiteScope.All, "ada", 0, long.MaxValue, Stop)).Single().Standing.Struck.ShouldBe(PunchStrike.Void);
        // An older page is told, not obeyed.
        using HttpResponseMessage old = await browser.SubmitAsync($"/corrections/punch/{id}", new() { ["_handler"] = "reinstate", ["code"] = "mistake", ["reason"] = "Back again.", ["seen"] = "1" });
        WebUtility.HtmlDecode(await old.Content.ReadAsStringAsync(Stop)).ShouldContain("Meanwhile hr has corrected this punch");
    }

    [Fact]
    public async Task Icehrm_259_a_managers_proposal_waits_for_HR_and_nobody_approves_their_own_or_corrects_themself()
    {
        await using HrSite site = await HrSite.StartAsync("--Bridge:Corrections:SecondApproval=true");
        await RosterAsync(site);
        LedgerMaker ledger = new();
        Punch own = ledger.Next("ada", Yesterday), other = ledger.Next("bob", Yesterday);
        await site.Bench.AppendAsync(ledger, [own, other]);
        using HrSite.Browser hr = await site.LogInAsync();
        using HrSite.Browser manager = await site.LogInAsync("ada", [AccountRoles.Manager], SiteScope.Of(""));
        using HrSite.Browser elsewhere = await site.LogInAsync("eve", [AccountRoles.Hr], SiteScope.Of("north"));
        using HrSite.Browser second = await site.LogInAsync("chen", [AccountRoles.Hr], SiteScope.All);

        long mine = (await site.Bench.FindAsync(own)).Id, theirs = (await site.Bench.FindAsync(other)).Id;
        using (HttpResponseMessage self = await manager.SubmitAsync($"/corrections/punch/{mine}", new() { ["_handler"] = "void", ["code"] = "double", ["reason"] = "Twice.", ["seen"] = "0" }))
            WebUtility.HtmlDecode(await self.Content.ReadAsStringAsync(Stop)).ShouldContain("Nobody corrects");
        await SendAsync(manager, theirs, "void", new() { ["code"] = "double" });
        long id = (await site.Bench.Get<ICorrectionStore>().ListAsync(SiteScope.All, new(), 1, Stop)).Single().Id;
        (await manager.PageAsync($"/corrections/{id}")).ShouldNotContain("value=\"approved\"");
        (await elsewhere.PageAsync($"/corrections/{id}")).ShouldContain("no such punch or correction");
        (await elsewhere.PageAsync($"/corrections/punch/{theirs}")).ShouldNotContain("bob");

        (await hr.PageAsync("/corrections?state=proposed")).ShouldContain($"data-correction=\"{id}\"");
        using (HttpResponseMessage rejected = await hr.SubmitAsync($"/corrections/{id}", new() { ["verdict"] = "rejected" })) WebUtility.HtmlDecode(await rejected.Content.ReadAsStringAsync(Stop)).ShouldContain("Say why you reject it");
        (await hr.SubmitAsync($"/corrections/{id}", new() { ["verdict"] = "approved" })).StatusCode.ShouldBe(HttpStatusCode.Found);
        using (HttpResponseMessage late = await second.SubmitAsync($"/corrections/{id}", new() { ["_handler"] = "decide", ["verdict"] = "approved" }, $"/corrections/{id}")) late.StatusCode.ShouldNotBe(HttpStatusCode.Found);
        (await site.Bench.FindAsync(other)).Standing.Counts.ShouldBeFalse();

        // With a second approval also what HR does waits, and its author cannot approve it.
        await SendAsync(hr, mine, "void", new() { ["code"] = "double" });
        long hrs = (await site.Bench.Get<ICorrectionStore>().ListAsync(SiteScope.All, new(), 1, Stop)).Single().Id;
        CorrectionAnswer answer = await site.Bench.Get<CorrectionDesk>().DecideAsync(new("hr", SiteScope.All, true, [], null), hrs, CorrectionState.Approved, null, Stop);
        answer.Result!.Outcome.ShouldBe(CorrectionOutcome.Own);
        (await site.Bench.FindAsync(own)).Standing.Counts.ShouldBeTrue();
    }

    [Fact]
    public async Task A_month_is_closed_and_opened_by_a_form_and_what_comes_late_for_it_is_listed()
    {
        await using HrSite site = await HrSite.StartAsync();
        await RosterAsync(site);
        using HrSite.Browser hr = await site.LogInAsync();
        using HrSite.Browser manager = await site.LogInAsync("maria", [AccountRoles.Manager], SiteScope.Of(""));
        DateTimeOffset lastMonth = new DateTimeOffset(DateTimeOffset.UtcNow.Year, DateTimeOffset.UtcNow.Month, 1, 4, 0, 0, TimeSpan.Zero).AddDays(-5);
        string month = lastMonth.ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture);
        LateWatch watch = site.Bench.Get<LateWatch>();
        await watch.StepAsync(Stop);

        (await hr.SubmitAsync("/closings", new() { ["month"] = month, ["reason"] = "Payroll is done.", ["action"] = "close" })).StatusCode.ShouldBe(HttpStatusCode.Found);
        LedgerMaker ledger = new();
        Punch late = ledger.Next("ada", lastMonth.ToUnixTimeMilliseconds());
        await site.Bench.AppendAsync(ledger, [late]);
        while (await watch.StepAsync(Stop) > 0) await Task.Yield();

        string page = await hr.PageAsync($"/closings?late={month}");
        page.ShouldContain($"data-month=\"{month}\" data-closed=\"true\"");
        page.ShouldContain($"data-punch=\"m2-001/{late.Ledger}/1\"");
        (await hr.PageAsync("/exceptions")).ShouldContain("reason.late_for_month");
        (await manager.PageAsync("/closings")).ShouldNotContain("value=\"close\"");
        long id = (await site.Bench.FindAsync(late)).Id;
        using (HttpResponseMessage refused = await hr.SubmitAsync($"/corrections/punch/{id}", new() { ["_handler"] = "void", ["code"] = "double", ["reason"] = "Twice.", ["seen"] = "0" }))
            WebUtility.HtmlDecode(await refused.Content.ReadAsStringAsync(Stop)).ShouldContain("closed for payroll");
        (await hr.SubmitAsync("/closings", new() { ["month"] = month, ["reason"] = "A forgotten day.", ["action"] = "reopen" })).StatusCode.ShouldBe(HttpStatusCode.Found);
        (await site.Bench.Get<IAuditStore>().AuditLogAsync(10, Stop)).Where(a => a.Target == month).Select(a => (a.Action, a.Detail)).ShouldBe([("payroll.reopen", "A forgotten day."), ("payroll.close", "Payroll is done.")]);
    }

    [Fact]
    public async Task A_terminals_late_punch_beside_one_that_HR_added_is_told()
    {
        await using HrSite site = await HrSite.StartAsync();
        await RosterAsync(site);
        LateWatch watch = site.Bench.Get<LateWatch>();
        await watch.StepAsync(Stop);
        (await site.Bench.Get<CorrectionDesk>().AddAsync(new("lin", SiteScope.All, true, [], null), "bob", Yesterday, PunchDirection.None, "", new("forgot", "Door open.", "r1"), Stop)).Done.ShouldBeTrue();
        LedgerMaker ledger = new();
        await site.Bench.AppendAsync(ledger, [ledger.Next("bob", Yesterday + 20_000), ledger.Next("bob", Yesterday + 600_000)]);

        while (await watch.StepAsync(Stop) > 0) await Task.Yield();

        (await site.Bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 10, Stop)).Where(e => e.Code == "reason.added_and_recorded").Select(e => e.Seq).ShouldBe([1L]);
    }

    private static async Task SendAsync(HrSite.Browser browser, long punch, string what, Dictionary<string, string> fields)
    {
        fields.TryAdd("reason", "As she told me.");
        fields["_handler"] = what;
        using HttpResponseMessage answer = await browser.SubmitAsync($"/corrections/punch/{punch}", fields);
        answer.StatusCode.ShouldBe(HttpStatusCode.Found, WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Stop)));
    }

    private static Dictionary<string, string> Form(string person, string time, string reason = "The door stood open.") =>
        new() { ["person"] = person, ["time"] = time, ["direction"] = "none", ["code"] = "forgot", ["reason"] = reason };

    private static string Local(long at) => DateTimeOffset.FromUnixTimeMilliseconds(at).ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd'T'HH:mm", System.Globalization.CultureInfo.InvariantCulture);

    private static Task RosterAsync(HrSite site) => site.Bench.Get<IPeopleStore>().ReconcileAsync(
        [new Department(1, null, "Head office")],
        [new Person("ada", "Ada", "0042", true, [1]), new Person("bob", "Bob", null, true, [1]), new Person("ada2", "Lin", null, true, [1]), new Person("lin", "Lin", null, true, [1])], Stop);
}
