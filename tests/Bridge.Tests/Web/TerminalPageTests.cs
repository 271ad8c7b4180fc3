using System.Net;
using System.Text.Json;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Api;
using Devices.Bridge.Web.Access;
using Devices.Contract.Messages;

namespace Devices.Bridge.Tests.Web;

/// <summary>The page of one terminal: wishes beside what is in force, commands, and only for whoever may.</summary>
public sealed class TerminalPageTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_operator_wishes_and_commands_and_sees_what_the_terminal_made_of_it()
    {
        await using HrSite site = await HrSite.StartAsync();
        await AddAsync(site, "m2-001", null);
        using HrSite.Browser browser = await site.LogInAsync();
        (await browser.PageAsync("/terminals/m2-001")).ShouldContain("has never reported");
        await browser.PageAsync("/terminals/m2-009", HttpStatusCode.NotFound);
        (await browser.PageAsync("/terminals")).ShouldNotContain("/terminals/m2-009");

        (await PostAsync(browser, "config", new() { ["set.Repeat:Seconds"] = "30", ["set.Liveness:Challenge"] = "always", ["set.Door:OpenMs"] = "2000", ["set.TimeZone"] = "" })).ShouldBe("/terminals/m2-001?told=config");
        // One bad value, and nothing of it is wished for.
        (await PostAsync(browser, "config", new() { ["set.Repeat:Seconds"] = "99", ["set.WantedFpir"] = "many" })).ShouldBe("/terminals/m2-001?bad=WantedFpir");
        (await browser.PageAsync("/terminals/m2-001?bad=WantedFpir")).ShouldContain("data-bad=\"WantedFpir\"");
        IConfigStore configs = site.Bench.Get<IConfigStore>();
        ConfigWish wish = await configs.WishAsync("m2-001", Stop);
        wish.Settings.ShouldBe(new Dictionary<string, string> { ["Repeat:Seconds"] = "30", ["Liveness:Challenge"] = "always", ["Door:OpenMs"] = "2000" }, ignoreOrder: true);
        await configs.SaveReportAsync("m2-001", new()
        {
            Revision = wish.Revision, Digest = wish.Digest, Settings = new() { ["Repeat:Seconds"] = "30", ["Door:OpenMs"] = "0", ["Liveness:Challenge"] = "always" },
            Refused = new() { ["Door:OpenMs"] = "This <b>terminal</b> has no door." },
        }, Stop);
        string page = await browser.PageAsync("/terminals/m2-001?told=config");
        foreach (string word in (string[])["data-told=\"config\"", "data-setting=\"Repeat:Seconds\" data-state=\"aswished\"", "data-setting=\"Door:OpenMs\" data-state=\"refused\"", "data-setting=\"TimeZone\" data-state=\"own\""]) page.ShouldContain(word);

        (await PostAsync(browser, "command", new() { ["kind"] = "open-door" })).ShouldBe("/terminals/m2-001?told=command");
        using (HttpResponseMessage odd = await browser.SubmitAsync("/terminals/m2-001", new() { ["kind"] = "explode" }, "/terminals/m2-001/command")) odd.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        ICommandStore commands = site.Bench.Get<ICommandStore>();
        CommandRow door = (await commands.ListAsync("m2-001", 5, Stop)).Single();
        (door.Kind, door.IssuedBy, door.ExpiresAt - door.IssuedAt).ShouldBe(("open-door", "hr", 60_000));
        (await PostAsync(browser, "withdraw", new() { ["id"] = door.Id.ToString() })).ShouldBe("/terminals/m2-001?told=withdrawn");
        (await PostAsync(browser, "command", new() { ["kind"] = "collect-log" })).ShouldBe("/terminals/m2-001?told=command");
        CommandRow log = (await commands.ListAsync("m2-001", 5, Stop)).Single(one => one.Kind == "collect-log");
        await commands.SettleAsync("m2-001", new() { Id = log.Id, State = CommandStates.Done, Text = "Here.", At = 1, Attachment = "<script>line</script>" }, Stop);
        page = await browser.PageAsync("/terminals/m2-001");
        page.ShouldContain($"data-command=\"{door.Id}\" data-kind=\"open-door\" data-state=\"withdrawn\"");
        page.ShouldNotContain("<script>line");
        using (HttpResponseMessage file = await browser.GetAsync($"/terminals/m2-001/log/{log.Id}"))
        {
            (file.Content.Headers.ContentType!.MediaType, file.Content.Headers.ContentDisposition!.DispositionType, await file.Content.ReadAsStringAsync(Stop)).ShouldBe(("text/plain", "attachment", "<script>line</script>"));
        }
        (await site.Bench.Get<IAuditStore>().AuditLogAsync(20)).Select(row => row.Action).ShouldBeSubsetOf(["login", "terminal.config", "terminal.command", "terminal.command.withdrawn", "terminal.log.read", .. (await site.Bench.Get<IAuditStore>().AuditLogAsync(20)).Select(row => row.Action).Where(one => !one.StartsWith("terminal", StringComparison.Ordinal))]);

        using HrSite.Browser chinese = site.Open("zh-CN");
        await chinese.SubmitAsync("/login", new() { ["user"] = "hr", ["password"] = HrSite.Password });
        (await chinese.PageAsync("/terminals/m2-001")).ShouldContain("期望值");

        using HttpResponseMessage answer = await browser.GetAsync("/api/v1/terminals/m2-001");
        OpenApiFile described = await OpenApiFile.LoadAsync();
        await described.CheckAsync("/api/v1/terminals/{name}", HttpMethod.Get, answer);
        JsonElement configuration = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop)).RootElement.GetProperty("configuration");
        (configuration.GetProperty("holds").GetBoolean(), configuration.GetProperty("settings").EnumerateArray().Count(one => one.GetProperty("state").GetString() == "refused")).ShouldBe((true, 1));
        using HttpResponseMessage none = await browser.GetAsync("/api/v1/terminals/m2-009");
        none.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await described.CheckAsync("/api/v1/terminals/{name}", HttpMethod.Get, none);
    }

    [Fact]
    public async Task Who_may_only_read_or_sees_another_site_changes_nothing_and_learns_nothing()
    {
        await using HrSite site = await HrSite.StartAsync();
        await AddAsync(site, "m2-001", "North");
        await AddAsync(site, "m2-002", null);
        IAccountStore accounts = site.Bench.Get<IAccountStore>();
        foreach ((string name, string role, SiteScope scope) in ((string, string, SiteScope)[])[("mia", AccountRoles.Manager, SiteScope.Of("North")), ("otto", AccountRoles.Operator, SiteScope.Of("North")), ("olga", AccountRoles.Operator, SiteScope.Of(""))])
        {
            await accounts.AddAccountAsync(new(name, "x", [role], scope));
            await site.Bench.Get<AccountPasswords>().SetAsync(name, HrSite.Password, Stop);
        }
        using HrSite.Browser manager = await LogInAsync(site, "mia"), north = await LogInAsync(site, "otto"), main = await LogInAsync(site, "olga");
        (await manager.PageAsync("/terminals/m2-001")).ShouldNotContain("/terminals/m2-001/command");
        using (HttpResponseMessage refused = await manager.SubmitAsync("/terminals/m2-001", new() { ["kind"] = "open-door" }, "/terminals/m2-001/command")) refused.StatusCode.ShouldNotBe(HttpStatusCode.SeeOther);
        (await PostAsync(north, "command", new() { ["kind"] = "identify" })).ShouldBe("/terminals/m2-001?told=command");
        await main.PageAsync("/terminals/m2-001", HttpStatusCode.NotFound);
        using (HttpResponseMessage other = await main.SubmitAsync("/terminals/m2-002", new() { ["kind"] = "open-door" }, "/terminals/m2-001/command")) other.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using (HttpResponseMessage other = await main.SubmitAsync("/terminals/m2-002", new() { ["set.Liveness:Enabled"] = "false" }, "/terminals/m2-001/config")) other.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using (HttpResponseMessage api = await main.GetAsync("/api/v1/terminals/m2-001")) api.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await site.Bench.Get<ICommandStore>().ListAsync("m2-001", 5, Stop)).Single().IssuedBy.ShouldBe("otto");
        (await site.Bench.Get<IConfigStore>().AllLayersAsync(Stop)).ShouldBeEmpty();
    }

    private static async Task<string> PostAsync(HrSite.Browser browser, string what, Dictionary<string, string> fields)
    {
        using HttpResponseMessage answer = await browser.SubmitAsync("/terminals/m2-001", fields, $"/terminals/m2-001/{what}");
        answer.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        return answer.Headers.Location!.ToString();
    }

    private static async Task<HrSite.Browser> LogInAsync(HrSite site, string user)
    {
        HrSite.Browser browser = site.Open();
        (await browser.SubmitAsync("/login", new() { ["user"] = user, ["password"] = HrSite.Password })).StatusCode.ShouldBe(HttpStatusCode.Found);
        return browser;
    }

    private static Task AddAsync(HrSite site, string name, string? at) =>
        site.Bench.Get<SqlDatabase>().WriteAsync(session => session.Execute("INSERT INTO terminals (name, created_at, site) VALUES (@name, 0, @site)", ("@name", name), ("@site", at)));
}
