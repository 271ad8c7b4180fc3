using System.Net;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;

namespace Devices.Bridge.Tests.Web;

public sealed class AccessTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_one_time_password_opens_nothing_but_the_page_that_replaces_it()
    {
        await using HrSite site = await HrSite.StartAsync();
        using HrSite.Browser browser = site.Open();

        (await browser.SubmitAsync("/login", new() { ["user"] = "hr", ["password"] = site.OneTime })).Headers.Location!.ToString().ShouldEndWith("/account/password");
        foreach (string path in (string[])["/", "/punches", "/punches.csv", "/terminals", "/exceptions"])
        {
            (await browser.GetAsync(path)).Headers.Location!.ToString().ShouldBe("/account/password");
        }

        (await browser.GetAsync("/api/v1/punches")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        using HttpResponseMessage changed = await browser.SubmitAsync("/account/password", new() { ["new"] = HrSite.Password, ["repeat"] = HrSite.Password });
        changed.StatusCode.ShouldBe(HttpStatusCode.Found, await changed.Content.ReadAsStringAsync(Stop));
        (await browser.PageAsync("/punches")).ShouldContain("There are no punches yet.");
        using HrSite.Browser again = site.Open();
        (await (await again.SubmitAsync("/login", new() { ["user"] = "hr", ["password"] = site.OneTime })).Content.ReadAsStringAsync(Stop)).ShouldContain("do not belong together");
        (await site.Bench.Get<IAuditStore>().AuditLogAsync(20, Stop)).Select(a => a.Action).ShouldBe(["login.wrong", "account.password", "login"]);
    }

    [Theory]
    [InlineData("short", "short", "at least 10 characters")]
    [InlineData("long enough one", "long enough two", "not equal")]
    [InlineData("aaaaaaaaaaaa", "aaaaaaaaaaaa", "too easy to guess")]
    public async Task A_weak_or_mistyped_new_password_gets_a_sentence(string first, string second, string sentence)
    {
        await using HrSite site = await HrSite.StartAsync();
        using HrSite.Browser browser = site.Open();
        await browser.SubmitAsync("/login", new() { ["user"] = "hr", ["password"] = site.OneTime });

        using HttpResponseMessage answer = await browser.SubmitAsync("/account/password", new() { ["new"] = first, ["repeat"] = second });

        (await answer.Content.ReadAsStringAsync(Stop)).ShouldContain(sentence);
    }

    [Fact]
    public async Task A_wrong_password_gets_the_same_sentence_as_a_wrong_name_and_the_account_locks_after_five()
    {
        await using HrSite site = await HrSite.StartAsync();
        using HrSite.Browser browser = site.Open();

        async Task<string> TryAsync(string user, string password) =>
            WebUtility.HtmlDecode(await (await browser.SubmitAsync("/login", new() { ["user"] = user, ["password"] = password })).Content.ReadAsStringAsync(Stop));

        (await TryAsync("nobody", "wrong")).ShouldContain("do not belong together");
        for (int i = 0; i < 4; i++) (await TryAsync("hr", "wrong")).ShouldContain("do not belong together");
        (await TryAsync("hr", "wrong")).ShouldContain("locked after several wrong passwords. Try again in 15 min.");
        (await TryAsync("hr", site.OneTime)).ShouldContain("locked", Case.Insensitive, "the right password does not open a locked account");
    }

    [Fact]
    public async Task Too_many_attempts_from_one_address_are_refused_with_a_sentence()
    {
        await using HrSite site = await HrSite.StartAsync("--Bridge:Web:LoginsPerMinute=3");
        using HrSite.Browser browser = site.Open();
        for (int i = 0; i < 3; i++) await browser.SubmitAsync("/login", new() { ["user"] = "x", ["password"] = "y" });

        using HttpResponseMessage answer = await browser.SubmitAsync("/login", new() { ["user"] = "x", ["password"] = "y" });

        answer.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        answer.Headers.RetryAfter.ShouldNotBeNull();
        (await answer.Content.ReadAsStringAsync(Stop)).ShouldContain("Wait a minute and try again");
    }

    [Fact]
    public async Task Every_route_refuses_without_a_log_in_except_the_few_that_must_be_open()
    {
        await using HrSite site = await HrSite.StartAsync();
        using HrSite.Browser browser = site.Open();
        List<string> open = [];
        List<string> tried = [];
        foreach (RouteEndpoint endpoint in site.Bench.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            string path = "/" + endpoint.RoutePattern.RawText!.TrimStart('/').Replace("{id:long}", "1", StringComparison.Ordinal).Replace("{name}", "site.css", StringComparison.Ordinal);
            if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
            {
                open.Add(path);
                continue;
            }

            foreach (string method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"])
            {
                tried.Add($"{method} {path}");
                using HttpRequestMessage request = new(new HttpMethod(method), path) { Content = method == "POST" ? new FormUrlEncodedContent([]) : null };
                using HttpResponseMessage answer = await browser.SendAsync(request);
                if (answer.StatusCode == HttpStatusCode.Found) answer.Headers.Location!.ToString().ShouldContain("/login", Case.Sensitive, $"{method} {path}");
                else answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, $"{method} {path}");
            }
        }

        tried.ShouldContain("GET /punches.csv");
        tried.ShouldContain("POST /punches/resend");
        tried.ShouldContain("GET /api/v1/punches");
        open.Where(p => !p.StartsWith("/.well-known/", StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal)
            .Except(["/.well-known/devices/self-test/{terminal}/{id}", "/assets/site.css", "/error", "/health/live", "/health/punches", "/health/ready", "/healthz", "/language", "/login", "/login/code", "/not-found", "/updates/v1/metadata/site.css", "/updates/v1/packages/{sha256}", "/wall/{Secret}"]).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/logout")]
    [InlineData("/punches/resend")]
    [InlineData("/exceptions/1/resolve")]
    [InlineData("/delivery/try")]
    [InlineData("/roster/pull")]
    [InlineData("/roster/keep")]
    [InlineData("/roster/release")]
    [InlineData("/language")]
    public async Task A_form_without_the_pages_token_is_refused_and_changes_nothing(string path)
    {
        await using HrSite site = await HrSite.StartAsync();
        using HrSite.Browser browser = await site.LogInAsync();

        using HttpResponseMessage answer = await browser.PostAsync(path, new() { ["id"] = "1" });

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync(Stop)).ShouldContain("nothing was changed");
        (await browser.GetAsync("/punches")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await site.Bench.Get<IAuditStore>().AuditLogAsync(20, Stop)).Select(a => a.Action).ShouldBe(["login"]);
    }

    [Fact]
    public async Task A_log_in_form_without_the_token_is_refused()
    {
        await using HrSite site = await HrSite.StartAsync();
        using HrSite.Browser browser = site.Open();

        (await browser.PostAsync("/login", new() { ["_handler"] = "login", ["user"] = "hr", ["password"] = site.OneTime })).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Logging_out_and_a_password_changed_elsewhere_end_the_session()
    {
        await using HrSite site = await HrSite.StartAsync();
        using HrSite.Browser browser = await site.LogInAsync();
        (await browser.SubmitAsync("/punches", [], "/logout")).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        (await browser.GetAsync("/punches")).StatusCode.ShouldBe(HttpStatusCode.Found);

        using HrSite.Browser second = await site.LogInAsync();
        (await second.GetAsync("/punches")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await site.Bench.Get<AccountPasswords>().SetAsync("hr", "another password of mine", Stop);
        (await second.GetAsync("/punches")).StatusCode.ShouldBe(HttpStatusCode.Found);
    }

    [Fact]
    public async Task A_session_outlives_a_restart_and_its_cookie_is_closed_to_scripts()
    {
        await using HrSite site = await HrSite.StartAsync();
        using HrSite.Browser browser = await site.LogInAsync();
        Cookie cookie = browser.Cookies.GetCookies(site.Bench.Address)["devices-session"]!;
        cookie.HttpOnly.ShouldBeTrue();
        cookie.Secure.ShouldBeFalse("this address is plain http on loopback");

        await site.Bench.CloseAsync();
        await site.Bench.OpenAsync();

        using HrSite.Browser after = site.Open();
        after.Cookies.Add(site.Bench.Address, new Cookie("devices-session", cookie.Value));
        (await after.GetAsync("/punches")).StatusCode.ShouldBe(HttpStatusCode.OK);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(Path.Combine(site.Bench.Folder, "bridge", "keys")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public async Task Over_TLS_the_cookies_are_secure()
    {
        await using HrSite site = await HrSite.StartAsync();
        await site.Bench.Get<AccountPasswords>().SetAsync("hr", HrSite.Password, Stop);
        Uri https = new(site.Bench.App.Urls.First(u => u.StartsWith("https://", StringComparison.Ordinal)));
        using HrSite.Browser browser = new(https, "en", anyCertificate: true);

        using HttpResponseMessage answer = await browser.SubmitAsync("/login", new() { ["user"] = "hr", ["password"] = HrSite.Password });

        answer.StatusCode.ShouldBe(HttpStatusCode.Found);
        string cookie = answer.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("__Host-devices-session=", StringComparison.Ordinal));
        foreach (string flag in (string[])["secure", "httponly", "samesite=lax", "path=/"]) cookie.ShouldContain(flag);
    }

    [Theory]
    [InlineData("https://evil.example/", "/")]
    [InlineData("//evil.example/", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("/punches?state=dead", "/punches?state=dead")]
    public async Task After_the_log_in_only_an_address_of_this_site_is_gone_back_to(string wanted, string expected)
    {
        await using HrSite site = await HrSite.StartAsync();
        await site.Bench.Get<AccountPasswords>().SetAsync("hr", HrSite.Password, Stop);
        using HrSite.Browser browser = site.Open();

        using HttpResponseMessage answer = await browser.SubmitAsync($"/login?return={Uri.EscapeDataString(wanted)}", new() { ["user"] = "hr", ["password"] = HrSite.Password });

        new Uri(site.Bench.Address, answer.Headers.Location!).ShouldBe(new Uri(site.Bench.Address, expected));
    }
}
