using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Delivery;
using Devices.Bridge.Tests.Web;
using Devices.Bridge.Web.Api;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Api;

/// <summary>Corrections as other programs see them.</summary>
public sealed class EffectivePunchTests
{
    // 08:00 on 2 March in Shanghai.
    private const long Morning = 1_772_409_600_000;
    private const string Path = "/api/v1/effective-punches";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_counts_is_told_by_time_with_corrections_applied_and_the_feed_says_what_was_struck()
    {
        OpenApiFile file = await OpenApiFile.LoadAsync();
        await using HrSite site = await HrSite.StartAsync();
        await PageTests.RosterAsync(site);
        LedgerMaker ledger = new(), other = new("m2-002");
        Punch late = ledger.Next("ada", Morning + 120_000), gone = ledger.Next("ada", Morning), wrong = ledger.Next("grace", Morning + 60_000);
        await site.Bench.AppendAsync(ledger, late, gone, wrong);
        await site.Bench.AppendAsync(other, other.Next("grace", Morning + 120_000));
        ICorrectionStore corrections = site.Bench.Get<ICorrectionStore>();
        long voided = await CorrectAsync(CorrectionKind.Void, gone), moved = await CorrectAsync(CorrectionKind.Reassign, wrong, "alan");

        using HttpClient http = await ClientAsync(site, SiteScope.All, "punches"), north = await ClientAsync(site, SiteScope.Of("north"), "punches");
        JsonElement[] feed = Rows(await http.GetStringAsync("/api/v1/punches", Stop));
        JsonElement struck = feed.Single(p => p.GetProperty("seq").GetInt64() == gone.Seq && p.GetProperty("terminal").GetString() == gone.Terminal);
        (struck.GetProperty("counts").GetBoolean(), struck.GetProperty("struck").GetString(), struck.GetProperty("correction").GetInt64()).ShouldBe((false, "void", voided));
        JsonElement standIn = feed.Single(p => p.GetProperty("person").GetString() == "alan");
        (standIn.GetProperty("counts").GetBoolean(), standIn.GetProperty("origin").GetString(), standIn.GetProperty("correction").GetInt64()).ShouldBe((true, "reassigned", moved));
        feed.Single(p => p.GetProperty("struck").GetString() == "reassign").GetProperty("stand_in").GetInt64().ShouldBe(standIn.GetProperty("id").GetInt64());

        // By time and then arrival, a page at a time, nothing twice and nothing left out.
        List<string> all = [];
        string after = "";
        for (bool more = true; more;)
        {
            using HttpResponseMessage answer = await http.GetAsync($"{Path}?from=2026-03-02&to=2026-03-02&limit=2&after={after}", Stop);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            await file.CheckAsync(Path, HttpMethod.Get, answer);
            JsonElement page = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop)).RootElement;
            all.AddRange(page.GetProperty("punches").EnumerateArray().Select(p => $"{p.GetProperty("person").GetString()} {p.GetProperty("at").GetInt64() - Morning} {p.GetProperty("origin").GetString()}"));
            (after, more) = (page.GetProperty("next").GetString()!, page.GetProperty("more").GetBoolean());
        }

        all.ShouldBe(["alan 60000 reassigned", "ada 120000 recorded", "grace 120000 recorded"]);
        Rows(await http.GetStringAsync($"{Path}?from=2026-03-02T08:02&to=2026-03-02T08:02", Stop)).Length.ShouldBe(2);
        Rows(await north.GetStringAsync($"{Path}?from=2026-03-02&to=2026-03-02", Stop)).ShouldBeEmpty("of another site");

        // The ETag says whether anything changed.
        using HttpResponseMessage first = await http.GetAsync($"{Path}?from=2026-03-02&to=2026-03-02", Stop);
        (await AgainAsync(http, first.Headers.ETag!)).ShouldBe(HttpStatusCode.NotModified);
        await CorrectAsync(CorrectionKind.Reinstate, gone);
        (await AgainAsync(http, first.Headers.ETag!)).ShouldBe(HttpStatusCode.OK);

        foreach (string bad in (string[])["", "?from=2026-03-02", "?from=2026-03-02&to=2026-03-01", "?from=x&to=2026-03-01", "?from=2026-03-02&to=2026-03-02&after=x", "?from=2026-03-02&to=2026-03-02&after=1.2.3", "?from=2026-03-02&to=2026-03-02&limit=0"])
        {
            using HttpResponseMessage answer = await http.GetAsync(Path + bad, Stop);
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest, bad);
            await file.CheckAsync(Path, HttpMethod.Get, answer);
        }

        async Task<long> CorrectAsync(CorrectionKind kind, Punch punch, string? to = null)
        {
            CorrectionResult result = await corrections.RecordAsync(
                SiteScope.All,
                new() { Kind = kind, PunchId = (await site.Bench.FindAsync(punch)).Id, Person = punch.Person, ToPerson = to, At = punch.At, Day = "2026-03-02", ReasonCode = "forgot", Reason = "test", Author = "hr", Request = Guid.NewGuid().ToString(), Site = "" },
                apply: true, 60_000, Stop);
            result.Outcome.ShouldBe(CorrectionOutcome.Applied);
            return result.Correction!.Id;
        }
    }

    private static async Task<HttpStatusCode> AgainAsync(HttpClient http, EntityTagHeaderValue tag)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, $"{Path}?from=2026-03-02&to=2026-03-02");
        request.Headers.IfNoneMatch.Add(tag);
        using HttpResponseMessage answer = await http.SendAsync(request, Stop);
        return answer.StatusCode;
    }

    private static JsonElement[] Rows(string json) => [.. JsonDocument.Parse(json).RootElement.GetProperty("punches").EnumerateArray()];

    private static async Task<HttpClient> ClientAsync(HrSite site, SiteScope scope, params string[] reads)
    {
        string token = await ApiToken.AddAsync(site.Bench.Get<IApiKeyStore>(), site.Bench.Get<IAuditStore>(), "test", reads, scope, null, "test", null, Stop);
        HttpClient http = new() { BaseAddress = site.Bench.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return http;
    }
}
