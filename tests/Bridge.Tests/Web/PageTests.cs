using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Delivery;
using Devices.Bridge.Web.Security;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Web;

public sealed partial class PageTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_page_carries_the_security_headers_and_has_no_inline_script_or_style()
    {
        await using HrSite site = await HrSite.StartAsync();
        await FillAsync(site, 3);
        using HrSite.Browser browser = await site.LogInAsync();
        foreach (string path in (string[])["/", "/punches", "/terminals", "/exceptions", "/account/password", "/login", "/no-such-page"])
        {
            using HttpResponseMessage answer = await browser.GetAsync(path);
            answer.Headers.GetValues("Content-Security-Policy").ShouldBe([SecurityHeaders.Policy]);
            answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
            answer.Headers.GetValues("Referrer-Policy").ShouldBe(["same-origin"]);
            answer.Headers.GetValues("X-Frame-Options").ShouldBe(["DENY"]);
            answer.Headers.CacheControl!.NoStore.ShouldBeTrue(path);
            string html = await answer.Content.ReadAsStringAsync(Stop);
            Active().Matches(html).Select(m => m.Value).ShouldBeEmpty(path);
            Foreign().Matches(html).Select(m => m.Value).ShouldBeEmpty(path);
            html.ShouldContain("<html lang=\"en\">");
        }
    }

    [Fact]
    public async Task A_page_that_does_not_exist_says_so_and_the_style_sheet_may_be_kept_for_good()
    {
        await using HrSite site = await HrSite.StartAsync();
        using HrSite.Browser browser = await site.LogInAsync();

        string html = await browser.PageAsync("/no-such-page", HttpStatusCode.NotFound);

        html.ShouldContain("There is no such page");
        string style = StyleSheet().Match(html).Groups[1].Value;
        using HttpResponseMessage css = await browser.GetAsync(style);
        css.Content.Headers.ContentType!.MediaType.ShouldBe("text/css");
        css.Headers.CacheControl!.ToString().ShouldContain("immutable");
    }

    [Fact]
    public async Task Punches_are_listed_newest_first_with_their_identity_in_attributes_and_paged_on_the_server()
    {
        await using HrSite site = await HrSite.StartAsync("--Bridge:Web:PageSize=10");
        IReadOnlyList<Punch> punches = await FillAsync(site, 25);
        using HrSite.Browser browser = await site.LogInAsync();
        List<string> seen = [];
        string? address = "/punches";
        foreach (int page in (int[])[1, 2, 3])
        {
            string html = await browser.PageAsync(address.ShouldNotBeNull());
            seen.AddRange(Rows().Matches(html).Select(m => m.Groups[1].Value));
            html.ShouldContain(page switch { 1 => "1–10 of 25", 2 => "11–20 of 25", _ => "21–25 of 25" });
            address = Next().Match(html) is { Success: true } next ? WebUtility.HtmlDecode(next.Groups[1].Value) : null;
        }

        seen.ShouldBe(punches.OrderByDescending(p => p.At).Select(p => $"{p.Terminal}/{p.Ledger}/{p.Seq}"));
        address.ShouldBeNull("the third page is the last");
        Rows().Matches(await browser.PageAsync("/punches?at=o.0.0.99")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("person=ada", "ada")]
    [InlineData("person=Hopper", "grace")]
    [InlineData("method=face", "grace")]
    [InlineData("state=held", "alan")]
    [InlineData("department=3", "grace")]
    [InlineData("department=2", "ada alan grace")]
    [InlineData("terminal=m2-001", "ada alan grace")]
    [InlineData("terminal=m2-999", "")]
    [InlineData("from=2026-03-02&to=2026-03-02", "ada alan grace")]
    [InlineData("from=2026-03-03", "")]
    [InlineData("from=2026-03-02T08%3a01&to=2026-03-02T08%3a01", "grace")]
    [InlineData("person=ada&method=face", "")]
    public async Task Filters_stand_in_the_address(string query, string persons)
    {
        await using HrSite site = await HrSite.StartAsync();
        await RosterAsync(site);
        LedgerMaker ledger = new();
        // 08:00, 08:01 and 08:02 of 2 March in Shanghai.
        long at = new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        await site.Bench.AppendAsync(ledger, ledger.Next("ada", at), ledger.Next("grace", at + 60_000, method: PunchMethod.Face), ledger.Next("alan", at + 120_000, ClockQuality.Held));
        using HrSite.Browser browser = await site.LogInAsync();

        string html = await browser.PageAsync($"/punches?{query}");

        Persons().Matches(html).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal).ShouldBe(persons.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("from=yesterday", "“yesterday” is not a date")]
    [InlineData("to=2026-02-30", "“2026-02-30” is not a date")]
    [InlineData("from=2026-03-05&to=2026-03-01", "lies after the last")]
    [InlineData("method=telepathy", "“telepathy” is not a method")]
    [InlineData("method=1", "“1” is not a method")]
    [InlineData("state=lost", "“lost” is not a state")]
    [InlineData("department=sales", "“sales” is not a department")]
    [InlineData("terminal=%27%20OR%201%3d1--", "cannot be the name of a terminal")]
    [InlineData("at=0", "“0” is not a page")]
    [InlineData("at=o.-1.0.0", "not a page")]
    [InlineData("person=%3Cscript%3Ealert(1)%3C%2Fscript%3E", "No punch matches")]
    public async Task A_filter_that_cannot_be_used_gets_a_sentence_on_the_page(string query, string sentence)
    {
        await using HrSite site = await HrSite.StartAsync();
        using HrSite.Browser browser = await site.LogInAsync();

        using HttpResponseMessage answer = await browser.GetAsync($"/punches?{query}");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        string html = await answer.Content.ReadAsStringAsync(Stop);
        html.ShouldNotContain("<script>alert");
        WebUtility.HtmlDecode(html).ShouldContain(sentence);
    }

    [Fact]
    public async Task A_day_that_is_no_date_shows_today_and_says_so()
    {
        await using HrSite site = await HrSite.StartAsync();
        using HrSite.Browser browser = await site.LogInAsync();
        (await browser.PageAsync("/?day=tomorrow")).ShouldContain("“tomorrow” is not a date");
    }

    [Fact]
    public async Task The_board_counts_people_by_the_sites_day_and_not_by_UTC()
    {
        await using HrSite site = await HrSite.StartAsync();
        await RosterAsync(site);
        LedgerMaker ledger = new();
        // 07:59 on 2 March in Shanghai is still 1 March in UTC.
        long morning = new DateTimeOffset(2026, 3, 1, 23, 59, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        long evening = new DateTimeOffset(2026, 3, 2, 15, 59, 59, TimeSpan.Zero).ToUnixTimeMilliseconds();
        long midnight = evening + 1000;
        await site.Bench.AppendAsync(ledger, ledger.Next("ada", morning), ledger.Next("ada", evening), ledger.Next("grace", midnight));
        using HrSite.Browser browser = await site.LogInAsync();

        string second = await browser.PageAsync("/?day=2026-03-02"), third = await browser.PageAsync("/?day=2026-03-03");

        Persons().Matches(second).Select(m => m.Groups[1].Value).ShouldBe(["ada"]);
        second.ShouldContain("07:59:00");
        second.ShouldContain("23:59:59");
        second.ShouldContain("of 3 employees seen");
        second.ShouldContain("Monday, 2 March 2026");
        (await browser.PageAsync("/?day=2026-03-02&show=missing")).ShouldSatisfyAllConditions(
            html => Persons().Matches(html).ShouldBeEmpty(),
            html => html.ShouldContain("data-missing=\"grace\""), html => html.ShouldContain("data-missing=\"alan\""));
        Persons().Matches(third).Select(m => m.Groups[1].Value).ShouldBe(["grace"]);
        third.ShouldContain("00:00:00");
    }

    [Fact]
    public async Task With_a_shift_the_board_says_who_was_late_and_puts_a_night_on_the_day_it_began()
    {
        await using HrSite site = await HrSite.StartAsync("--Bridge:Site:Shift=22:00-06:00", "--Bridge:Site:WorkDays=1-7");
        await RosterAsync(site);
        LedgerMaker ledger = new();
        long At(int day, int hour, int minute) => new DateTimeOffset(2026, 3, day, hour, minute, 0, TimeSpan.FromHours(8)).ToUnixTimeMilliseconds();
        await site.Bench.AppendAsync(ledger, ledger.Next("ada", At(2, 22, 7)), ledger.Next("grace", At(2, 21, 50)), ledger.Next("ada", At(3, 6, 1)), ledger.Next("grace", At(3, 5, 30)));
        using HrSite.Browser browser = await site.LogInAsync();

        string second = await browser.PageAsync("/?day=2026-03-02"), third = await browser.PageAsync("/?day=2026-03-03");

        Persons().Matches(second).Select(m => m.Groups[1].Value).ShouldBe(["ada", "grace"]);
        foreach (string word in (string[])["late 7 min", "left 30 min early", "06:01:00 (+1)"]) second.ShouldContain(word);
        Persons().Matches(third).ShouldBeEmpty();
        using HrSite.Browser chinese = await site.LogInAsync("zh-CN");
        (await chinese.PageAsync("/?day=2026-03-02")).ShouldContain("迟到 7 分钟");
    }

    [Theory]
    [InlineData("Shift=nine to five", "give times such as 09:00-18:00")]
    [InlineData("Shift=09:00-18:00,17:00-19:00", "lasts more than 24 hours")]
    [InlineData("WorkDays=Mon", "give days from 1 (Monday) to 7")]
    public void A_shift_that_makes_no_sense_ends_the_start_with_a_sentence(string setting, string sentence) =>
        Should.Throw<BridgeStartException>(() => BridgeApplication.Build(["--Bridge:Site:Shift=09:00-18:00", $"--Bridge:Site:{setting}", $"--Bridge:Data={Path.Combine(Path.GetTempPath(), "never-made")}"])).Message.ShouldContain(sentence);

    [Fact]
    public async Task The_board_of_a_day_that_a_country_left_out_is_empty()
    {
        await using HrSite site = await HrSite.StartAsync("--Bridge:Site:TimeZone=Pacific/Apia");
        using HrSite.Browser browser = await site.LogInAsync();
        (await browser.PageAsync("/?day=2011-12-30")).ShouldContain("Nobody has punched on this day yet.");
    }

    [Fact]
    public async Task What_a_terminal_reports_reaches_HR_above_all_that_liveness_is_off()
    {
        await using HrSite site = await HrSite.StartAsync();
        long at = new DateTimeOffset(2026, 3, 2, 1, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        ITerminalStore terminals = site.Bench.Get<ITerminalStore>();
        await terminals.SaveEventAsync("m2-001", new() { Id = "e1", Kind = "liveness-off", At = at, Text = "Liveness is switched off: a photo can punch." });
        await terminals.SaveEventAsync("m2-001", new() { Id = "e2", Kind = "brand-new", At = at, Text = "<b>Something</b>" });
        using HrSite.Browser browser = await site.LogInAsync();

        using HttpResponseMessage answer = await browser.GetAsync("/terminals");
        string page = await answer.Content.ReadAsStringAsync();

        foreach (string word in (string[])["data-event=\"liveness-off\"", "liveness check is OFF", "a photo can punch", "2 Mar 2026 09:00:00", "brand-new", "&lt;b&gt;Something"]) page.ShouldContain(word);
        using HrSite.Browser chinese = await site.LogInAsync("zh-CN");
        (await chinese.PageAsync("/terminals")).ShouldContain("活体检测已关闭");
    }

    [Fact]
    public async Task Pages_speak_the_browsers_language_and_a_choice_outweighs_it()
    {
        await using HrSite site = await HrSite.StartAsync();
        await FillAsync(site, 1);
        using HrSite.Browser browser = await site.LogInAsync("zh-CN");
        string chinese = await browser.PageAsync("/punches");
        foreach (string word in (string[])["员工", "打卡时间", "方式", "考勤机", "状态", "刷卡", "<html lang=\"zh-Hans\">"]) chinese.ShouldContain(word);

        (await browser.SubmitAsync("/punches", new() { ["culture"] = "en" }, "/language")).Headers.Location!.ToString().ShouldBe("/punches");
        string english = await browser.PageAsync("/punches");
        foreach (string word in (string[])["Employee", "Punch time", "Method", "Terminal", "State", "Card"]) english.ShouldContain(word);
    }

    [Fact]
    public async Task A_held_punch_is_listed_with_what_to_do_and_goes_out_when_HR_says_so()
    {
        await using HrSite site = await HrSite.StartAsync();
        await RosterAsync(site);
        LedgerMaker ledger = new();
        Punch punch = ledger.Next("ada", Bench.Now(30), ClockQuality.Held);
        await site.Bench.AppendAsync(ledger, punch);
        using HrSite.Browser browser = await site.LogInAsync();
        string html = await browser.PageAsync("/exceptions");
        html.ShouldContain("Check the time with the employee");
        StoredPunch held = await site.Bench.FindAsync(punch);

        (await browser.SubmitAsync("/exceptions", new() { ["one"] = Bench.Text(held.Id) }, "/punches/resend")).Headers.Location!.ToString().ShouldBe("/exceptions?resent=1");

        (await site.Bench.FindAsync(punch)).Delivery.ShouldBe(DeliveryState.Pending);
        (await browser.PageAsync("/exceptions?resent=1")).ShouldContain("1 punches go to the platform again");
        (await site.Bench.Get<IAuditStore>().AuditLogAsync(5, Stop))[0].ShouldSatisfyAllConditions(
            a => a.Action.ShouldBe("outbox.resend"), a => a.Actor.ShouldBe("hr"), a => a.Target.ShouldBe(Bench.Text(held.Id)));
    }

    [Fact]
    public async Task A_report_is_closed_by_hand()
    {
        await using HrSite site = await HrSite.StartAsync();
        await site.Bench.Get<IExceptionStore>().RaiseAsync(new("ingest", "gap", "Punch 9 came where 7 was expected: send again from 7.") { Terminal = "m2-001" }, Stop);
        using HrSite.Browser browser = await site.LogInAsync();
        string html = await browser.PageAsync("/exceptions");
        html.ShouldContain("Punches are missing between");
        html.ShouldContain("Punch 9 came where 7");
        long id = (await site.Bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 5, Stop))[0].Id;

        await browser.SubmitAsync("/exceptions", [], $"/exceptions/{id}/resolve");

        (await site.Bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 5, Stop)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_feed_gives_every_punch_once_in_order_of_arrival_with_its_journey()
    {
        await using HrSite site = await HrSite.StartAsync();
        IReadOnlyList<Punch> punches = await FillAsync(site, 7);
        using HrSite.Browser browser = await site.LogInAsync();
        List<long> seen = [];
        long after = 0;
        while (true)
        {
            JsonObject feed = JsonNode.Parse(await browser.PageAsync($"/api/v1/punches?after={after}&limit=3"))!.AsObject();
            foreach (JsonNode? row in feed["punches"]!.AsArray())
            {
                seen.Add(row!["seq"]!.GetValue<long>());
                row["delivery"]!.GetValue<string>().ShouldBe("pending");
                row["at_local"]!.GetValue<string>().ShouldEndWith("+08:00");
                row["stored_at"]!.GetValue<long>().ShouldBeGreaterThan(0);
            }

            after = feed["next"]!.GetValue<long>();
            if (!feed["more"]!.GetValue<bool>()) break;
        }

        seen.ShouldBe(punches.Select(p => p.Seq));
        (await browser.PageAsync("/api/v1/punches?limit=0", HttpStatusCode.BadRequest)).ShouldContain("whole number from 1 to 1000");
        (await browser.PageAsync("/api/v1/punches?after=x", HttpStatusCode.BadRequest)).ShouldContain("'after' must be");
    }

    internal static async Task RosterAsync(HrSite site) => await site.Bench.Get<IPeopleStore>().ReconcileAsync(
        [new(2, 1, "Engineering"), new(3, 2, "Compilers")],
        [new("ada", "Ada Lovelace", "J1", true, [2]), new("grace", "Grace Hopper", "J2", true, [3]), new("alan", "Alan Turing", "J3", true, [2])],
        Stop);

    private static async Task<IReadOnlyList<Punch>> FillAsync(HrSite site, int count)
    {
        await RosterAsync(site);
        LedgerMaker ledger = new();
        List<Punch> punches = [.. Enumerable.Range(0, count).Select(i => ledger.Next(i % 2 == 0 ? "ada" : "grace", Bench.Now(count * 10) + (i * 600_000L)))];
        await site.Bench.AppendAsync(ledger, punches);
        return punches;
    }

    [GeneratedRegex("rel=\"next\" href=\"([^\"]*)\"")]
    private static partial Regex Next();

    [GeneratedRegex("<script(?! src=\"/assets/[a-z]+\\.js\\?v=[0-9a-f]{12}\" data-every=\"[0-9]+\" defer></script>)|\\son[a-z]+=|\\sstyle=|<style|javascript:", RegexOptions.IgnoreCase)]
    private static partial Regex Active();

    [GeneratedRegex("(?:src|href|action)=\"(?:[a-z]+:)?//[^\"]*\"", RegexOptions.IgnoreCase)]
    private static partial Regex Foreign();

    [GeneratedRegex("<tr[^>]*data-punch=\"([^\"]*)\"")]
    private static partial Regex Rows();

    [GeneratedRegex("<tr[^>]*data-person=\"([^\"]*)\"")]
    private static partial Regex Persons();

    [GeneratedRegex("rel=\"stylesheet\" href=\"([^\"]*)\"")]
    private static partial Regex StyleSheet();
}
