using System.Net;
using System.Text.RegularExpressions;
using Devices.Bridge.Corrections;
using Devices.Bridge.Exports;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Delivery;
using Devices.Bridge.Tests.Web;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Exports;

/// <summary>Exports that run in the background of a whole bridge.</summary>
public sealed class ExportJobTests
{
    private static readonly long Yesterday = DateTimeOffset.UtcNow.AddDays(-1).ToUnixTimeMilliseconds() / 60_000 * 60_000;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_of_punches_holds_what_the_page_with_the_same_filters_shows_with_recorded_and_corrected_values()
    {
        await using HrSite site = await HrSite.StartAsync();
        await RosterAsync(site);
        LedgerMaker ledger = new();
        List<Punch> punches = [.. Enumerable.Range(0, 30).Select(i => ledger.Next(i % 3 == 0 ? "0042" : "bob", Yesterday - (i * 600_000L)))];
        await site.Bench.AppendAsync(ledger, punches);
        CorrectionDesk desk = site.Bench.Get<CorrectionDesk>();
        Corrector lin = new("lin", SiteScope.All, true, [], null);
        (await desk.ChangeAsync(lin, CorrectionKind.Reassign, (await site.Bench.FindAsync(punches[0])).Id, "bob", 0, new("wrong_person", "=He took her card", "r1"), Stop)).Done.ShouldBeTrue();
        (await desk.ChangeAsync(lin, CorrectionKind.Void, (await site.Bench.FindAsync(punches[3])).Id, null, 0, new("double", "Twice.", "r2"), Stop)).Done.ShouldBeTrue();
        using HrSite.Browser browser = await site.LogInAsync();

        long id = await MakeAsync(site, browser, new() { ["kind"] = "punches", ["person"] = "0042", ["format"] = "xlsx", ["dates"] = "iso", ["words"] = "en", ["struck"] = "1" },
            ["employee_id", "employee", "date", "time_of_day", "counts", "recorded_person", "corrected_person", "correction_reason"]);

        string page = await browser.PageAsync("/punches?person=0042");
        using MemoryStream file = new(await (await browser.GetAsync($"/exports/{id}/file")).Content.ReadAsByteArrayAsync(Stop));
        List<ReadCell?[]> rows = XlsxReading.Read(file);
        rows[0].Select(c => c!.Text).ShouldBe(["Employee ID", "Employee", "Date", "Time", "Counts", "Employee ID as recorded", "Employee ID as it counts", "Reason of correction"]);
        rows.Count.ShouldBe(1 + Regex.Count(page, "<tr data-punch="));
        rows.Skip(1).ShouldAllBe(r => r[0]!.Text == "0042" && r[0]!.IsText);
        rows.Skip(1).Select(r => r[4]!.Text).ShouldBe(["no", "no", .. Enumerable.Repeat("yes", 8)]);
        rows[1].Skip(5).Select(c => c?.Text).ShouldBe(["0042", "bob", "=He took her card"]);
        rows[1][7]!.HasFormula.ShouldBeFalse();
        // The same by another way: only what counts, as CSV.
        long csv = await MakeAsync(site, browser, new() { ["kind"] = "punches", ["person"] = "bob", ["format"] = "csv" }, ["employee_id", "recorded_person"]);
        string text = await (await browser.GetAsync($"/exports/{csv}/file")).Content.ReadAsStringAsync(Stop);
        text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1).Count().ShouldBe(21);
        text.ShouldContain("bob,'0042");
        (await site.Bench.Get<IAuditStore>().AuditLogAsync(20, Stop)).Select(a => a.Action).Where(a => a.StartsWith("export.", StringComparison.Ordinal)).Distinct().Order().ShouldBe(["export.ask", "export.download", "export.made"]);
    }

    [Fact]
    public async Task Days_and_the_months_grid_show_first_in_last_out_and_who_was_missing()
    {
        await using HrSite site = await HrSite.StartAsync("--Bridge:Site:Shift=09:00-18:00", "--Bridge:Site:WorkDays=1-7");
        await RosterAsync(site);
        DateTimeOffset day = DateTimeOffset.FromUnixTimeMilliseconds(Yesterday).AddDays(-1).ToOffset(TimeSpan.FromHours(8));
        long At(int hour, int minute) => new DateTimeOffset(day.Year, day.Month, day.Day, hour, minute, 0, day.Offset).ToUnixTimeMilliseconds();
        string date = day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        LedgerMaker ledger = new();
        Punch first = ledger.Next("0042", At(9, 20)), last = ledger.Next("0042", At(18, 5));
        await site.Bench.AppendAsync(ledger, [first, last]);
        (await site.Bench.Get<CorrectionDesk>().AddAsync(new("lin", SiteScope.All, true, [], null), "0042", At(8, 55), PunchDirection.None, "", new("forgot", "Door open.", "r1"), Stop)).Done.ShouldBeTrue();
        using HrSite.Browser browser = await site.LogInAsync();

        long days = await MakeAsync(site, browser, new() { ["kind"] = "days", ["from"] = date, ["to"] = date, ["format"] = "csv" },
            ["employee_id", "date", "first_in", "last_out", "late_minutes", "missing_points", "corrections", "recorded_first"]);
        string text = await (await browser.GetAsync($"/exports/{days}/file")).Content.ReadAsStringAsync(Stop);
        text.ShouldContain($"'0042,{date},08:55:00,18:05:00,0,0,1,09:20:00\r\n");
        text.ShouldContain($"bob,{date},,,0,2,0,\r\n");
        (await browser.PageAsync($"/?day={date}&show=all")).ShouldContain($"data-first=\"{At(8, 55)}\"");

        long grid = await MakeAsync(site, browser, new() { ["kind"] = "month", ["month"] = date[..7], ["format"] = "xlsx" }, ["employee_id", "days", "days_present"]);
        using MemoryStream file = new(await (await browser.GetAsync($"/exports/{grid}/file")).Content.ReadAsByteArrayAsync(Stop));
        List<ReadCell?[]> rows = XlsxReading.Read(file);
        rows[0].Length.ShouldBe(2 + DateTime.DaysInMonth(day.Year, day.Month));
        (rows[1][0]!.Text, rows[1][day.Day]!.Text, rows[1][^1]!.Text).ShouldBe(("0042", "08:55–18:05 *", "1"));
        (rows[2][0]!.Text, rows[2][day.Day]!.Text).ShouldBe(("bob", "absent"));
    }

    [Fact]
    public async Task A_file_is_its_owners_alone_and_of_what_the_owner_may_see_when_it_runs()
    {
        await using HrSite site = await HrSite.StartAsync();
        await RosterAsync(site);
        LedgerMaker north = new("north-1"), main = new("door");
        await site.Bench.Get<Devices.Bridge.Store.Sql.SqlDatabase>().WriteAsync(session =>
        {
            session.Execute("INSERT INTO terminals (name, created_at, site) VALUES ('north-1', 0, 'north')");
            session.Execute("INSERT INTO terminals (name, created_at) VALUES ('door', 0)");
        }, Stop);
        await site.Bench.AppendAsync(north, [north.Next("bob", Yesterday)]);
        await site.Bench.AppendAsync(main, [main.Next("0042", Yesterday)]);
        using HrSite.Browser hr = await site.LogInAsync();
        using HrSite.Browser manager = await site.LogInAsync("maria", [AccountRoles.Manager], SiteScope.Of("north"));
        using HrSite.Browser operators = await site.LogInAsync("otto", [AccountRoles.Operator], SiteScope.All);

        long id = await MakeAsync(site, manager, new() { ["kind"] = "punches", ["format"] = "csv" }, ["employee_id"]);

        string text = await (await manager.GetAsync($"/exports/{id}/file")).Content.ReadAsStringAsync(Stop);
        text.ShouldContain("bob");
        text.ShouldNotContain("0042");
        (await hr.GetAsync($"/exports/{id}/file")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await hr.PageAsync("/exports")).ShouldNotContain($"data-export=\"{id}\"");
        (await hr.SubmitAsync("/exports", [], $"/exports/{id}/remove")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await operators.GetAsync("/exports")).StatusCode.ShouldNotBe(HttpStatusCode.OK);
        // Asked for with a right that is taken away before it runs.
        IExportStore store = site.Bench.Get<IExportStore>();
        await site.Bench.Get<IAccountStore>().SetDisabledAsync("maria", true, Stop);
        ExportRow late = (await store.AddAsync(new("maria", "punches", "csv", "", new ExportLayout().ToJson()), 5, Stop))!;
        (await Until.Async(() => store.FindAsync(late.Id, Stop), e => e!.State is ExportState.Failed or ExportState.Done, "the export to end", 30))!.Problem.ShouldBe("exports.no_right");
    }

    [Fact]
    public async Task What_a_stop_cut_off_is_made_again_and_what_is_over_is_removed()
    {
        await using HrSite site = await HrSite.StartAsync();
        await RosterAsync(site);
        LedgerMaker ledger = new();
        await site.Bench.AppendAsync(ledger, [ledger.Next("bob", Yesterday)]);
        using HrSite.Browser first = await site.LogInAsync();
        long done = await MakeAsync(site, first, new() { ["kind"] = "punches", ["format"] = "csv" }, ["employee_id"]);
        IExportStore store = site.Bench.Get<IExportStore>();
        string path = site.Bench.Get<ExportWorker>().PathOf((await store.FindAsync(done, Stop))!)!;
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await site.Bench.Get<Devices.Bridge.Store.Sql.SqlDatabase>().WriteAsync(session =>
        {
            session.Execute("INSERT INTO exports (id, owner, kind, format, filters, layout, state, attempts, created_at) VALUES (900, 'hr', 'punches', 'csv', '', '{}', 'running', 1, 1)");
            session.Execute("INSERT INTO exports (id, owner, kind, format, filters, layout, state, attempts, created_at) VALUES (901, 'hr', 'punches', 'csv', '', '{}', 'running', 3, 1)");
            session.Execute("UPDATE exports SET expires_at = 5 WHERE id = @id", ("@id", done));
        }, Stop);
        await File.WriteAllTextAsync(Path.Combine(Path.GetDirectoryName(path)!, "900.part"), "half", Stop);

        await site.Bench.ReopenAsync();

        store = site.Bench.Get<IExportStore>();
        (await Until.Async(() => store.FindAsync(900, Stop), e => e!.State == ExportState.Done, "the export to be made again", 30))!.RowsDone.ShouldBe(1);
        (await store.FindAsync(901, Stop))!.Problem.ShouldBe("exports.stopped_often");
        (await Until.Async(() => store.FindAsync(done, Stop), e => e!.State == ExportState.Expired, "the file to be removed", 30)).ShouldNotBeNull();
        await Until.Async(() => Task.FromResult(Directory.GetFiles(Path.GetDirectoryName(path)!).Select(Path.GetFileName).ToArray()), f => f.SequenceEqual(["900.csv"]), "what is left over to be gone", 30);
    }

    [Fact]
    public async Task A_disk_that_is_nearly_full_and_filters_that_cannot_be_used_are_told_in_a_sentence()
    {
        await using HrSite site = await HrSite.StartAsync("--Bridge:Exports:LeaveFreeMiB=102400");
        site.Bench.Get<ExportOptions>().LeaveFreeMiB = int.MaxValue;
        using HrSite.Browser browser = await site.LogInAsync();
        IExportStore store = site.Bench.Get<IExportStore>();

        using (HttpResponseMessage bad = await browser.SubmitAsync("/exports/new?kind=days", new() { ["kind"] = "days", ["from"] = "2026-01-01", ["to"] = "2026-12-31", ["column"] = "employee_id", ["do"] = "export" }, "/exports/new"))
            WebUtility.HtmlDecode(await bad.Content.ReadAsStringAsync(Stop)).ShouldContain("at most 62 days");
        ExportRow full = (await store.AddAsync(new("hr", "punches", "xlsx", "", new ExportLayout().ToJson()), 5, Stop))!;
        site.Bench.Get<ExportWorker>().Wake();

        (await Until.Async(() => store.FindAsync(full.Id, Stop), e => e!.State == ExportState.Failed, "the export to fail", 30))!.Problem.ShouldBe("exports.disk_full");
        (await browser.PageAsync("/exports")).ShouldContain("has no room for it");
    }

    [Fact]
    public async Task A_template_keeps_columns_in_an_order_for_its_owner_or_for_a_site()
    {
        await using HrSite site = await HrSite.StartAsync();
        using HrSite.Browser hr = await site.LogInAsync();
        using HrSite.Browser north = await site.LogInAsync("maria", [AccountRoles.Manager], SiteScope.Of("north"));
        Dictionary<string, string> fields = new()
        {
            ["kind"] = "punches", ["words"] = "zh-Hans", ["dates"] = "cn", ["template-name"] = "Payroll", ["template-site"] = "=", ["do"] = "save", ["column"] = "employee",
        };
        (await hr.SubmitAsync("/exports/new?kind=punches", fields, "/exports/new")).StatusCode.ShouldBe(HttpStatusCode.Found);

        ExportTemplate template = (await site.Bench.Get<IExportStore>().TemplatesAsync(SiteScope.Of(""), "someone", "punches", Stop)).Single();
        (template.Name, template.Site, template.Culture, template.DateFormat, string.Join(',', template.Columns)).ShouldBe(("Payroll", "", "zh-Hans", "cn", "employee"));
        (await hr.PageAsync("/exports")).ShouldContain("Payroll");
        (await north.PageAsync("/exports")).ShouldNotContain("Payroll", Case.Sensitive, "of another site");
        (await north.SubmitAsync("/exports", [], $"/exports/templates/{template.Id}/remove")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await hr.SubmitAsync("/exports", [], $"/exports/templates/{template.Id}/remove")).StatusCode.ShouldBe(HttpStatusCode.RedirectMethod);
    }

    private static async Task<long> MakeAsync(HrSite site, HrSite.Browser browser, Dictionary<string, string> fields, string[] columns)
    {
        fields["do"] = "export";
        string html = await browser.PageAsync($"/exports/new?kind={fields["kind"]}");
        List<KeyValuePair<string, string>> form = [.. fields, .. columns.Select(c => KeyValuePair.Create("column", c)), .. columns.Select((c, i) => KeyValuePair.Create($"place-{c}", Bench.Text(i + 1)))];
        foreach (string name in (string[])["__RequestVerificationToken", "_handler"])
            form.Add(new(name, Regex.Match(html, $"name=\"{name}\" value=\"([^\"]*)\"").Groups[1].Value));
        HttpRequestMessage request = new(HttpMethod.Post, "/exports/new") { Content = new FormUrlEncodedContent(form) };
        using HttpResponseMessage answer = await browser.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.Found, await answer.Content.ReadAsStringAsync(Stop));
        IExportStore store = site.Bench.Get<IExportStore>();
        string owner = Regex.Match(await browser.PageAsync("/exports"), "data-export=\"(\\d+)\"").Groups[1].Value;
        long id = long.Parse(owner, null);
        ExportRow end = (await Until.Async(() => store.FindAsync(id, Stop), e => e!.State is not (ExportState.Waiting or ExportState.Running), "the export to end", 30))!;
        end.Problem.ShouldBeNull();
        return id;
    }

    private static Task RosterAsync(HrSite site) => site.Bench.Get<IPeopleStore>().ReconcileAsync(
        [new Department(1, null, "Head office")], [new Person("0042", "Ada", null, true, [1]), new Person("bob", "Bob", null, true, [1])], Stop);
}
