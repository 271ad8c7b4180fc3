using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Devices.Bridge.Fleet;
using Devices.Bridge.Ingest;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Kit;
using Devices.Bridge.Tests.Web;

namespace Devices.Bridge.Tests.Fleet;

/// <summary>Claims by command line and by page: bound to a board, listed, withdrawn; and terminals revoked by both.</summary>
public sealed class ClaimTests
{
    [Fact]
    public async Task A_claim_for_a_board_works_on_that_board_alone_and_a_withdrawn_one_nowhere()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        JsonElement made = (await RunAsync("claim", "--data", bridge.Data, "--terminal", "m2-001", "--serial", "10000000ABCD1234", "--json")).RootElement;
        string claim = made.GetProperty("claim").GetString()!;
        made.GetProperty("serial").GetString().ShouldBe("10000000ABCD1234");
        (await EnrolAsync(bridge, claim, "m2-001", null)).ShouldBe((HttpStatusCode.Unauthorized, "The claim was made for another board: its serial number is not the one that this board names."));
        (await EnrolAsync(bridge, claim, "m2-001", "10000000ffff0000")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await EnrolAsync(bridge, claim, "m2-001", "bad serial!")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await EnrolAsync(bridge, claim, "m2-001", "10000000abcd1234")).Status.ShouldBe(HttpStatusCode.OK);
        (await bridge.Get<IAuditStore>().AuditLogAsync(5)).ShouldContain(one => one.Action == "terminal enrolled" && one.Detail!.EndsWith("board 10000000abcd1234", StringComparison.Ordinal));

