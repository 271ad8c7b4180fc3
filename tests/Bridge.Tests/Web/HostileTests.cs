using System.Net;
using System.Text.RegularExpressions;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Delivery;
using Devices.Bridge.Web.Security;
using Devices.Contract.Punches;
using Microsoft.AspNetCore.Routing;

namespace Devices.Bridge.Tests.Web;

/// <summary>What somebody who means harm sends to the pages, and what comes back.</summary>
public sealed partial class HostileTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_route_that_takes_a_post_refuses_one_without_the_pages_token_but_enrolment()
    {
        await using HrSite site = await HrSite.StartAsync();
        using HrSite.Browser browser = await site.LogInAsync();
        List<string> tried = [];
        foreach (RouteEndpoint endpoint in site.Bench.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            if (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("POST") != true) continue;
            string path = "/" + endpoint.RoutePattern.RawText!.TrimStart('/').Replace("{id:long}", "1", StringComparison.Ordinal)
                .Replace("{Terminal}/{Ledger:guid}/{Seq:long}", "m2-001/01a21615-fa1e-74d1-b9a4-1d051f400909/1", StringComparison.Ordinal);
            if (path.StartsWith("/.well-known/est/", StringComparison.Ordinal)) continue;
            tried.Add(path);
            using HttpResponseMessage answer = await browser.PostAsync(path, new() { ["_handler"] = "password", ["new"] = "another password", ["repeat"] = "another password" });
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest, path);
            using HttpRequestMessage bare = new(HttpMethod.Post, path);
            using HttpResponseMessage empty = await browser.SendAsync(bare);
            ((int)empty.StatusCode).ShouldBeInRange(400, 415, path);
        }

        foreach (string path in (string[])["/login", "/logout", "/account/password", "/punches/resend", "/roster/pull", "/delivery/try", "/language"]) tried.ShouldContain(path);
        (await browser.GetAsync("/punches")).StatusCode.ShouldBe(HttpStatusCode.OK, "the session is untouched");
    }

    [Fact]
    public async Task Every_answer_carries_the_headers_downloads_refusals_and_errors_too()
    {
        await using HrSite site = await HrSite.StartAsync();
        using HrSite.Browser nobody = site.Open(), browser = await site.LogInAsync();
        (HrSite.Browser, string, string, HttpStatusCode)[] cases =
        [
            (browser, "GET", "/punches.csv", HttpStatusCode.OK), (browser, "GET", "/api/v1/punches", HttpStatusCode.OK), (browser, "GET", "/api/v1/punches?limit=0", HttpStatusCode.BadRequest),
            (nobody, "GET", "/api/v1/punches", HttpStatusCode.Unauthorized), (nobody, "GET", "/punches.csv", HttpStatusCode.Found), (nobody, "GET", "/", HttpStatusCode.Found),
            (nobody, "GET", "/healthz", HttpStatusCode.ServiceUnavailable), (nobody, "GET", "/.well-known/est/cacerts", HttpStatusCode.Forbidden), (nobody, "GET", "/assets/no-such.css", HttpStatusCode.NotFound),
            (browser, "GET", "/api/v1/no-such", HttpStatusCode.NotFound), (browser, "POST", "/punches/resend", HttpStatusCode.BadRequest), (browser, "DELETE", "/punches", HttpStatusCode.MethodNotAllowed),
        ];
        foreach ((HrSite.Browser who, string method, string path, HttpStatusCode expected) in cases)
        {
            using HttpRequestMessage request = new(new HttpMethod(method), path);
            using HttpResponseMessage answer = await who.SendAsync(request);
            answer.StatusCode.ShouldBe(expected, path);
            Headers(answer, path);
        }

        // A store that cannot be read: the page of the fault, and a program's answer.
        await site.Bench.Get<Devices.Bridge.Store.Sql.SqlDatabase>().WriteAsync(session => session.Execute("ALTER TABLE punches RENAME TO away"));
        foreach (string path in (string[])["/punches", "/api/v1/punches"])
        {
            using HttpResponseMessage fault = await browser.GetAsync(path);
            ((int)fault.StatusCode).ShouldBeInRange(500, 503, path);
            Headers(fault, path);
            string text = await fault.Content.ReadAsStringAsync(Stop);
            text.ShouldNotContain("   at ");
            text.ShouldNotContain("Sqlite", Case.Insensitive);
            if (path.StartsWith("/api", StringComparison.Ordinal)) fault.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        }
    }

    [Fact]
    public async Task Names_made_of_markup_are_shown_as_text_on_every_page()
    {
        const string Evil = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>";
        await using HrSite site = await HrSite.StartAsync();
        string person = "<b>\"'&x";
        await site.Bench.Get<IPeopleStore>().ReconcileAsync([new(1, null, Evil)], [new(person, Evil, Evil, true, [1])], Stop);
        LedgerMaker ledger = new();
        await site.Bench.AppendAsync(ledger, ledger.Next(person, Bench.Now(5)), ledger.Next("<script>alert(3)</script>", Bench.Now(4)));
        await site.Bench.Outbox.MarkAsync(1, new(DeliveryState.Dead) { ReasonCode = "reason.unknown_code", Reason = Evil }, Stop);
        await site.Bench.Get<IExceptionStore>().RaiseAsync(new("ingest", "malformed", Evil) { Terminal = "m2-001", Cause = Evil }, Stop);
        using HrSite.Browser browser = await site.LogInAsync();
        int shown = 0;
        foreach (string path in (string[])["/", "/punches", "/terminals", "/exceptions", $"/punches?person={Uri.EscapeDataString(Evil)}&terminal={Uri.EscapeDataString(Evil)}&from={Uri.EscapeDataString(Evil)}"])
        {
            using HttpResponseMessage answer = await browser.GetAsync(path);
            string html = await answer.Content.ReadAsStringAsync(Stop);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            Markup().Matches(html).Select(m => m.Value).ShouldBeEmpty(path);
            if (html.Contains("&lt;img src=x", StringComparison.Ordinal)) shown++;
        }

        shown.ShouldBeGreaterThanOrEqualTo(4, "the names were on the pages");
    }

    [Fact]
    public async Task Odd_and_huge_parameters_never_end_in_a_fault()
    {
        await using HrSite site = await HrSite.StartAsync();
        await PageTests.RosterAsync(site);
        LedgerMaker ledger = new();
        await site.Bench.AppendAsync(ledger, ledger.Next("ada", Bench.Now(5)));
        using HrSite.Browser browser = await site.LogInAsync();
        string[] values = ["", "%00", "%FF%FE", "%ED%A0%80", "%F0%9F%98%80", new('9', 200), "-1", "0", "1e9", "9223372036854775807", "9223372036854775808", "0001-01-01", "9999-12-31",
            "9999-12-31T23:59:59", "2026-02-30", "%25", "'%20OR%201=1--", "..%2F..%2Fetc%2Fpasswd", Uri.EscapeDataString(string.Concat(Enumerable.Repeat("😀", 60))), new('a', 6000)];
        foreach (string path in (string[])["/punches?page=1&page=2&from=x&from=y", "/api/v1/punches?after=1&after=2", "/?day=1&day=2", "/exceptions?resent=1&resent=2"])
        {
            using HttpResponseMessage twice = await browser.GetAsync(path);
            ((int)twice.StatusCode).ShouldBeLessThan(500, path);
        }
        foreach (string name in (string[])["person", "department", "terminal", "method", "state", "from", "to", "page", "day", "resent", "after", "limit", "return"])
        {
            foreach (string value in values)
            {
                string[] paths = name switch { "after" or "limit" => ["/api/v1/punches"], "day" => ["/"], "resent" => ["/exceptions"], "return" => ["/login"], _ => ["/punches", "/punches.csv"] };
                foreach (string path in paths)
                {
                    using HttpResponseMessage once = await browser.GetAsync($"{path}?{name}={value}");
                    ((int)once.StatusCode).ShouldBeLessThan(500, $"{path}?{name}={value[..Math.Min(40, value.Length)]}");
                }
            }
        }
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("/%0d%0aLocation:%20https://evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("https:evil.example")]
    [InlineData("/.//evil.example")]
    [InlineData("/..//evil.example")]
    public async Task A_choice_of_language_leads_back_to_this_site_only(string wanted)
    {
        await using HrSite site = await HrSite.StartAsync();
        using HrSite.Browser browser = site.Open();

        using HttpResponseMessage answer = await browser.SubmitAsync("/login", new() { ["culture"] = "en", ["return"] = wanted }, "/language");

        answer.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        // As a browser resolves it: dots are folded, and backslash and tab are what browsers make of them.
        new Uri(site.Bench.Address, answer.Headers.Location!).Authority.ShouldBe(site.Bench.Address.Authority);
        answer.Headers.Location!.OriginalString.ShouldNotContain("\\");
        answer.Headers.Location.OriginalString.ShouldNotStartWith("//");
    }

    [Fact]
    public async Task The_current_password_cannot_be_guessed_from_an_open_session_without_end()
    {
        await using HrSite site = await HrSite.StartAsync();
        using HrSite.Browser browser = await site.LogInAsync();
        for (int i = 0; i < 5; i++)
            (await (await browser.SubmitAsync("/account/password", new() { ["current"] = $"guess {i}", ["new"] = "another password", ["repeat"] = "another password" })).Content.ReadAsStringAsync(Stop))
                .ShouldContain("id=\"problem\"");

        using HttpResponseMessage right = await browser.SubmitAsync("/account/password", new() { ["current"] = HrSite.Password, ["new"] = "another password", ["repeat"] = "another password" });

        right.StatusCode.ShouldBe(HttpStatusCode.OK, "locked: the right one does not help either");
        (await site.Bench.Get<IAccountStore>().FindAccountAsync("hr", Stop))!.LockedUntil.ShouldNotBeNull();
        (await site.Bench.Get<IAuditStore>().AuditLogAsync(20, Stop)).Count(a => a.Action == "login.wrong").ShouldBe(5);
    }

    private static void Headers(HttpResponseMessage answer, string path)
    {
        foreach ((string name, string value) in new[] { ("Content-Security-Policy", SecurityHeaders.Policy), ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"), ("Referrer-Policy", "same-origin") })
        {
            answer.Headers.Contains(name).ShouldBeTrue($"{name} of {path}");
            answer.Headers.GetValues(name).ShouldBe([value], path);
        }
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue(path);
        answer.Headers.Contains("Server").ShouldBeFalse(path);
    }

    [GeneratedRegex("<script(?! src=\"/assets/)|<img src=x|<b>|\\sonerror=(?![^<]*&gt;)", RegexOptions.IgnoreCase)]
    private static partial Regex Markup();
}
