using System.Net;
using System.Text.RegularExpressions;
using Devices.Bridge.Store;
using OtpNet;

namespace Devices.Bridge.Tests.Web.Access;

public sealed partial class AccountTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_administrator_makes_an_account_of_one_site_and_takes_its_rights_away_at_once()
    {
        await using TwoSites sites = await TwoSites.StartAsync();
        using HrSite.Browser admin = await sites.Hr.LogInAsync();
        string made = await TextAsync(await admin.SubmitAsync("/accounts/new", new() { ["name"] = "mara", ["role"] = "manager", ["site"] = TwoSites.SiteA }));
        string oneTime = OneTime().Match(made).Groups[1].Value;
        using HrSite.Browser mara = sites.Hr.Open();
        (await mara.SubmitAsync("/login", new() { ["user"] = "mara", ["password"] = oneTime })).Headers.Location!.ToString().ShouldEndWith("/account/password");
        (await mara.SubmitAsync("/account/password", new() { ["new"] = HrSite.Password, ["repeat"] = HrSite.Password })).StatusCode.ShouldBe(HttpStatusCode.Found);
        (await mara.PageAsync("/punches")).ShouldContain(TwoSites.MarkerA);
        (await mara.PageAsync("/accounts", HttpStatusCode.Forbidden)).ShouldContain("no right to this page");

        (await admin.SubmitAsync("/accounts/mara", new() { ["role"] = "operator", ["every"] = "1" }, "/accounts/mara/rights")).StatusCode.ShouldBe(HttpStatusCode.SeeOther);

        (await mara.GetAsync("/punches")).StatusCode.ShouldBe(HttpStatusCode.Forbidden, "the very next request");
        (await mara.PageAsync("/terminals")).ShouldContain(TwoSites.TerminalB);
        (await admin.SubmitAsync("/accounts/mara", [], "/accounts/mara/disable")).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        (await mara.GetAsync("/terminals")).StatusCode.ShouldBe(HttpStatusCode.Found);
        (await TextAsync(await mara.SubmitAsync("/login", new() { ["user"] = "mara", ["password"] = HrSite.Password }))).ShouldContain("do not belong together");
        IReadOnlyList<AuditRow> log = await sites.Bench.Get<IAuditStore>().AuditLogAsync(50, Stop);
        log.ShouldContain(r => r.Action == "account.add" && r.Target == "mara" && r.Actor == "hr" && r.Detail == "manager; North");
        log.ShouldContain(r => r.Action == "account.rights" && r.Detail == "manager; North → operator; every site");
        log.ShouldContain(r => r.Action == "account.disable");
        string.Join('\n', log.Select(r => r.Detail)).ShouldNotContain(oneTime);
    }

    [Theory]
    [InlineData("Bad name!", "manager", "North", "A user name is")]
    [InlineData("hr", "manager", "North", "of that name already")]
    [InlineData("mara", null, "North", "at least one role")]
    [InlineData("mara", "manager", null, "at least one")]
    [InlineData("mara", "admin", "North", "an administrator needs every site")]
    [InlineData("mara", "king", "North", "at least one role")]
    public async Task What_cannot_be_an_account_gets_a_sentence(string name, string? role, string? site, string sentence)
    {
        await using HrSite hr = await HrSite.StartAsync();
        using HrSite.Browser admin = await hr.LogInAsync();
        Dictionary<string, string> fields = new() { ["name"] = name };
        if (role is not null) fields["role"] = role;
        if (site is not null) fields["site"] = site;
        (await TextAsync(await admin.SubmitAsync("/accounts/new", fields))).ShouldContain(sentence);
    }

    [Fact]
    public async Task The_last_administrator_stays_one()
    {
        await using HrSite hr = await HrSite.StartAsync();
        using HrSite.Browser admin = await hr.LogInAsync();
        foreach (string what in (string[])["disable", "rights"])
        {
            HttpResponseMessage answer = await admin.SubmitAsync("/accounts/hr", new() { ["role"] = "hr", ["every"] = "1" }, $"/accounts/hr/{what}");
            (await admin.PageAsync(answer.Headers.Location!.ToString())).ShouldContain("the last account that may manage accounts");
        }

        (await admin.GetAsync("/accounts")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await hr.Bench.Get<IAuditStore>().AuditLogAsync(10, Stop)).ShouldNotContain(r => r.Action.StartsWith("account.rights", StringComparison.Ordinal) || r.Action == "account.disable");
    }

    [Fact]
    public async Task A_copied_session_ends_where_its_owner_ends_it_and_after_the_log_out()
    {
        await using HrSite hr = await HrSite.StartAsync();
        using HrSite.Browser own = await hr.LogInAsync();
        using HrSite.Browser thief = hr.Open();
        thief.Cookies.Add(hr.Bench.Address, new Cookie("devices-session", own.Cookies.GetCookies(hr.Bench.Address)["devices-session"]!.Value));
        (await thief.GetAsync("/punches")).StatusCode.ShouldBe(HttpStatusCode.OK);
        using HrSite.Browser elsewhere = hr.Open();
        (await elsewhere.SubmitAsync("/login", new() { ["user"] = "hr", ["password"] = HrSite.Password })).StatusCode.ShouldBe(HttpStatusCode.Found);
        (await own.PageAsync("/account")).Split("data-session=").Length.ShouldBe(3);

        (await own.SubmitAsync("/account", new() { ["others"] = "1" }, "/account/sessions/end")).StatusCode.ShouldBe(HttpStatusCode.SeeOther);

        (await elsewhere.GetAsync("/punches")).StatusCode.ShouldBe(HttpStatusCode.Found);
        (await own.GetAsync("/punches")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await own.SubmitAsync("/account", [], "/logout")).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        (await thief.GetAsync("/punches")).StatusCode.ShouldBe(HttpStatusCode.Found, "the copy of the cookie is worth nothing after the log-out");
    }

    [Fact]
    public async Task A_session_ends_by_itself_when_it_is_left_alone_and_when_it_is_old()
    {
        await using HrSite hr = await HrSite.StartAsync("--Bridge:Web:SessionHours=1", "--Bridge:Web:SessionLifeHours=3");
        using HrSite.Browser browser = await hr.LogInAsync();
        var database = hr.Bench.Get<Devices.Bridge.Store.Sql.SqlDatabase>();
        long hour = 3_600_000;
        await database.WriteAsync(session => session.Execute("UPDATE sessions SET seen_at = seen_at - @by, created_at = created_at - @by", ("@by", hour - 60_000)));
        (await browser.GetAsync("/punches")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await database.WriteAsync(session => session.Execute("UPDATE sessions SET seen_at = seen_at - @by", ("@by", hour)));
        (await browser.GetAsync("/punches")).StatusCode.ShouldBe(HttpStatusCode.Found);
        using HrSite.Browser second = await hr.LogInAsync();
        await database.WriteAsync(session => session.Execute("UPDATE sessions SET created_at = created_at - @by", ("@by", 3 * hour)));
        (await second.GetAsync("/punches")).StatusCode.ShouldBe(HttpStatusCode.Found);
    }

    [Fact]
    public async Task A_second_factor_is_asked_for_taken_once_and_replaced_by_recovery_codes()
    {
        await using HrSite hr = await HrSite.StartAsync("--Bridge:Web:TotpRoles=admin");
        using HrSite.Browser browser = await hr.LogInAsync();
        (await browser.GetAsync("/punches")).Headers.Location!.ToString().ShouldBe("/account/second", "the role asks for it");
        string page = await browser.PageAsync("/account/second");
        byte[] key = Base32Encoding.ToBytes(Key().Match(page).Groups[1].Value);
        string Code(int steps = 0) => new Totp(key).ComputeTotp(DateTime.UtcNow.AddSeconds(30 * steps));
        (await TextAsync(await browser.SubmitAsync("/account/second", new() { ["_handler"] = "second-on", ["password"] = "wrong", ["code"] = Code() }))).ShouldContain("current password is not right");
        string first = Code();
        string done = await TextAsync(await browser.SubmitAsync("/account/second", new() { ["_handler"] = "second-on", ["setup"] = SetUp().Match(page).Groups[1].Value, ["password"] = HrSite.Password, ["code"] = first }));
        string[] codes = [.. Recovery().Matches(done).Select(m => m.Groups[1].Value)];
        codes.Length.ShouldBe(10, done);
        (await browser.GetAsync("/punches")).StatusCode.ShouldBe(HttpStatusCode.OK);

        using HrSite.Browser again = hr.Open();
        (await again.SubmitAsync("/login", new() { ["user"] = "hr", ["password"] = HrSite.Password })).Headers.Location!.ToString().ShouldContain("/login/code");
        (await again.GetAsync("/punches")).StatusCode.ShouldBe(HttpStatusCode.Found, "the password alone opens nothing");
        (await TextAsync(await again.SubmitAsync("/login/code", new() { ["code"] = first }))).ShouldContain("used already", Case.Insensitive, "the code of the set-up is not taken again");
        string now = Code(1);
        (await again.SubmitAsync("/login/code?return=%2Fpunches", new() { ["code"] = now })).StatusCode.ShouldBe(HttpStatusCode.Found);
        (await again.GetAsync("/punches")).StatusCode.ShouldBe(HttpStatusCode.OK);

        using HrSite.Browser overShoulder = hr.Open();
        await overShoulder.SubmitAsync("/login", new() { ["user"] = "hr", ["password"] = HrSite.Password });
        (await TextAsync(await overShoulder.SubmitAsync("/login/code", new() { ["code"] = now }))).ShouldContain("used already");
        (await overShoulder.SubmitAsync("/login/code", new() { ["code"] = codes[3].ToUpperInvariant() })).StatusCode.ShouldBe(HttpStatusCode.Found);
        (await overShoulder.PageAsync("/account")).ShouldContain("recovery code");
        using HrSite.Browser twice = hr.Open();
        await twice.SubmitAsync("/login", new() { ["user"] = "hr", ["password"] = HrSite.Password });
        for (int i = 0; i < 5; i++) await twice.SubmitAsync("/login/code", new() { ["code"] = codes[3] });
        (await TextAsync(await twice.SubmitAsync("/login/code", new() { ["code"] = codes[4] }))).ShouldContain("locked", Case.Insensitive, "codes are not to be guessed without end");

        Account account = (await hr.Bench.Get<IAccountStore>().FindAccountAsync("hr", Stop))!;
        account.TotpKey!.AsSpan().IndexOf(key).ShouldBe(-1, "sealed at rest");
        (await browser.PageAsync("/account/second")).ShouldContain("cannot be switched off");
    }

    [Fact]
    public async Task Somebody_who_is_locked_out_gets_in_again_from_the_machine()
    {
        await using HrSite hr = await HrSite.StartAsync();
        string data = Path.Combine(hr.Bench.Folder, "bridge");
        async Task<(int Code, string Out, string Error)> RunAsync(params string[] args)
        {
            using StringWriter output = new(), errors = new();
            return (await BridgeProgram.RunAsync(args, output, errors), output.ToString(), errors.ToString());
        }

        string password = (await RunAsync("account", "add", "--data", data, "--user", "root", "--roles", "admin", "--sites", "all")).Out.Split(": ")[1].Trim();
        using HrSite.Browser root = hr.Open();
        (await root.SubmitAsync("/login", new() { ["user"] = "root", ["password"] = password })).Headers.Location!.ToString().ShouldEndWith("/account/password");
        (await RunAsync("account", "rights", "--data", data, "--user", "hr", "--roles", "hr", "--sites", "main,North")).Out.ShouldContain("hr is hr of (main), North now.");
        (await RunAsync("account", "disable", "--data", data, "--user", "root")).Error.ShouldContain("the last account that may manage accounts");
        (await RunAsync("account", "second-reset", "--data", data, "--user", "nobody")).Error.ShouldContain("There is no account 'nobody'");
        (await RunAsync("account", "add", "--data", data, "--user", "x", "--roles", "king", "--sites", "all")).Error.ShouldContain("one or more of hr, manager, operator, auditor, admin");
        (await RunAsync("account", "end-sessions", "--data", data, "--user", "root")).Out.ShouldContain("1 sessions of root ended.");
        (await RunAsync("account", "list", "--data", data)).Out.ShouldContain("every site");
        (await root.GetAsync("/account/password")).StatusCode.ShouldBe(HttpStatusCode.Found);
    }

    private static async Task<string> TextAsync(HttpResponseMessage answer) => WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Stop));

    [GeneratedRegex("data-one-time=\"([^\"]+)\"")]
    private static partial Regex OneTime();

    [GeneratedRegex("data-key=\"([^\"]+)\"")]
    private static partial Regex Key();

    [GeneratedRegex("name=\"setup\" value=\"([^\"]+)\"")]
    private static partial Regex SetUp();

    [GeneratedRegex("<li><code>([^<]+)</code>")]
    private static partial Regex Recovery();
}