        string open = (await RunAsync("claim", "--data", bridge.Data, "--json")).RootElement.GetProperty("claim").GetString()!;
        JsonElement[] rows = [.. (await RunAsync("claim", "list", "--data", bridge.Data, "--json")).RootElement.EnumerateArray()];
        long id = rows.ShouldHaveSingleItem().GetProperty("id").GetInt64();
        (await RunAsync("claim", "withdraw", $"{id}", "--data", bridge.Data, "--json")).RootElement.GetProperty("withdrawn").GetBoolean().ShouldBeTrue();
        (await EnrolAsync(bridge, open, "m2-002", null)).ShouldBe((HttpStatusCode.Unauthorized, "The claim was withdrawn: make a new one at the bridge."));
        (await RefusedAsync("claim", "withdraw", $"{id}", "--data", bridge.Data)).ShouldContain("There is no open claim");
        (await RunAsync("claim", "list", "--data", bridge.Data, "--all", "--json")).RootElement.EnumerateArray().Select(one => one.GetProperty("state").GetString()).ShouldBe(["withdrawn", "used"]);
        (await RefusedAsync("claim", "--data", bridge.Data, "--serial", "a b")).ShouldContain("no board's serial number");
    }

    [Fact]
    public async Task A_list_of_fifty_terminals_gets_a_claim_a_line_once_and_all_or_none()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        using TempDirectory folder = new();
        string list = folder.File("boards.csv"), made = folder.File("with-claims.csv");
        await File.WriteAllTextAsync(list, "terminal,serial,site,place\r\n" + string.Concat(Enumerable.Range(1, 50).Select(i => $"m2-{i:000},{(i == 2 ? "10000000abcd1234" : "")},\"Hall, west\",门口\r\n")));
        JsonElement told = (await RunAsync("claim", "--data", bridge.Data, "--batch", list, "--out", made, "--hours", "72", "--json")).RootElement;
        (told.GetProperty("made").GetInt32(), told.GetProperty("kept").GetInt32()).ShouldBe((50, 0));
        string[] lines = await File.ReadAllLinesAsync(made);
        lines[0].ShouldBe("terminal,claim,serial,site,place");
        lines.Length.ShouldBe(51);
        lines[2].ShouldMatch("^m2-002,[0-9A-Z-]+@[0-9a-f]{64},10000000abcd1234,\"Hall, west\",门口$");
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(made).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        string ClaimOf(int line) => lines[line].Split(',')[1];
        lines.Skip(1).Select(line => line.Split(',')[1]).ShouldBeUnique();
        (await EnrolAsync(bridge, ClaimOf(3), "m2-004", null)).Status.ShouldBe(HttpStatusCode.Unauthorized, "each claim is for its terminal");
        (await EnrolAsync(bridge, ClaimOf(2), "m2-002", null)).Status.ShouldBe(HttpStatusCode.Unauthorized, "and for its board");
        (await EnrolAsync(bridge, ClaimOf(2), "m2-002", "10000000abcd1234")).Status.ShouldBe(HttpStatusCode.OK);
        (await EnrolAsync(bridge, ClaimOf(50), "m2-050", null)).Status.ShouldBe(HttpStatusCode.OK);

        // The same again, in place: nothing more; with a new line: one more.
        await File.AppendAllTextAsync(made, "m2-051,,,,\r\n");
        told = (await RunAsync("claim", "--data", bridge.Data, "--batch", made, "--json")).RootElement;
        (told.GetProperty("made").GetInt32(), told.GetProperty("kept").GetInt32()).ShouldBe((1, 50));
        (await File.ReadAllLinesAsync(made))[2].ShouldBe(lines[2]);

        await File.WriteAllTextAsync(list, "terminal\nm2-900\nM2 901\nm2-900\n");
        (await RefusedAsync("claim", "--data", bridge.Data, "--batch", list)).ShouldSatisfyAllConditions(
            text => text.ShouldContain("2 faults, no claim was made"), text => text.ShouldContain("line 3: 'M2 901' is no terminal name"), text => text.ShouldContain("line 4: 'm2-900' is there twice"));
        await File.WriteAllTextAsync(list, "terminal\n" + string.Concat(Enumerable.Range(1, 460).Select(i => $"b-{i}\n")));
        (await RefusedAsync("claim", "--data", bridge.Data, "--batch", list)).ShouldContain("None was made");
        File.ReadAllText(list).ShouldNotContain("claim");
        (await RunAsync("claim", "list", "--data", bridge.Data, "--json")).RootElement.GetArrayLength().ShouldBe(49);
        (await RefusedAsync("claim", "--data", bridge.Data, "--batch", list, "--terminal", "m2-001")).ShouldContain("leave --terminal and --serial out");
    }

    [Fact]
    public async Task A_terminal_is_revoked_by_command_with_a_reason_and_only_when_it_is_said_twice()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        await using TestTerminal terminal = await bridge.ConnectAsync("m2-001");
        (await RefusedAsync("terminal", "revoke", "m2-001", "--data", bridge.Data, "--yes")).ShouldContain("--reason");
        (await RefusedAsync("terminal", "revoke", "m2-001", "--data", bridge.Data, "--reason", "stolen")).ShouldContain("nothing was changed");
        (await RefusedAsync("terminal", "revoke", "m2-009", "--data", bridge.Data, "--reason", "stolen", "--yes")).ShouldContain("There is no terminal");
        terminal.Client.IsConnected.ShouldBeTrue();
        (await RunAsync("terminal", "revoke", "m2-001", "--data", bridge.Data, "--reason", "stolen", "--yes", "--json")).RootElement.GetProperty("changed").GetBoolean().ShouldBeTrue();
        await terminal.Disconnected.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        (await Should.ThrowAsync<InvalidOperationException>(() => TestTerminal.ConnectAsync(terminal.Identity, bridge.Mqtt))).Message.ShouldContain("was revoked (stolen)");
        (await RunAsync("terminal", "revoke", "m2-001", "--data", bridge.Data, "--reason", "again", "--yes", "--json")).RootElement.GetProperty("changed").GetBoolean().ShouldBeFalse();
        (await bridge.Get<IFleetStore>().RevocationAsync("m2-001"))!.ShouldSatisfyAllConditions(one => one.Reason.ShouldBe("stolen"), one => one.By.ShouldBe("command line"));
        (await bridge.Get<IAuditStore>().AuditLogAsync(10)).Count(one => one.Action == "terminal.revoke").ShouldBe(1);
    }

    [Fact]
    public async Task An_operator_makes_withdraws_and_revokes_on_the_pages_within_the_own_sites()
    {
        await using HrSite site = await HrSite.StartAsync();
        IFleetStore fleet = site.Bench.Get<IFleetStore>();
        Listeners listeners = site.Bench.Get<Listeners>();
        using HrSite.Browser all = await site.LogInAsync("otto", [AccountRoles.Operator], SiteScope.All), reader = await site.LogInAsync("mia", [AccountRoles.Manager], SiteScope.All);
        await reader.PageAsync("/claims", HttpStatusCode.Forbidden);

        string made = await PostAsync(all, "/claims", "/claims/add", new() { ["terminal"] = "m2-001", ["board"] = "", ["hours"] = "2" });
        string page = await all.PageAsync(made);
        string claim = page.Split("data-claim>")[1].Split('<')[0];
        claim.ShouldEndWith("@" + site.Bench.Get<CertificateAuthority>().RootFingerprint);
        (await all.PageAsync(made)).ShouldNotContain(claim, Case.Sensitive, "it is shown once");
        await using TestTerminal terminal = await TestTerminal.ConnectAsync(await Enrolled.EnrolAsync(listeners.Address("https"), "m2-001", claim), listeners.Address("mqtt"));

        (await PostAsync(all, "/claims", "/claims/add", new() { ["terminal"] = "M2", ["hours"] = "2" })).ShouldBe("/claims?wrong=terminal");
        (await PostAsync(all, "/claims", "/claims/add", new() { ["board"] = "a b", ["hours"] = "2" })).ShouldBe("/claims?wrong=board");
        (await PostAsync(all, "/claims", "/claims/add", new() { ["hours"] = "9000" })).ShouldBe("/claims?wrong=hours");
        await PostAsync(all, "/claims", "/claims/add", new() { ["hours"] = "1" });
        ClaimRow open = (await site.Bench.Get<IClaimStore>().ListAsync(SiteScope.All, 10))[0];

        using HrSite.Browser north = await site.LogInAsync("nora", [AccountRoles.Operator], SiteScope.Of("North"));
        (await north.PageAsync("/claims")).ShouldNotContain("data-claim-id");
        (await PostAsync(north, "/claims", "/claims/add", new() { ["hours"] = "1" })).ShouldBe("/claims?wrong=scope");
        (await PostAsync(north, "/claims", "/claims/add", new() { ["terminal"] = "m2-001", ["hours"] = "1" })).ShouldBe("/claims?wrong=scope");
        (await PostAsync(north, "/claims", $"/claims/{open.Id}/withdraw", [])).ShouldBe("/claims?wrong=gone");
        using (HttpResponseMessage other = await north.SubmitAsync("/claims", new() { ["reason"] = "x", ["confirm"] = "1" }, "/terminals/m2-001/revoke")) other.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using (HttpResponseMessage mayNot = await reader.SubmitAsync("/terminals/m2-001", new() { ["reason"] = "x", ["confirm"] = "1" }, "/terminals/m2-001/revoke")) mayNot.StatusCode.ShouldNotBe(HttpStatusCode.SeeOther);
        (await PostAsync(all, "/claims", $"/claims/{open.Id}/withdraw", [])).ShouldBe("/claims");

        (await PostAsync(all, "/terminals/m2-001", "/terminals/m2-001/revoke", new() { ["reason"] = "lost", ["confirm"] = "" })).ShouldBe("/terminals/m2-001?told=revoke_unsure");
        (await PostAsync(all, "/terminals/m2-001", "/terminals/m2-001/revoke", new() { ["reason"] = " ", ["confirm"] = "1" })).ShouldBe("/terminals/m2-001?told=revoke_unsure");
        terminal.Client.IsConnected.ShouldBeTrue();
        (await PostAsync(all, "/terminals/m2-001", "/terminals/m2-001/revoke", new() { ["reason"] = "<b>lost</b>", ["confirm"] = "1" })).ShouldBe("/terminals/m2-001?told=revoked_now");
        await terminal.Disconnected.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        page = await all.PageAsync("/terminals/m2-001");
        page.ShouldContain("data-revoked");
        page.ShouldNotContain("/terminals/m2-001/revoke", Case.Sensitive, "there is no way back, and no second time");
        (await fleet.RevocationAsync("m2-001"))!.By.ShouldBe("otto");
        (await site.Bench.Get<IAuditStore>().AuditLogAsync(50)).Select(one => one.Action).ShouldContain("claim.withdraw");
    }

    private static async Task<string> PostAsync(HrSite.Browser browser, string page, string action, Dictionary<string, string> fields)
    {
        using HttpResponseMessage answer = await browser.SubmitAsync(page, fields, action);
        answer.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        return answer.Headers.Location!.ToString();
    }

    private static async Task<(HttpStatusCode Status, string Text)> EnrolAsync(TestBridge bridge, string claim, string terminal, string? board)
    {
        using HttpClient http = Enrolled.PinnedClient(claim.Split('@')[1]);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        X500DistinguishedNameBuilder subject = new();
        subject.AddCommonName(terminal);
        if (board is not null) subject.Add("2.5.4.5", board);
        string csr = Convert.ToBase64String(new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256).CreateSigningRequest());
        using HttpResponseMessage answer = await Enrolled.PostAsync(http, bridge.Https, terminal, claim, csr);
        return (answer.StatusCode, (await answer.Content.ReadAsStringAsync()).Trim());
    }

    private static async Task<JsonDocument> RunAsync(params string[] args)
    {
        await using StringWriter output = new(), errors = new();
        (await BridgeProgram.RunAsync(args, output, errors)).ShouldBe(0, errors.ToString());
        return JsonDocument.Parse(output.ToString());
    }

    private static async Task<string> RefusedAsync(params string[] args)
    {
        await using StringWriter output = new(), errors = new();
        (await BridgeProgram.RunAsync(args, output, errors)).ShouldBe(BridgeProgram.StartFailed);
        output.ToString().ShouldBeEmpty();
        return errors.ToString();
    }
}
