using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Delivery;
using Devices.Bridge.Tests.Web;
using Devices.Bridge.Web.Api;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Api;

/// <summary>What other programs get with a key, and what they do not.</summary>
public sealed partial class ApiKeyTests
{
    // 08:00 on 2 March in Shanghai.
    private const long Morning = 1_772_409_600_000;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_reads_what_it_names_of_its_sites_and_nothing_else_and_every_answer_is_as_described()
    {
        OpenApiFile file = await OpenApiFile.LoadAsync();
        await using HrSite site = await HrSite.StartAsync();
        await FillAsync(site);
        using HttpClient all = await ClientAsync(site, SiteScope.All, [.. ApiResource.Every]);
        using HttpClient north = await ClientAsync(site, SiteScope.Of("north"), "punches", "days", "people");
        using HttpClient nobody = new() { BaseAddress = site.Bench.Address };
        nobody.DefaultRequestHeaders.Authorization = new("Bearer", ApiToken.Create());

        foreach (string path in (string[])["/api/v1/punches", "/api/v1/effective-punches", "/api/v1/people", "/api/v1/departments", "/api/v1/days", "/api/v1/terminals", "/api/v1/exceptions"])
        {
            string address = path switch { "/api/v1/days" => path + "?day=2026-03-02", "/api/v1/effective-punches" => path + "?from=2026-03-02&to=2026-03-02", _ => path };
            using HttpResponseMessage full = await all.GetAsync(address, Stop), wrong = await nobody.GetAsync(address, Stop), few = await north.GetAsync(address, Stop);
            full.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            wrong.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, path);
            few.StatusCode.ShouldBe(path is "/api/v1/punches" or "/api/v1/effective-punches" or "/api/v1/people" or "/api/v1/days" ? HttpStatusCode.OK : HttpStatusCode.Forbidden, path);
            foreach (HttpResponseMessage answer in (HttpResponseMessage[])[full, wrong, few]) await file.CheckAsync(path, HttpMethod.Get, answer);
            full.Headers.GetValues("RateLimit-Limit").ShouldBe(["600"]);

            // Counters of terminals still move just after a punch.
            HttpStatusCode code = HttpStatusCode.OK;
            for (int i = 0; i < 30 && code != HttpStatusCode.NotModified; i++)
            {
                if (i > 0) await Task.Delay(200, Stop);
                using HttpResponseMessage now = await all.GetAsync(address, Stop);
                using HttpRequestMessage again = new(HttpMethod.Get, address);
                again.Headers.IfNoneMatch.Add(now.Headers.ETag!);
                using HttpResponseMessage same = await all.SendAsync(again, Stop);
                code = same.StatusCode;
            }

            code.ShouldBe(HttpStatusCode.NotModified, path);
        }

        Values(await all.GetStringAsync("/api/v1/punches", Stop), "punches", "person").ShouldBe(["ada", "grace", "ada"]);
        Values(await north.GetStringAsync("/api/v1/punches", Stop), "punches", "person").ShouldBe(["ada"]);
        Values(await north.GetStringAsync("/api/v1/punches", Stop), "punches", "name").ShouldBe([null], "names are a word of their own");
        Values(await all.GetStringAsync("/api/v1/punches", Stop), "punches", "name").ShouldContain("Ada Lovelace");
        Values(await north.GetStringAsync("/api/v1/days?day=2026-03-02", Stop), "days", "person").ShouldBe(["ada"]);
        Values(await all.GetStringAsync("/api/v1/days?day=2026-03-02&limit=1", Stop), "days", "person").ShouldBe(["ada"]);
        Values(await all.GetStringAsync("/api/v1/days?day=2026-03-02&limit=1&after=ada", Stop), "days", "person").ShouldBe(["grace"]);
        Values(await all.GetStringAsync("/api/v1/people?limit=1&after=ada", Stop), "people", "person").ShouldBe(["alan"]);

        foreach (string refused in (string[])["/", "/punches", "/api-keys", "/api/v1/delivery", "/punches.csv"])
        {
            using HttpResponseMessage answer = await all.GetAsync(refused, Stop);
            answer.RequestMessage!.RequestUri!.AbsolutePath.ShouldBe(refused.StartsWith("/api/", StringComparison.Ordinal) ? refused : "/login", "a key is no log-in");
            if (refused.StartsWith("/api/", StringComparison.Ordinal)) answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        }

