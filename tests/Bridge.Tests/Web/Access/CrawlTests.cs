using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;

namespace Devices.Bridge.Tests.Web.Access;

/// <summary>
/// Every address that the running bridge has, asked by nobody, by each role, and by each role of one site: it answers only where the right is
/// given, and nothing of another site is in any answer. A new address comes under it by being there; one without a right fails.
/// </summary>
public sealed partial class CrawlTests(CrawlSites sites) : IClassFixture<CrawlSites>
{
    // What must be open, and why: the way in, what it is made of, probes, and boards that bring their own proof.
    private static readonly string[] Open =
        ["/login", "/login/code", "/login/dingtalk", "/login/dingtalk/back", "/login/oidc", "/language", "/error", "/not-found", "/assets/", "/health/", "/healthz", "/.well-known/est/", "/.well-known/devices/", "/.well-known/devices/self-test/", "/events/dingtalk", "/wall/", "/updates/v1/"];

    // What each of the first addresses needs, written down apart from the source: a right that is changed by accident shows here.
    private static readonly (string Address, string[] Roles)[] Expected =
    [
        ("GET /", [AccountRoles.Hr, AccountRoles.Manager, AccountRoles.Auditor]),
        ("GET /punches", [AccountRoles.Hr, AccountRoles.Manager, AccountRoles.Auditor]),
        ("GET /punches.csv", [AccountRoles.Hr, AccountRoles.Manager, AccountRoles.Auditor]),
        ("GET /api/v1/punches", [AccountRoles.Hr, AccountRoles.Manager, AccountRoles.Auditor]),
        ("GET /terminals", [AccountRoles.Hr, AccountRoles.Manager, AccountRoles.Operator, AccountRoles.Auditor]),
        ("GET /accounts", [AccountRoles.Admin, AccountRoles.Auditor]),
        ("GET /accounts/new", [AccountRoles.Admin]),
        ("POST /accounts/{name}/rights", [AccountRoles.Admin]),
        ("POST /punches/resend", [AccountRoles.Hr]),
        ("POST /delivery/try", [AccountRoles.Operator]),
        ("POST /roster/pull", [AccountRoles.Hr]),
    ];

    private readonly TwoSites _sites = sites.Sites;

    [Fact]
    public async Task Every_address_answers_only_those_who_have_its_right()
    {
        List<Route> routes = Routes();
        using HrSite.Browser nobody = _sites.Hr.Open();
        foreach (Route route in routes.Where(r => !r.IsOpen))
        {
            using HttpResponseMessage answer = await AskAsync(nobody, route);
            if (answer.StatusCode == HttpStatusCode.Found) answer.Headers.Location!.ToString().ShouldContain("/login", Case.Sensitive, route.ToString());
            else answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, route.ToString());
        }

        foreach (string role in AccountRoles.Every)
            foreach (string account in role == AccountRoles.Admin ? (string[])[$"all-{role}"] : [$"all-{role}", $"a-{role}"])
            {
                using HrSite.Browser browser = await _sites.LogInAsync(account);
                bool everywhere = account.StartsWith("all-", StringComparison.Ordinal);
                foreach (Route route in routes.Where(r => !r.IsOpen && r.Pattern is not ("/logout")))
                {
                    using HttpResponseMessage answer = await AskAsync(browser, route);
                    bool may = route.Policies.All(p => p == Permits.OwnAccount || (p == Permits.EverySite ? everywhere : Permits.Of([role]).Contains(p)));
                    if (may) answer.StatusCode.ShouldNotBeOneOf(HttpStatusCode.Forbidden, HttpStatusCode.Unauthorized, HttpStatusCode.InternalServerError);
                    else answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden, $"{account}: {route}");
                    if (!may) (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldNotBeNullOrWhiteSpace($"{route}: a sentence");
                }
            }

