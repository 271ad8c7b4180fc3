using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Devices.Cli.App;
using Devices.Cli.Provisioning;
using Devices.Cli.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Devices.Cli.Tests;

public sealed class ProvisionTests : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TestAuthority _authority = new();
    private readonly FakeBridge _bridge;
    private readonly Support.Cli _cli;

    public ProvisionTests()
    {
        _bridge = new FakeBridge(_authority);
        _cli = new Support.Cli(_folder);
    }

    private string StatePath => _folder["state"];

    public async ValueTask DisposeAsync()
    {
        await _bridge.DisposeAsync();
        _authority.Dispose();
        _folder.Dispose();
    }

    private string[] Args(FakeBridge? bridge = null, params string[] more) =>
    [
        "provision", "--bridge", (bridge ?? _bridge).Address, "--claim", (bridge ?? _bridge).Claim, "--terminal", "m2-001", "--state", "state",
        "--no-uplink-check", "--step-timeout", "20", .. more,
    ];

    private Task<Ran> Provision(params string[] more) => _cli.RunAsync(Args(null, more));

    private void ShouldHoldNothing()
    {
        foreach (string file in (string[])["tls/terminal.key", "tls/terminal.crt", "tls/ca.crt", "agent.json"]) File.Exists(_folder["state", file]).ShouldBeFalse(file);
    }

    [Fact]
    public async Task A_board_gets_its_key_certificate_root_and_configuration_and_the_key_never_leaves_it()
    {
        (await Provision("--site", "Lab", "--time-zone", "Asia/Shanghai", "--camera", "none", "--model-pack", "/packs/p/1.0.0", "--bridge-mqtt", "127.0.0.1:18883", "--set", "Repeat:Seconds=30")).ShouldSucceed();

        using X509Certificate2 certificate = X509Certificate2.CreateFromPemFile(_folder["state", "tls", "terminal.crt"], _folder["state", "tls", "terminal.key"]);
        certificate.HasPrivateKey.ShouldBeTrue();
        certificate.Subject.ShouldBe("CN=m2-001");
        using X509Certificate2 root = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(_folder["state", "tls", "ca.crt"], TestContext.Current.CancellationToken));
        BridgeTrust.Fingerprint(root).ShouldBe(_authority.Fingerprint);
        File.GetUnixFileMode(_folder["state", "tls", "terminal.key"]).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        JsonNode config = JsonNode.Parse(await File.ReadAllTextAsync(_folder["state", "agent.json"], TestContext.Current.CancellationToken))!;
        config["Terminal"]!.GetValue<string>().ShouldBe("m2-001");
        config["Site"]!.GetValue<string>().ShouldBe("Lab");
        config["TimeZone"]!.GetValue<string>().ShouldBe("Asia/Shanghai");
        config["State"]!.GetValue<string>().ShouldBe(StatePath);
        config["Bridge"]!["Host"]!.GetValue<string>().ShouldBe("127.0.0.1");
        config["Bridge"]!["Port"]!.GetValue<int>().ShouldBe(18883);
        config["Bridge"]!["ServerName"]!.GetValue<string>().ShouldBe("127.0.0.1");
        config["ModelPack"]!.GetValue<string>().ShouldBe("/packs/p/1.0.0");
        config["Repeat"]!["Seconds"]!.GetValue<int>().ShouldBe(30);
        Directory.Exists(_folder["state", "provisioning"]).ShouldBeFalse();

        using ECDsa key = DeviceKey.Load(_folder["state", "tls", "terminal.key"]);
        byte[] secret = key.ExportParameters(true).D!;
        string sent = string.Concat(_bridge.Received);
        foreach (string body in _bridge.Received.Where(r => r.Contains("POST", StringComparison.Ordinal)).Select(r => r[(r.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]))
            Convert.FromBase64String(body).AsSpan().IndexOf(secret).ShouldBe(-1);
        sent.ShouldNotContain("PRIVATE KEY");
        sent.ShouldContain("Authorization: Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("m2-001:ABCDE-FGHJK")));
    }

    [Fact]
    public async Task A_wrong_fingerprint_names_both_and_the_claim_is_not_sent()
    {
        using var other = new TestAuthority();
        string[] args = [.. Args()];
        args[Array.IndexOf(args, "--claim") + 1] = $"ABCDE-FGHJK@{other.Fingerprint}";
        (await _cli.RunAsync(args)).ShouldRefuse(ExitCodes.WrongRoot, other.Fingerprint, _authority.Fingerprint);
        _bridge.Received.ShouldNotContain(r => r.Contains("Authorization", StringComparison.Ordinal));
        ShouldHoldNothing();
    }

    [Fact]
    public async Task A_server_in_between_that_shows_the_right_root_but_another_certificate_gets_no_claim()
    {
        using var attacker = new TestAuthority();
        await using var between = new FakeBridge(_authority, attacker.Server());
        (await _cli.RunAsync(Args(between))).ShouldRefuse(ExitCodes.WrongRoot, "not signed by the root");
        between.Received.ShouldNotContain(r => r.Contains("Authorization", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_certificate_for_another_name_names_it_and_bridge_name_mends_it()
    {
        await using var named = new FakeBridge(_authority, _authority.Server("bridge.example"));
        (await _cli.RunAsync(Args(named))).ShouldRefuse(ExitCodes.WrongBridgeName, "'127.0.0.1'", "bridge.example");
        named.Received.ShouldNotContain(r => r.Contains("Authorization", StringComparison.Ordinal));
        (await _cli.RunAsync(Args(named, "--bridge-name", "bridge.example"))).ShouldSucceed();
        JsonNode.Parse(await File.ReadAllTextAsync(_folder["state", "agent.json"], TestContext.Current.CancellationToken))!["Bridge"]!["ServerName"]!.GetValue<string>().ShouldBe("bridge.example");
    }

    [Theory]
    [InlineData("before TLS")]
    [InlineData("/cacerts")]
    [InlineData("/simpleenroll")]
    public async Task A_bridge_that_hangs_is_given_up_after_the_steps_own_limit(string where)
    {
        if (where == "before TLS") _bridge.SilentBeforeTls = true;
        else _bridge.SilentAt = where;
        string[] args = [.. Args()];
        args[Array.IndexOf(args, "--step-timeout") + 1] = "1";
        (await _cli.RunAsync(args)).ShouldRefuse(ExitCodes.BridgeTimeout, "took the", "within 1 seconds");
        ShouldHoldNothing();
    }

    [Theory]
    [InlineData("tls")]
    [InlineData("http")]
    [InlineData("pkcs7")]
    [InlineData("html")]
    public async Task Garbage_is_said_to_be_garbage(string kind)
    {
        if (kind == "tls") _bridge.InsteadOfTls = "SSH-2.0-OpenSSH_9.2\r\n"u8.ToArray();
        else _bridge.CaCerts = () => kind switch { "http" => new Answer(0, "\0\0nonsense"), "html" => new Answer(404, "<html>nginx</html>"), _ => new Answer(200, "bm9uc2Vuc2U=") };
        (await Provision()).ShouldRefuse(ExitCodes.BridgeGarbage, _bridge.Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        ShouldHoldNothing();
    }

    [Fact]
    public async Task A_port_where_nothing_listens_is_unreachable()
    {
        using var unused = new Socket(SocketType.Stream, ProtocolType.Tcp);
        unused.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        string[] args = [.. Args()];
        args[Array.IndexOf(args, "--bridge") + 1] = $"https://127.0.0.1:{((System.Net.IPEndPoint)unused.LocalEndPoint!).Port}";
        (await _cli.RunAsync(args)).ShouldRefuse(ExitCodes.BridgeUnreachable, "nothing listens");
    }

    [Fact]
    public async Task A_used_claim_is_refused_in_the_bridges_own_words_and_the_next_claim_goes_on_with_the_same_key()
    {
        _bridge.Enrol = _ => new Answer(401, "The claim was used before: make a new one at the bridge.\n");
        (await Provision()).ShouldRefuse(ExitCodes.ClaimRefused, "The claim was used before: make a new one at the bridge.").Error.ShouldNotContain("ABCDE");
        ShouldHoldNothing();
        string key = await File.ReadAllTextAsync(_folder["state", "provisioning", "terminal.key"], TestContext.Current.CancellationToken);
        (await _cli.RunAsync("provision", "--status", "--state", "state")).Code.ShouldBe(ExitCodes.HalfProvisioned.Number);

        _bridge.Enrol = null;
        Ran second = (await Provision()).ShouldSucceed();

        second.Output.ShouldContain("half provisioned");
        (await File.ReadAllTextAsync(_folder["state", "tls", "terminal.key"], TestContext.Current.CancellationToken)).ShouldBe(key);
        (await _cli.RunAsync("provision", "--status", "--state", "state")).ShouldSucceed();
    }

    [Theory]
    [InlineData(429, "wait", 39)]
    [InlineData(500, "Look at the bridge's log", 39)]
    [InlineData(400, "HTTP 400", 39)]
    public async Task Other_refusals_say_whose_side_failed(int status, string word, int code)
    {
        _bridge.Enrol = _ => new Answer(status, "please wait");
        (await Provision()).ShouldRefuse(ExitCodes.All.Single(c => c.Number == code), word);
    }

    [Theory]
    [InlineData("name", "names 'm2-002', not 'm2-001'")]
    [InlineData("key", "made for another key")]
    [InlineData("root", "does not chain")]
    [InlineData("none", "it sent none")]
    public async Task A_certificate_that_is_not_ours_is_not_installed(string wrong, string sentence)
    {
        using var other = new TestAuthority();
        using ECDsa otherKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _bridge.Enrol = request => wrong switch
        {
            "name" => FakeBridge.Pkcs7(_authority.Terminal(request, otherName: "m2-002")),
            "key" => FakeBridge.Pkcs7(_authority.Terminal(request, otherKey: new PublicKey(otherKey))),
            "root" => FakeBridge.Pkcs7(other.Terminal(request)),
            _ => FakeBridge.Pkcs7(),
        };
        (await Provision()).ShouldRefuse(ExitCodes.CertificateRefused, sentence);
        ShouldHoldNothing();
    }

    [Fact]
    public async Task A_board_whose_clock_stands_at_1970_is_told_so()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddMinutes(3));
        _cli.With = h => h with { Clock = clock };
        (await Provision()).ShouldRefuse(ExitCodes.ClockWrong, "1970-01-01", "timedatectl");
    }

    [Fact]
    public async Task A_provisioned_state_is_replaced_only_when_told_so_and_other_settings_stay()
    {
        (await Provision("--camera", "none", "--set", "Card:Door=true")).ShouldSucceed();
        string before = await File.ReadAllTextAsync(_folder["state", "tls", "terminal.key"], TestContext.Current.CancellationToken);
        int requests = _bridge.Received.Count;

        (await Provision()).ShouldRefuse(ExitCodes.AlreadyProvisioned, StatePath);
        _bridge.Received.Count.ShouldBe(requests);
        (await File.ReadAllTextAsync(_folder["state", "tls", "terminal.key"], TestContext.Current.CancellationToken)).ShouldBe(before);

        _bridge.Enrol = _ => new Answer(401, "no such claim");
        (await Provision("--replace")).ShouldRefuse(ExitCodes.ClaimRefused);
        (await File.ReadAllTextAsync(_folder["state", "tls", "terminal.key"], TestContext.Current.CancellationToken)).ShouldBe(before, "the old identity works until the new one is complete");

        _bridge.Enrol = null;
        (await Provision("--replace", "--site", "Hall")).ShouldSucceed();
        (await File.ReadAllTextAsync(_folder["state", "tls", "terminal.key"], TestContext.Current.CancellationToken)).ShouldNotBe(before);
        JsonNode config = JsonNode.Parse(await File.ReadAllTextAsync(_folder["state", "agent.json"], TestContext.Current.CancellationToken))!;
        config["Camera"]!.GetValue<string>().ShouldBe("none");
        config["Card"]!["Door"]!.GetValue<bool>().ShouldBeTrue();
        config["Site"]!.GetValue<string>().ShouldBe("Hall");
    }

    [Fact]
    public async Task A_run_stopped_while_putting_files_in_place_is_finished_by_the_next_without_the_bridge()
    {
        (await Provision()).ShouldSucceed();
        // As a power cut after the second rename leaves it.
        Directory.CreateDirectory(_folder["state", "provisioning"]);
        File.Move(_folder["state", "tls", "ca.crt"], _folder["state", "provisioning", "ca.crt"]);
        File.Move(_folder["state", "agent.json"], _folder["state", "provisioning", "agent.json"]);
        _folder.Write("state/provisioning/commit", "");
        int requests = _bridge.Received.Count;
        (await _cli.RunAsync("provision", "--status", "--state", "state")).Code.ShouldBe(ExitCodes.HalfProvisioned.Number);

        (await Provision()).ShouldSucceed().Output.ShouldContain("finished now");

        _bridge.Received.Count.ShouldBe(requests);
        (await _cli.RunAsync("provision", "--status", "--state", "state")).ShouldSucceed();
        Directory.Exists(_folder["state", "provisioning"]).ShouldBeFalse();
    }

    [Fact]
    public async Task Stopped_in_the_middle_nothing_is_in_place_and_the_key_is_kept()
    {
        _bridge.SilentAt = "/simpleenroll";
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<Ran> run = _cli.RunAsync(stop.Token, Args());
        await _bridge.Waiting.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        (await run).ShouldRefuse(ExitCodes.Interrupted);
        ShouldHoldNothing();
        File.Exists(_folder["state", "provisioning", "terminal.key"]).ShouldBeTrue();
    }

    [Fact]
    public async Task Without_a_terminal_missing_flags_are_named()
    {
        (await _cli.RunAsync("provision", "--terminal", "m2-001")).ShouldRefuse(ExitCodes.AnswerMissing, "--bridge and --claim and --state are missing");
        (await _cli.RunAsync("provision", "--status")).ShouldRefuse(ExitCodes.AnswerMissing, "--state is missing");
    }

    [Fact]
    public async Task At_a_terminal_missing_answers_are_asked_for_until_they_fit()
    {
        _cli.With = h => h with { Cameras = () => [] };
        _cli.Typed = [_bridge.Address, "not-a-claim", _bridge.Claim, "M2 001", "m2-001", "state", "Hall", "", "Asia/Shangai", "Asia/Shanghai", "7", "none", "none", "fr", "en", "", "yes"];
        // It waits for the agent at the end; nobody starts one here.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<Ran> running = _cli.RunAsync(stop.Token, "provision", "--no-uplink-check");
        for (DateTime until = DateTime.UtcNow.AddSeconds(60); DateTime.UtcNow < until && !running.IsCompleted && !File.Exists(_folder["state", "tls", "terminal.crt"]);) await Task.Delay(50, TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        Ran run = (await running).ShouldRefuse(ExitCodes.Interrupted);
        foreach (string word in (string[])["The claim has no '@'", "It can be reached from here", "Did you mean Asia/Shanghai?", "A number of the list, none, or", "en or zh-CN.", "Time zone"]) run.Output.ShouldContain(word);
        File.Exists(_folder["state", "tls", "terminal.crt"]).ShouldBeTrue();
        (await _cli.RunAsync("provision", "--status", "--state", "state")).Output.ShouldContain("done      Certificate: for 'm2-001'");
        (await File.ReadAllTextAsync(_folder["state", "provision.json"], TestContext.Current.CancellationToken)).ShouldNotContain("ABCDE", Case.Sensitive, "the claim is spent");
        File.GetUnixFileMode(_folder["state", "provision.json"]).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Theory]
    [InlineData("--claim", "ABCDE-SECRET", 30)]
    [InlineData("--claim", "ABCDE-SECRET@1234", 30)]
    [InlineData("--bridge", "http://127.0.0.1:1", 2)]
    [InlineData("--bridge", "ftp://SECRET", 2)]
    [InlineData("--terminal", "M2_001", 2)]
    [InlineData("--terminal", "-m2", 2)]
    public async Task A_value_that_cannot_be_used_is_refused_before_anything_is_touched(string flag, string value, int code)
    {
        string[] args = [.. Args()];
        args[Array.IndexOf(args, flag) + 1] = value;
        Ran run = (await _cli.RunAsync(args)).ShouldRefuse(ExitCodes.All.Single(c => c.Number == code));
        if (code == 30) run.Error.ShouldNotContain("SECRET", Case.Sensitive, "a claim is never repeated in a log");
        Directory.Exists(StatePath).ShouldBeFalse();
        _bridge.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_time_zone_that_does_not_exist_is_named() =>
        (await Provision("--time-zone", "China/Beijing")).ShouldRefuse(ExitCodes.Usage, "China/Beijing", "Asia/Shanghai");

    [Fact]
    public async Task A_damaged_key_of_an_earlier_run_is_named_not_overwritten()
    {
        _folder.Write("state/provisioning/terminal.key", "-----BEGIN PRIVATE KEY-----\nAAAA");
        (await Provision()).ShouldRefuse(ExitCodes.HalfProvisioned, "terminal.key");
    }

    [Fact]
    public async Task The_uplink_is_tried_and_its_failure_is_a_code_of_its_own_after_everything_is_in_place()
    {
        string[] args = [.. Args().Where(a => a != "--no-uplink-check"), "--bridge-mqtt", "127.0.0.1:1"];
        (await _cli.RunAsync(args)).ShouldRefuse(ExitCodes.UplinkFailed, "127.0.0.1:1", "is provisioned, but");
        (await _cli.RunAsync("provision", "--status", "--state", "state")).ShouldSucceed();
    }

    [Fact]
    public async Task Scripts_get_one_json_document_in_success_and_in_failure()
    {
        Ran good = (await Provision("--json")).ShouldSucceed();
        good.Json.GetProperty("state").GetString().ShouldBe("provisioned");
        good.Json.GetProperty("terminal").GetString().ShouldBe("m2-001");
        Ran bad = await Provision("--json");
        bad.Code.ShouldBe(31);
        bad.Json.GetProperty("error").GetProperty("code").GetInt32().ShouldBe(31);
        bad.Json.GetProperty("error").GetProperty("name").GetString().ShouldBe("already-provisioned");
    }
}
