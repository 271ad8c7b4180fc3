using System.Net;
using System.Text.Json;
using Devices.Bridge.Commands;
using Devices.Bridge.Patrol;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Api;
using Devices.Bridge.Tests.Web;
using Devices.Contract.Messages;

namespace Devices.Bridge.Tests.Patrol;

/// <summary>The patrol's pages, address for programs and subcommand.</summary>
public sealed class PatrolPageTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_operator_sees_the_worst_first_takes_note_with_a_reason_and_another_site_sees_nothing_of_it()
    {
        await using HrSite site = await HrSite.StartAsync();
        foreach ((string name, string? at) in new (string, string?)[] { ("gate-1", "North"), ("hall-1", null) })
            await site.Bench.Get<SqlDatabase>().WriteAsync(session => session.Execute("INSERT INTO terminals (name, created_at, site, online, last_seen_at) VALUES (@name, @now, @site, TRUE, @now)", ("@name", name), ("@site", at), ("@now", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds())), Stop);
        ITerminalStore terminals = site.Bench.Get<ITerminalStore>();
        await terminals.SaveStatusAsync("gate-1", new StatusMessage { Online = true, Health = new() { McuOnline = false } }, true, Stop);
        await terminals.SaveEventAsync("gate-1", new EventMessage { Id = "1", Kind = "tamper", At = 1, Text = "The case was opened." }, Stop);

        using HrSite.Browser north = await site.LogInAsync("otto", [AccountRoles.Operator], SiteScope.Of("North")), main = await site.LogInAsync("olga", [AccountRoles.Operator], SiteScope.Of("")), reader = await site.LogInAsync("mia", [AccountRoles.Manager], SiteScope.Of("North"));
        (await north.PageAsync("/patrol")).ShouldContain("No terminal was looked at yet");
        using (HttpResponseMessage checkedNow = await north.SubmitAsync("/patrol", [], "/patrol/check")) checkedNow.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        string list = await north.PageAsync("/patrol");
        list.ShouldContain("data-terminal=\"gate-1\" data-grade=\"D\" data-score=\"0\"");
        list.ShouldContain("Its controller is not connected.");
        list.ShouldNotContain("hall-1");
        (await main.PageAsync("/patrol")).ShouldNotContain("gate-1");
        await main.PageAsync("/patrol/gate-1", HttpStatusCode.NotFound);
        string seen = await reader.PageAsync("/patrol/gate-1");
        seen.ShouldContain("data-finding=\"tamper\" data-level=\"fault\" data-counts=\"true\"");
        seen.ShouldNotContain("/patrol/gate-1/note");

        (await NoteAsync(north, "gate-1", "tamper", "", "7")).ShouldBe("/patrol/gate-1?wrong=reason");
        (await NoteAsync(north, "gate-1", "tamper", "I cleaned <b>it</b>", "7")).ShouldBe("/patrol/gate-1?told=noted");
        string page = await north.PageAsync("/patrol/gate-1?told=noted");
        page.ShouldContain("data-finding=\"tamper\" data-level=\"fault\" data-counts=\"false\"");
        using (HttpResponseMessage raw = await north.GetAsync("/patrol/gate-1")) (await raw.Content.ReadAsStringAsync(Stop)).ShouldNotContain("<b>it</b>");
        page.ShouldContain("data-grade=\"C\"");
        using (HttpResponseMessage odd = await north.SubmitAsync("/patrol/gate-1", new() { ["code"] = "tamper", ["reason"] = "x", ["days"] = "9999" }, "/patrol/gate-1/note")) odd.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using (HttpResponseMessage foreign = await main.SubmitAsync("/patrol", new() { ["code"] = "tamper", ["reason"] = "x", ["days"] = "7" }, "/patrol/gate-1/note")) foreign.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        // It happens again: the note does not cover it.
        await Task.Delay(5, Stop);
        await terminals.SaveEventAsync("gate-1", new EventMessage { Id = "2", Kind = "tamper", At = 2, Text = "The case was opened." }, Stop);
        await site.Bench.Get<PatrolRound>().RunAsync(Stop);
        (await north.PageAsync("/patrol/gate-1")).ShouldContain("data-finding=\"tamper\" data-level=\"fault\" data-counts=\"true\"");

        OpenApiFile file = await OpenApiFile.LoadAsync();
        using (HttpResponseMessage answer = await north.GetAsync("/api/v1/patrol"))
        {
            await file.CheckAsync("/api/v1/patrol", HttpMethod.Get, answer);
            JsonElement one = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop)).RootElement.GetProperty("terminals").EnumerateArray().ShouldHaveSingleItem();
            (one.GetProperty("terminal").GetString(), one.GetProperty("grade").GetString(), one.GetProperty("findings")[0].GetProperty("level").GetString()).ShouldBe(("gate-1", "D", "fault"));
        }

        using (HttpResponseMessage answer = await main.GetAsync("/api/v1/patrol?terminal=gate-1")) (await answer.Content.ReadAsStringAsync(Stop)).ShouldBe("""{"terminals":[]}""");
        using HrSite.Browser chinese = site.Open("zh-CN");
        await chinese.SubmitAsync("/login", new() { ["user"] = "otto", ["password"] = HrSite.Password });
        (await chinese.PageAsync("/patrol")).ShouldContain("控制器未连接。");
    }

    [Fact]
    public async Task The_subcommand_prints_each_terminal_and_ends_with_86_where_one_is_worse_than_allowed()
    {
        await using Kit.TestBridge bridge = await Kit.TestBridge.StartAsync();
        await bridge.EnrolAsync("m2-001");
        await bridge.Get<ITerminalStore>().SaveStatusAsync("m2-001", new StatusMessage { Online = true, Health = new() { McuOnline = false, CameraRunning = false } }, true, Stop);
        (int code, string text) = await RunAsync("--data", bridge.Data);
        code.ShouldBe(PatrolCommand.WorseThanAllowed);
        text.ShouldContain("D   0  m2-001");
        text.ShouldContain("fault    Its controller is not connected.");
        text.ShouldContain("What to do: ");
        (code, text) = await RunAsync("--data", bridge.Data, "--worst", "D", "--json");
        code.ShouldBe(0);
        JsonDocument.Parse(text).RootElement[0].GetProperty("findings").GetArrayLength().ShouldBe(2);
        (await Should.ThrowAsync<BridgeStartException>(() => RunAsync("--data", bridge.Data, "--terminal", "m2-009"))).Message.ShouldContain("no terminal 'm2-009'");
        (await Should.ThrowAsync<BridgeStartException>(() => RunAsync("--data", bridge.Data, "--worst", "E"))).Message.ShouldContain("A, B, C or D");
        (await bridge.Get<IPatrolStore>().StatesAsync(SiteScope.All, Stop)).ShouldBeEmpty("it only looks");

        static async Task<(int, string)> RunAsync(params string[] args)
        {
            using StringWriter output = new();
            return (await PatrolCommand.RunAsync(args, output), output.ToString());
        }
    }

    private static async Task<string> NoteAsync(HrSite.Browser browser, string terminal, string code, string reason, string days)
    {
        using HttpResponseMessage answer = await browser.SubmitAsync($"/patrol/{terminal}", new() { ["code"] = code, ["reason"] = reason, ["days"] = days }, $"/patrol/{terminal}/note");
        answer.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        return answer.Headers.Location!.ToString();
    }
}