        foreach ((string address, string[] roles) in Expected)
        {
            Route route = routes.Single(r => r.ToString() == address);
            AccountRoles.Every.Where(role => route.Policies.All(p => p is Permits.EverySite or Permits.OwnAccount || Permits.Of([role]).Contains(p))).ShouldBe(roles, ignoreOrder: true, address);
        }
    }

    [Fact]
    public void Every_address_names_its_right_or_is_one_of_the_few_that_must_be_open()
    {
        List<Route> routes = Routes();
        routes.Where(r => !r.IsOpen && r.Policies.Count == 0).Select(r => r.ToString()).ShouldBeEmpty("each page, action and address names a right of Permits");
        routes.SelectMany(r => r.Policies).Except([.. Permits.Rights, Permits.OwnAccount, Permits.EverySite]).ShouldBeEmpty();
        routes.Where(r => r.IsOpen && !Open.Any(o => r.Pattern == o || (o.EndsWith('/') && r.Pattern.StartsWith(o, StringComparison.Ordinal)))).Select(r => r.ToString()).ShouldBeEmpty();
    }

    [Fact]
    public async Task No_answer_to_an_account_of_one_site_has_a_trace_of_another()
    {
        List<string> asked = [];
        foreach (string role in AccountRoles.Every.Where(r => r != AccountRoles.Admin))
        {
            using HrSite.Browser browser = await _sites.LogInAsync($"a-{role}");
            string closed = "?";
            foreach (string address in Addresses())
            {
                // What is refused for its right is refused whatever is asked for: its first answer has said so.
                if (address.StartsWith(closed, StringComparison.Ordinal)) continue;
                using HttpResponseMessage answer = await browser.GetAsync(address);
                if (answer.StatusCode == HttpStatusCode.Forbidden) closed = address.Split('?')[0] + "?";
                string text = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
                asked.Add($"{answer.StatusCode} {address}");
                // What was typed into the address comes back in the filters; beyond that nothing may.
                Stripped(text, address).ShouldNotContain(TwoSites.MarkerB, Case.Insensitive, $"a-{role}: {address}");
                Stripped(text, address).ShouldNotContain(_sites.PunchB.Ledger.ToString(), Case.Insensitive, $"a-{role}: {address}");
            }

            if (!Permits.Of([role]).Contains(Permits.ReadPunches)) continue;
            (await browser.PageAsync("/punches")).ShouldContain("data-total=\"3\"");
            (await browser.PageAsync("/punches?state=held")).ShouldContain("data-total=\"1\"");
            (await browser.PageAsync("/")).ShouldContain(TwoSites.MarkerA);
            (await browser.GetAsync(_sites.Address(TwoSites.TerminalB, _sites.PunchB))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
            (await browser.GetAsync(_sites.Address(TwoSites.TerminalA, _sites.PunchA))).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        asked.Count(a => a.StartsWith("OK ", StringComparison.Ordinal)).ShouldBeGreaterThan(20);
    }

    [Fact]
    public async Task An_operator_sees_nobodys_name_anywhere()
    {
        using HrSite.Browser browser = await _sites.LogInAsync("all-operator");
        string closed = "?";
        foreach (string address in Addresses())
        {
            if (address.StartsWith(closed, StringComparison.Ordinal)) continue;
            using HttpResponseMessage answer = await browser.GetAsync(address);
            if (answer.StatusCode == HttpStatusCode.Forbidden) closed = address.Split('?')[0] + "?";
            string text = Stripped(WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)), address);
            foreach (string word in (string[])[$"Ann {TwoSites.MarkerA}", $"Bob {TwoSites.MarkerB}", TwoSites.PersonA, TwoSites.PersonB, $"Person {TwoSites.MarkerA}"])
                text.ShouldNotContain(word, Case.Insensitive, address);
        }
    }

    [Fact]
    public async Task What_somebody_of_one_site_posts_changes_nothing_of_another()
    {
        using HrSite.Browser browser = await _sites.LogInAsync("a-hr");
        string before = await StateOfBAsync();
        Dictionary<string, string> Fields() => new()
        {
            ["id"] = _sites.IdB.ToString(CultureInfo.InvariantCulture), ["one"] = _sites.IdB.ToString(CultureInfo.InvariantCulture), ["person"] = TwoSites.PersonB, ["userid"] = TwoSites.PersonB,
            ["terminal"] = TwoSites.TerminalB, ["site"] = TwoSites.SiteB, ["reason"] = "test", ["confirm"] = "1", ["at"] = "2026-11-26T08:00", ["punch"] = $"{TwoSites.TerminalB}/{_sites.PunchB.Ledger}/{_sites.PunchB.Seq}",
            ["kind"] = "void", ["version"] = "1", ["channel"] = "paper",
            ["mac"] = "aa:bb:cc:00:11:22", ["given"] = "2026-11-01", ["policy"] = WifiPolicies.Off,
        };
        foreach (Route route in Routes().Where(r => r is { Method: "POST", IsOpen: false } && r.Pattern != "/logout" && !r.Pattern.StartsWith("/api/", StringComparison.Ordinal)))
        {
            using HttpResponseMessage answer = await browser.SubmitAsync("/account", Fields(), Fill(route.Pattern));
            answer.StatusCode.ShouldNotBe(HttpStatusCode.InternalServerError, route.ToString());
        }

        (await StateOfBAsync()).ShouldBe(before);
    }

    private async Task<string> StateOfBAsync()
    {
        SiteScope b = SiteScope.Of(TwoSites.SiteB);
        var punches = await _sites.Bench.Get<IPunchStore>().ListAfterAsync(b, 0, 100);
        var exceptions = await _sites.Bench.Get<IExceptionStore>().ExceptionsAsync(b, false, 100);
        var phones = await _sites.Bench.Get<IWifiStore>().PhonesAsync(b, null, 100);
        var uses = await _sites.Bench.Get<IWifiStore>().SitesAsync(b);
        var people = await _sites.Bench.Get<IPeopleStore>().PeopleAsync(b);
        return string.Join('\n', [.. punches.Select(p => $"{p.Key} {p.Punch.Person} {p.Delivery}"), .. exceptions.Select(e => $"{e.Id} {e.ResolvedAt}"), .. people.Select(p => $"{p.UserId} {p.Name} {p.Active}"), .. phones.Select(p => p.ToString()), .. uses.Select(s => s.ToString())]);
    }

    // Each page as it stands, and as somebody would ask who guesses at the other site.
    private IEnumerable<string> Addresses() => Routes().Where(r => r.Method == "GET").Select(r => Fill(r.Pattern)).Distinct().SelectMany(path => (string[])
    [
        path, $"{path}?person={TwoSites.PersonB}", $"{path}?terminal={TwoSites.TerminalB}", $"{path}?department=3", $"{path}?department=1", $"{path}?site={Uri.EscapeDataString(TwoSites.SiteB)}", $"{path}?state=held&after=0&limit=1000",
    ]);

    private static string Stripped(string text, string address)
    {
        foreach (Match typed in Typed().Matches(address))
            text = text.Replace(Uri.UnescapeDataString(typed.Groups[1].Value), "", StringComparison.OrdinalIgnoreCase).Replace(typed.Groups[1].Value, "", StringComparison.OrdinalIgnoreCase);
        foreach (string part in address.Split('?')[0].Split('/').Where(p => p.Length > 3)) text = text.Replace(part, "", StringComparison.OrdinalIgnoreCase);
        return text;
    }

    private Task<HttpResponseMessage> AskAsync(HrSite.Browser browser, Route route) =>
        browser.SendAsync(new(new HttpMethod(route.Method), Fill(route.Pattern)) { Content = route.Method == "GET" ? null : new FormUrlEncodedContent([]) });

    private string Fill(string pattern) => Place().Replace(pattern, m => m.Groups[1].Value.ToUpperInvariant() switch
    {
        not "LEDGER" when m.Value.Contains(":guid", StringComparison.Ordinal) => "01937f6e-0000-7000-8000-000000000001",
        "TERMINAL" => TwoSites.TerminalB,
        "LEDGER" => _sites.PunchB.Ledger.ToString(),
        "SEQ" => "1",
        "PERSON" or "USERID" => TwoSites.PersonB,
        "SITE" => Uri.EscapeDataString(TwoSites.SiteB),
        "NAME" when pattern.StartsWith("/accounts/", StringComparison.Ordinal) => "all-manager",
        "NAME" => TwoSites.TerminalB,
        "DEPARTMENT" => "3",
        "ID" when pattern.Contains("exceptions", StringComparison.Ordinal) => _sites.ExceptionB.ToString(CultureInfo.InvariantCulture),
        "ID" when pattern.StartsWith("/phones/", StringComparison.Ordinal) => _sites.PhoneB.ToString(CultureInfo.InvariantCulture),
        "ID" => _sites.IdB.ToString(CultureInfo.InvariantCulture),
        "DAY" => "2026-11-26",
        "MONTH" => "2026-11",
        _ => "1",
    });

    private List<Route> Routes() =>
    [
        .. _sites.Bench.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().SelectMany(endpoint =>
            (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Where(m => m is "GET" or "POST" or "PUT" or "DELETE" or "PATCH").Select(method => new Route(
                method, "/" + endpoint.RoutePattern.RawText!.TrimStart('/'),
                [.. endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(a => a.Policy).OfType<string>().Distinct()],
                endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)))
            // The framework's own way of redirecting forms: it opens nothing, and is for whoever is logged in.
            .Where(route => !route.Pattern.StartsWith("/_framework/", StringComparison.Ordinal)).Distinct(),
    ];

    [GeneratedRegex(@"[?&]\w+=([^&]+)")]
    private static partial Regex Typed();

    [GeneratedRegex(@"\{\*{0,2}(\w+)[^}]*\}")]
    private static partial Regex Place();

    private sealed record Route(string Method, string Pattern, IReadOnlyList<string> Policies, bool IsOpen)
    {
        public bool Equals(Route? other) => other is not null && other.ToString() == ToString();

        public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

        public override string ToString() => $"{Method} {Pattern}";
    }
}

/// <summary>Two sites and an account of each role, of every site and of one: once for the whole crawl.</summary>
public sealed class CrawlSites : IAsyncLifetime
{
    internal TwoSites Sites { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Sites = await TwoSites.StartAsync();
        foreach (string role in AccountRoles.Every)
        {
            await Sites.AddAsync($"all-{role}", [role], SiteScope.All);
            if (role != AccountRoles.Admin) await Sites.AddAsync($"a-{role}", [role], SiteScope.Of(TwoSites.SiteA));
        }
    }

    public ValueTask DisposeAsync() => Sites.DisposeAsync();
}