        foreach (string bad in (string[])["/api/v1/days", "/api/v1/days?day=tomorrow", "/api/v1/effective-punches?from=2026-03-02", "/api/v1/people?limit=0", "/api/v1/exceptions?limit=x", "/api/v1/punches?after=x"])
        {
            using HttpResponseMessage answer = await all.GetAsync(bad, Stop);
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest, bad);
            await file.CheckAsync(bad.Split('?')[0], HttpMethod.Get, answer);
        }

        using HttpResponseMessage post = await all.PostAsync("/api/v1/people", null, Stop);
        post.StatusCode.ShouldBe(HttpStatusCode.Forbidden, "a key only reads");
    }

    [Fact]
    public async Task The_cursor_misses_nothing_that_arrives_late()
    {
        await using HrSite site = await HrSite.StartAsync();
        await FillAsync(site);
        using HttpClient http = await ClientAsync(site, SiteScope.All, "punches");
        JsonElement first = JsonDocument.Parse(await http.GetStringAsync("/api/v1/punches?limit=3", Stop)).RootElement;
        LedgerMaker late = new("m2-003");
        await site.Bench.AppendAsync(late, late.Next("grace", Morning - 86_400_000));
        string next = await http.GetStringAsync($"/api/v1/punches?after={first.GetProperty("next").GetInt64()}", Stop);
        Values(next, "punches", "terminal").ShouldBe(["m2-003"], "yesterday's punch comes with the id of today");
    }

    [Fact]
    public async Task A_key_has_its_pace_is_compressed_and_ends_at_once_when_revoked()
    {
        await using HrSite site = await HrSite.StartAsync("--Bridge:Web:ApiPerMinute=4");
        await FillAsync(site);
        using HttpClient http = await ClientAsync(site, SiteScope.All, "punches");
        using (HttpRequestMessage asked = new(HttpMethod.Get, "/api/v1/punches"))
        {
            asked.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("br"));
            using HttpResponseMessage answer = await http.SendAsync(asked, Stop);
            answer.Content.Headers.ContentEncoding.ShouldBe(["br"]);
            answer.Headers.ETag!.IsWeak.ShouldBeTrue();
        }

        for (int i = 0; i < 3; i++) (await http.GetStringAsync("/api/v1/punches", Stop)).ShouldNotBeEmpty();
        using (HttpResponseMessage much = await http.GetAsync("/api/v1/punches", Stop))
        {
            much.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            much.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(1, 60);
            much.Headers.GetValues("RateLimit-Remaining").ShouldBe(["0"]);
            await (await OpenApiFile.LoadAsync()).CheckAsync("/api/v1/punches", HttpMethod.Get, much);
        }

        using HttpClient other = await ClientAsync(site, SiteScope.All, "punches");
        (await other.GetStringAsync("/api/v1/punches", Stop)).ShouldNotBeEmpty("each key has its own pace");
        IApiKeyStore keys = site.Bench.Get<IApiKeyStore>();
        ApiKey key = (await keys.ListAsync(Stop))[0];
        key.LastUsedAt.ShouldNotBeNull();
        (await keys.RevokeAsync(key.Id, "hr", Stop)).ShouldBeTrue();
        (await other.GetAsync("/api/v1/punches", Stop)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_page_shows_a_new_key_once_keeps_only_its_hash_and_revokes_it()
    {
        await using HrSite site = await HrSite.StartAsync();
        await FillAsync(site);
        using HrSite.Browser browser = await site.LogInAsync();
        using HttpResponseMessage made = await browser.SubmitAsync("/api-keys", new() { ["name"] = "Payroll", ["resource"] = "days", ["every"] = "1" }, "/api-keys/add");
        string shown = made.Headers.Location!.ToString(), page = await browser.PageAsync(shown);
        string token = KeyText().Match(page).Groups[1].Value;
        token.ShouldStartWith(ApiToken.Prefix);
        (await browser.PageAsync(shown)).ShouldNotContain(token);
        (await browser.PageAsync("/api-keys")).ShouldContain("Payroll");
        (await site.Bench.Get<SqlDatabase>().ReadAsync(s => s.Number("SELECT COUNT(*) FROM api_keys WHERE head = @whole OR name = @whole", ("@whole", token)))).ShouldBe(0);
        using HttpClient http = new() { BaseAddress = site.Bench.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        (await http.GetAsync("/api/v1/days?day=2026-03-02", Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await browser.SubmitAsync("/api-keys", [], "/api-keys/1/revoke")).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        (await http.GetAsync("/api/v1/days?day=2026-03-02", Stop)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using HttpResponseMessage none = await browser.SubmitAsync("/api-keys", new() { ["name"] = "Payroll", ["resource"] = "days" }, "/api-keys/add");
        none.Headers.Location!.ToString().ShouldContain("wrong=sites");
        (await site.Bench.Get<IAuditStore>().AuditLogAsync(20, Stop)).Select(a => a.Action).ShouldContain("api-key.add");
    }

    private static async Task<HttpClient> ClientAsync(HrSite site, SiteScope scope, params string[] resources)
    {
        string token = await ApiToken.AddAsync(site.Bench.Get<IApiKeyStore>(), site.Bench.Get<IAuditStore>(), "test", resources, scope, null, "test", null, Stop);
        HttpClient http = new() { BaseAddress = site.Bench.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return http;
    }

    private static async Task FillAsync(HrSite site)
    {
        await site.Bench.Get<SqlDatabase>().WriteAsync(s => s.Execute("INSERT INTO terminals (name, site, created_at) VALUES ('m2-001', 'north', 0), ('m2-002', NULL, 0)"));
        await site.Bench.Get<IPeopleStore>().ReconcileAsync(
            [new(1, null, "Head office")], [new("ada", "Ada Lovelace", "1", true, [1]), new("alan", "Alan Turing", null, true, [1]), new("grace", "Grace Hopper", null, true, [1])], Stop);
        LedgerMaker north = new("m2-001"), main = new("m2-002");
        Punch one = north.Next("ada", Morning);
        await site.Bench.AppendAsync(north, one);
        await site.Bench.AppendAsync(main, main.Next("grace", Morning + 60_000), main.Next("ada", Morning + 120_000));
        await site.Bench.Get<IExceptionStore>().RaiseAsync(new("ingest", "gap", "A gap.") { Terminal = "m2-001" }, Stop);
    }

    private static List<string?> Values(string json, string list, string field) =>
        [.. JsonDocument.Parse(json).RootElement.GetProperty(list).EnumerateArray().Select(one => one.GetProperty(field).GetString())];

    [GeneratedRegex("data-key[^>]*>([^<]+)<")]
    private static partial Regex KeyText();
}
