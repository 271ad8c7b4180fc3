using System.Text.Json;
using Devices.Cli.App;
using Devices.Cli.Tests.Support;
using Devices.Contract.Punches;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;

namespace Devices.Cli.Tests;

public sealed class DoctorTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly TestAuthority _authority = new();
    private readonly FakeBridge _bridge;
    private readonly Support.Cli _cli;
    private readonly BoardTree _board;
    private FakeAgent _agent = null!;
    private Packs _packs = null!;

    public DoctorTests()
    {
        _bridge = new FakeBridge(_authority);
        _board = new BoardTree(_folder);
        _cli = new Support.Cli(_folder) { With = _board.On };
    }

    public async ValueTask InitializeAsync()
    {
        _packs = new Packs(_folder, n => new PackSource { File = "../../weights/" + n });
        _packs.WriteWeights("weights");
        (await _cli.RunAsync("models", "install", "small", "--models", "models", "--cache", "cache")).ShouldSucceed();
        (await _cli.RunAsync("provision", "--bridge", _bridge.Address, "--claim", _bridge.Claim, "--terminal", "m2-001", "--state", "state", "--bridge-mqtt", $"127.0.0.1:{_bridge.Port}",
            "--camera", "v4l2:/dev/video0", "--model-pack", _packs.Installed, "--no-uplink-check")).ShouldSucceed();
        using (LedgerStore store = LedgerStore.Open(new LedgerOptions { Path = _folder["state", "ledger.db"], Terminal = "m2-001", ReserveBytes = 0 }, "boot"))
            store.Append(new PunchDraft { Person = "a", Method = PunchMethod.Card }, ClockReading.Known(1_790_000_000_000, 1, "boot"));
        Files.WriteAtomically(_folder["state", "templates.key"], "key", Files.Secret);
        _agent = await FakeAgent.StartAsync(_folder["state", "agent.sock"]);
        Answer();
    }

    public async ValueTask DisposeAsync()
    {
        await _agent.DisposeAsync();
        await _bridge.DisposeAsync();
        _authority.Dispose();
        _folder.Dispose();
    }

    // What an agent computes from the pack that is installed here.
    private double InForce(int templates) => new OpenSetDecider(_packs.Manifest.Calibration!, new DecisionPolicy()).ThresholdFor(templates).Threshold;

    private void Answer(bool trusted = true, double frameAge = 0.1, bool mcu = true, bool bridge = true, int templates = 3, bool stopped = false, double? threshold = null) => _agent.Status = JsonSerializer.Serialize(new
    {
        terminal = "m2-001", site = "Lab", version = "0.1.0", mode = "whole", ready = true, ledger = Guid.CreateVersion7(), last_seq = 1, @sealed = 1, watermark = 0, queue = 1, held = 0,
        clock = trusted ? "ntp" : "untrusted", free_bytes = 1L << 34, pack = "small@1.0.0", gallery = templates, people = 2, enrol_again = 0, threshold = threshold ?? InForce(templates), liveness = true,
        camera = new { name = "stand-in", running = true, frames_per_second = 24.8, last_frame_at = DateTimeOffset.UtcNow.AddSeconds(-frameAge).ToUnixTimeMilliseconds(), frames = 100, refused = 0, opened = 1 },
        mcu_online = mcu, mcu_port = 1883, mcu_queue = 0, bridge_online = bridge, uplink_stopped = stopped, bridge = stopped ? "At punch 7 the bridge's chain differs from this ledger's." : "connected.",
    });

    private async Task<(Ran Ran, Dictionary<string, (string Level, string Found)> Findings)> Doctor()
    {
        Ran run = await _cli.RunAsync("doctor", "--state", "state", "--json");
        return (run, run.Json.GetProperty("findings").EnumerateArray()
            .ToDictionary(f => f.GetProperty("check").GetString()!, f => (f.GetProperty("level").GetString()!, f.GetProperty("found").GetString()!)));
    }

    [Fact]
    public async Task A_threshold_says_what_it_rests_on_and_one_that_the_files_do_not_give_is_a_warning()
    {
        Answer(threshold: 0.30);
        var (_, other) = await Doctor();
        other["threshold"].Level.ShouldBe("warning");
        other["threshold"].Found.ShouldContain("0.300 is in force");

        TailModel tail = _packs.Manifest.Calibration!.Tail.ShouldNotBeNull("the default pack has a fitted tail");
        int templates = (int)(0.003 / tail.Points[0].Fmr);
        Answer(templates: templates);
        var (_, fitted) = await Doctor();
        fitted["threshold"].Level.ShouldBe("ok");
        fitted["threshold"].Found.ShouldContain("fitted tail, not counted");
    }

    [Fact]
    public async Task A_stopped_uplink_is_not_told_to_mend_itself()
    {
        Answer(bridge: false, stopped: true);
        Ran run = await _cli.RunAsync("doctor", "--state", "state");
        run.Output.ShouldContain("stopped, 1 punches wait");
        run.Output.ShouldContain("chain differs");
        run.Output.ShouldContain("Delete nothing");
        run.Output.ShouldNotContain("when the bridge is back");
    }

    [Fact]
    public async Task A_sound_terminal_has_no_fault_and_every_part_is_named()
    {
        var (run, findings) = await Doctor();
        run.ShouldSucceed();
        foreach (string check in (string[])["provisioning", "configuration", "certificate", "terminal key", "template key", "agent", "clock", "camera", "MCU", "uplink", "disk", "model pack", "threshold", "ledger", "bridge: name", "bridge: TCP", "bridge: TLS", "bridge: certificate", "bridge: session", "bridge: ACL", "bridge: round trip", "time service", "file system", "disk wear", "power", "temperature"])
            findings[check].Level.ShouldBe("ok", $"{check}: {findings[check].Found}");
        findings["certificate"].Found.ShouldContain("days left");
        findings["template key"].Found.ShouldContain("templates.key");
        findings["threshold"].Found.ShouldContain(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{InForce(3):F3} is in force at 3 templates"));
        findings["threshold"].Found.ShouldContain("measured: false matches were counted");
        (await _cli.RunAsync("doctor", "--agent", "state/agent.sock")).ShouldSucceed().Output.ShouldContain(" checks: 0 faults, 0 warnings");
    }

    [Fact]
    public async Task Every_trouble_is_a_finding_of_its_own_and_does_not_hide_the_others()
    {
        Answer(trusted: false, frameAge: 60, mcu: false, bridge: false);
        File.SetUnixFileMode(_folder["state", "tls", "terminal.key"], Files.Public);
        await File.AppendAllTextAsync(Path.Combine(_packs.Installed, "fr_detect.onnx"), "x", TestContext.Current.CancellationToken);
        _folder.Write("state/ledger.db", new string('x', 3000));
        _cli.With = h => _board.On(h) with { FreeBytes = _ => 10 * 1024 * 1024 };

        var (run, findings) = await Doctor();

        run.Code.ShouldBe(ExitCodes.TroubleFound.Number);
        foreach (string check in (string[])["terminal key", "camera", "MCU", "uplink", "disk", "model pack", "ledger"]) findings[check].Level.ShouldBe("fault", check);
        findings["clock"].Level.ShouldBe("warning");
        findings["model pack"].Found.ShouldContain("fr_detect.onnx");
        findings["certificate"].Level.ShouldBe("ok");
        findings["bridge: certificate"].Level.ShouldBe("ok");
        Ran text = await _cli.RunAsync("doctor", "--state", "state");
        text.Output.ShouldContain("What to do: chmod 600");
    }

    [Fact]
    public async Task A_terminal_that_was_meant_for_cards_alone_lacks_nothing_by_that()
    {
        _agent.Status = JsonSerializer.Serialize(new { terminal = "m2-001", mode = "cards-only", clock = "ntp", mcu_online = true, bridge_online = true });
        var (_, findings) = await Doctor();
        findings["agent"].Level.ShouldBe("fault");

        await _cli.RunAsync("provision", "--state", "state", "--camera", "none");
        (await File.ReadAllTextAsync(_folder["state", "agent.json"], TestContext.Current.CancellationToken)).ShouldContain("\"none\"");
        (_, findings) = await Doctor();
        findings["agent"].Level.ShouldBe("ok");
        findings["camera"].Found.ShouldContain("cards only");
    }

    [Theory]
    [InlineData("""{ "linked": false, "words": "The certificate of 'm2-001' was revoked (lost): enrol the terminal again." }""", "bridge: session", "fault", "revoked (lost)")]
    [InlineData("""{ "linked": true, "round_trip_ms": 5, "foreign_refused": false }""", "bridge: ACL", "fault", "another terminal's topic was given")]
    [InlineData("""{ "linked": true, "foreign_refused": true, "words": "quota exceeded" }""", "bridge: round trip", "fault", "quota exceeded")]
    [InlineData("""{ "linked": true, "round_trip_ms": 5400, "foreign_refused": true }""", "bridge: round trip", "warning", "5400 ms")]
    public async Task What_the_agent_learns_over_its_own_session_is_a_finding_each(string answer, string check, string level, string words)
    {
        _agent.Uplink = answer;
        var (_, findings) = await Doctor();
        findings[check].ShouldSatisfyAllConditions(f => f.Level.ShouldBe(level), f => f.Found.ShouldContain(words));
    }

    [Fact]
    public async Task A_camera_out_of_focus_or_in_the_wrong_light_and_an_MCU_in_trouble_are_told_from_the_agents_numbers()
    {
        _agent.Status = JsonSerializer.Serialize(new
        {
            terminal = "m2-001", mode = "whole", clock = "ntp", camera = new { name = "stand-in", running = true, frames_per_second = 24.8, last_frame_at = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() },
            faces = new { faces = 200, sharpness = 9.5, sharpness_limit = 20, brightness = 244.0, contrast = 30.0, blurred_percent = 80, dark_percent = 0, bright_percent = 25 },
            mcu_online = true, mcu_firmware = "1.2.0", mcu_queue = 0, mcu_safe_mode = true, mcu_free_bytes = 9000, mcu_start_reason = "watchdog network", mcu_hellos = 2, mcu_celsius = 31.0, mcu_volts = 4.2,
        });
        var (_, findings) = await Doctor();
        foreach ((string check, string level, string words) in new[]
        {
            ("camera focus", "fault", "sharpness 10 over the latest 200 faces (20 is needed), 80 % blurred"), ("camera exposure", "warning", "25 % too bright"), ("MCU", "fault", "safe mode"),
            ("MCU start", "warning", "watchdog network"), ("MCU memory", "warning", "8.8 kB"), ("MCU supply", "warning", "4.20 V"),
        }) findings[check].ShouldSatisfyAllConditions(f => f.Level.ShouldBe(level, check), f => f.Found.ShouldContain(words));
    }

    [Fact]
    public async Task Without_agent_and_bridge_the_files_are_still_checked()
    {
        await _agent.DisposeAsync();
        await _bridge.DisposeAsync();
        var (run, findings) = await Doctor();
        run.Code.ShouldBe(ExitCodes.TroubleFound.Number);
        findings["agent"].Level.ShouldBe("fault");
        findings["bridge: TCP"].ShouldSatisfyAllConditions(f => f.Level.ShouldBe("fault"), f => f.Found.ShouldContain("nothing listens"));
        findings["ledger"].Level.ShouldBe("ok");
        findings["threshold"].Level.ShouldBe("unknown");
        findings.ShouldNotContainKey("bridge: TLS");
    }

    [Fact]
    public async Task A_half_provisioned_board_and_another_terminals_certificate_are_said_so()
    {
        string config = await File.ReadAllTextAsync(_folder["state", "agent.json"], TestContext.Current.CancellationToken);
        _folder.Write("state/agent.json", config.Replace("m2-001", "m2-002", StringComparison.Ordinal));
        (await Doctor()).Findings["certificate"].ShouldSatisfyAllConditions(f => f.Level.ShouldBe("fault"), f => f.Found.ShouldContain("it names 'm2-001', agent.json says 'm2-002'"));
        File.Delete(_folder["state", "tls", "terminal.crt"]);
        (await Doctor()).Findings["provisioning"].Found.ShouldContain("half provisioned: missing: tls/terminal.crt");
        _folder.Write("state/agent.json", "{");
        (await Doctor()).Findings["configuration"].Level.ShouldBe("fault");
        (await _cli.RunAsync("doctor", "--state", "nowhere")).ShouldRefuse(ExitCodes.NotProvisioned, "nowhere");
    }
}
