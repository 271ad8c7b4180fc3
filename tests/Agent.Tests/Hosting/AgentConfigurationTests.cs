using Devices.Edge.Agent.Hosting;
using Devices.Edge.Agent.Tests.Support;

namespace Devices.Edge.Agent.Tests.Hosting;

public sealed class AgentConfigurationTests
{
    private static readonly string[] Good = ["--Terminal=m2-001", "--State=/tmp/agt-x"];

    [Fact]
    public void The_file_is_read_and_the_command_line_wins()
    {
        using Scratch scratch = new();
        File.WriteAllText(scratch["agent.json"], """
            { "Terminal": "m2-001", "State": "/tmp/agt-x", "TimeZone": "Asia/Shanghai", "Bridge": { "Host": "bridge.local", "Port": 18883 },
              "Mcu": { "Port": 1884 }, "Repeat": { "Seconds": 10 }, "Liveness": { "Enabled": false }, "Camera": "mjpeg:http://127.0.0.1/stream" }
            """);
        AgentOptions options = AgentConfiguration.Read(["--config", scratch["agent.json"], "--Mcu:Port=0", "--WantedFpir=0.01"]);
        options.Zone.Id.ShouldBe("Asia/Shanghai");
        (options.BridgeHost, options.BridgePort, options.McuPort).ShouldBe(("bridge.local", 18883, 0));
        (options.RepeatWindow.TotalSeconds, options.Liveness, options.WantedFpir).ShouldBe((10, false, 0.01));
    }

    [Theory]
    [InlineData("--Terminal=M2 001", "Terminal is 'M2 001'; it must be 1 to 32 of a-z, 0-9 and '-', such as m2-001.")]
    [InlineData("--TimeZone=Peking", "TimeZone is 'Peking'; it must be an IANA name such as Asia/Shanghai.")]
    [InlineData("--Mcu:Port=99999", "Mcu:Port is '99999'; it must be a whole number from 0 to 65535.")]
    [InlineData("--Mcu:Bind=everywhere", "Mcu:Bind is 'everywhere'; it must be an IP address of this board, such as 127.0.0.1.")]
    [InlineData("--Liveness:Enabled=perhaps", "Liveness:Enabled is 'perhaps'; it must be true or false.")]
    [InlineData("--Liveness:Acts=wink", "Liveness:Acts is 'wink'; it must be one of either, turn, blink.")]
    [InlineData("--Liveness:AskBelow=90", "Liveness:AskBelow is '90'; it must be a number from 0 to 1, such as 0.9.")]
    [InlineData("--WantedFpir=5", "WantedFpir is '5'; it must be a number from 1E-06 to 0.1, such as 0.003.")]
    [InlineData("--Photos:MaxMiB=0", "Photos:MaxMiB is '0'; it must be a whole number from 1 to 1000000.")]
    [InlineData("--Camera=webcam", "Camera is 'webcam'; it must begin with v4l2:, mjpeg: or process:, or be none.")]
    [InlineData("--Bridge:Host=https://bridge", "Bridge:Host is 'https://bridge'; give only a host name or an IP address, without scheme and port.")]
    [InlineData("--Brige:Host=bridge", "The setting 'Brige:Host' is not known. Did you mean 'Bridge:Host'?")]
    [InlineData("--config=/nowhere/agent.json", "The configuration file /nowhere/agent.json does not exist; make it with 'devices provision' or name another after --config.")]
    [InlineData("verbose", "'verbose' is not understood; use --config FILE and --Key=Value, such as --Mcu:Port=1883.")]
    public void Each_bad_setting_is_one_sentence_with_name_value_and_what_to_do(string argument, string sentence) =>
        Should.Throw<StartException>(() => AgentConfiguration.Read([.. Good, argument])).Message.ShouldBe(sentence);

    [Fact]
    public void Photos_are_off_unless_somebody_says_so_and_must_give_way_before_punches_do()
    {
        AgentConfiguration.Read(Good).Photos.ShouldBeFalse();
        AgentConfiguration.Read([.. Good, "--Photos:Enabled=true"]).Photos.ShouldBeTrue();
        Should.Throw<StartException>(() => AgentConfiguration.Read([.. Good, "--Photos:Enabled=true", "--Photos:ReserveMiB=10"])).Message
            .ShouldBe("Photos:ReserveMiB is below Ledger:ReserveMiB; photos must give way before punches do: raise it to 64 or more.");
    }

    [Fact]
    public void Several_bad_settings_are_told_together()
    {
        string[] lines = Should.Throw<StartException>(() => AgentConfiguration.Read(["--Mcu:Port=x", "--Repeat:Seconds=-1"])).Message.Split('\n');
        lines.Length.ShouldBe(4);
        lines.ShouldContain(l => l.StartsWith("Terminal is missing", StringComparison.Ordinal));
        lines.ShouldContain(l => l.StartsWith("State is missing", StringComparison.Ordinal));
    }

    [Fact]
    public void A_camera_password_is_not_repeated_in_the_sentence() =>
        Should.Throw<StartException>(() => AgentConfiguration.Read([.. Good, "--Camera=mjpg:http://user:secret@cam/stream"])).Message.ShouldNotContain("secret");

    [Fact]
    public void A_file_that_is_not_json_is_named()
    {
        using Scratch scratch = new();
        File.WriteAllText(scratch["agent.json"], "{ Terminal");
        Should.Throw<StartException>(() => AgentConfiguration.Read(["--config", scratch["agent.json"]])).Message.ShouldContain("is not JSON");
    }

    [Fact]
    public void The_unit_lets_the_agent_read_whether_ntp_is_in_force_and_feeds_a_watchdog()
    {
        string unit = File.ReadAllText(Path.Combine(Repo.Root, "hardware", "systemd", "devices-agent.service"));
        unit.ShouldNotContain("\nProtectClock=true");
        unit.ShouldContain("SystemCallFilter=@system-service adjtimex");
        foreach (string line in (string[])["Type=notify", "WatchdogSec=30", "Restart=always", "NoNewPrivileges=true", "ProtectSystem=strict", "DeviceAllow=char-video4linux rw"])
            unit.ShouldContain("\n" + line);
    }

    [Fact]
    public void Three_starts_of_the_models_without_an_orderly_end_trip_the_guard()
    {
        using Scratch scratch = new();
        CrashGuard guard = new(scratch["vision.guard"]);
        guard.Begin();
        guard.Begin();
        guard.Tripped.ShouldBeFalse();
        guard.Begin();
        new CrashGuard(scratch["vision.guard"]).Tripped.ShouldBeTrue();
        guard.Settle();
        guard.Tripped.ShouldBeFalse();
    }

    [Fact]
    public void A_loop_that_is_not_heard_is_named_and_one_that_ended_in_order_is_not()
    {
        Microsoft.Extensions.Time.Testing.FakeTimeProvider time = new();
        Heartbeats beats = new(time);
        Action camera = beats.Watch("camera", TimeSpan.FromSeconds(10));
        beats.Watch("recognition", TimeSpan.FromSeconds(5));
        time.Advance(TimeSpan.FromSeconds(7));
        camera();
        beats.Silent().ShouldBe(["recognition"]);
        beats.Forget("recognition");
        beats.Silent().ShouldBeEmpty();
    }
}
