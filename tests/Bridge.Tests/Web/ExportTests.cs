using System.Net;
using System.Text;
using CsvHelper;
using Devices.Bridge.Spreadsheets;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Delivery;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Web;

public sealed class ExportTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_file_opens_again_with_every_value_and_cannot_run_formulas()
    {
        await using HrSite site = await HrSite.StartAsync();
        string[] names = ["Ada \"The Countess\", Lovelace", "=HYPERLINK(\"http://evil.example\")", "+1", "-1", "@SUM(A1)", "\tTab", "张三", "Line\r\nbreak", "＝1+1"];
        await site.Bench.Get<IPeopleStore>().ReconcileAsync([], [.. names.Select((n, i) => new Person($"00{i}", n, null, true, [1]))], Stop);
        LedgerMaker ledger = new();
        long at = new DateTimeOffset(2026, 3, 2, 0, 31, 2, 345, TimeSpan.Zero).ToUnixTimeMilliseconds();
        List<Punch> punches = [.. names.Select((_, i) => ledger.Next($"00{i}", at + (i * 60_000L), method: i == 0 ? PunchMethod.Face : PunchMethod.Card))];
        await site.Bench.AppendAsync(ledger, punches);
        using HrSite.Browser browser = await site.LogInAsync();

        using HttpResponseMessage answer = await browser.GetAsync("/punches.csv");
        byte[] bytes = await answer.Content.ReadAsByteArrayAsync(Stop);

        answer.Content.Headers.ContentType!.ToString().ShouldBe("text/csv; charset=utf-8");
        answer.Content.Headers.ContentDisposition!.ToString().ShouldMatch("^attachment; filename=\"?punches-[0-9-]+\\.csv\"?$");
        bytes[..3].ShouldBe([0xEF, 0xBB, 0xBF]);
        Encoding.UTF8.GetString(bytes).ShouldContain("\r\n");
        List<Dictionary<string, string>> rows = Read(bytes);
        rows.Count.ShouldBe(names.Length);
        rows.Reverse();
        for (int i = 0; i < names.Length; i++)
        {
            Restore(rows[i]["Employee ID"]).ShouldBe($"00{i}");
            rows[i]["Employee ID"].ShouldStartWith("'", Case.Sensitive, "a spreadsheet would make 7 of 007");
            Restore(rows[i]["Employee"]).ShouldBe(names[i]);
            rows[i].Values.ShouldAllBe(v => v.Length == 0 || !"=+-@\t\r＝".Contains(v[0], StringComparison.Ordinal));
            rows[i]["Number"].ShouldBe(Bench.Text(i + 1));
        }

        rows[0]["Date"].ShouldBe("2026-03-02");
        rows[0]["Time"].ShouldBe("08:31:02");
        rows[0]["Punch time (ISO 8601)"].ShouldBe("2026-03-02T08:31:02+08:00");
        rows[0]["Time zone"].ShouldBe("Asia/Shanghai");
        (rows[0]["Method"], rows[0]["Score"], rows[0]["Threshold"]).ShouldBe(("Face", "0.7100", "0.4300"));
        DateTimeOffset.Parse(rows[0]["Punch time (ISO 8601)"], System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds().ShouldBe(at / 1000 * 1000);
    }

    [Fact]
    public async Task The_file_follows_the_pages_filters_and_is_in_the_audit_log()
    {
        await using HrSite site = await HrSite.StartAsync();
        await PageTests.RosterAsync(site);
        LedgerMaker ledger = new();
        await site.Bench.AppendAsync(ledger, [.. Enumerable.Range(0, 700).Select(i => ledger.Next(i % 7 == 0 ? "grace" : "ada", Bench.Now(1000) + (i * 60_000L)))]);
        using HrSite.Browser browser = await site.LogInAsync();

        List<Dictionary<string, string>> all = Read(await (await browser.GetAsync("/punches.csv")).Content.ReadAsByteArrayAsync(Stop));
        List<Dictionary<string, string>> grace = Read(await (await browser.GetAsync("/punches.csv?person=grace")).Content.ReadAsByteArrayAsync(Stop));

        all.Count.ShouldBe(700);
        all.Select(r => r["Number"]).Distinct().Count().ShouldBe(700);
        grace.Count.ShouldBe(100);
        (await site.Bench.Get<IAuditStore>().AuditLogAsync(5, Stop)).Where(a => a.Action == "csv.export").Select(a => a.Detail).ShouldBe(["/punches.csv?person=grace", "/punches.csv"]);
    }

    [Fact]
    public async Task A_file_with_filters_that_cannot_be_used_is_not_made()
    {
        await using HrSite site = await HrSite.StartAsync();
        using HrSite.Browser browser = await site.LogInAsync();

        using HttpResponseMessage answer = await browser.GetAsync("/punches.csv?from=soon");

        answer.StatusCode.ShouldBe(HttpStatusCode.Found);
        answer.Headers.Location!.ToString().ShouldBe("/punches?from=soon");
    }

    [Theory]
    [InlineData("ada", "ada")]
    [InlineData("1234567", "1234567")]
    [InlineData("007", "'007")]
    [InlineData("123456789012", "'123456789012")]
    [InlineData("1E5", "'1E5")]
    [InlineData("3-4", "'3-4")]
    [InlineData("3/4", "'3/4")]
    [InlineData("1.50", "'1.50")]
    [InlineData("TRUE", "'TRUE")]
    [InlineData("'x", "''x")]
    [InlineData("-5", "'-5")]
    [InlineData("m2-001", "m2-001")]
    [InlineData("", "")]
    public void An_id_that_a_spreadsheet_would_change_is_marked_as_text(string id, string expected) => SpreadsheetText.OfId(id).ShouldBe(expected);

    private static string Restore(string cell) => cell.StartsWith('\'') ? cell[1..] : cell;

    private static List<Dictionary<string, string>> Read(byte[] bytes)
    {
        using CsvReader csv = CsvReader.Create(bytes, new CsvReaderOptions { Separator = ',' });
        List<Dictionary<string, string>> rows = [];
        while (csv.Read())
        {
            Dictionary<string, string> row = new(StringComparer.Ordinal);
            for (int i = 0; i < csv.Headers.Count; i++) row[csv.Headers[i]] = csv.GetString(i);
            rows.Add(row);
        }

        return rows;
    }
}
