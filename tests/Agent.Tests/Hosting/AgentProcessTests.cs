using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Devices.Contract.Punches;
using Devices.Edge.Agent.Tests.Support;
using Devices.Edge.Ledger.Store;
using Devices.Link;

namespace Devices.Edge.Agent.Tests.Hosting;

/// <summary>The agent as it runs on a board: a process with a configuration file.</summary>
public sealed class AgentProcessTests
{
    private const string Card = "04A1B2C3";

    private static string PasswordOf(Scratch scratch) => File.ReadAllText(Path.Combine(scratch["s"], "mcu.password")).Trim();

    private static async Task<int> PortOf(AgentProcess agent)
    {
        using JsonDocument status = await agent.StatusAsync();
        return status.RootElement.GetProperty("mcu_port").GetInt32();
    }

    private static IReadOnlyList<StoredPunch> Ledger(Scratch scratch)
    {
        using LedgerStore ledger = LedgerStore.Open(new LedgerOptions { Path = Path.Combine(scratch["s"], "ledger.db"), Terminal = "m2-001", ReserveBytes = 0 }, "a later boot");
        return ledger.Range(1, 1000);
    }

    [Fact]
    public async Task A_person_enrolled_over_the_socket_is_recognised_in_another_picture_and_repeats_are_known_after_a_restart()
    {
        string pack = Repo.PackOrSkip();
        using Scratch scratch = new();
        await using MjpegCamera camera = await MjpegCamera.StartAsync(null);
        string address = "mjpeg:" + new Uri(camera.Address, "/stream");
        await using (AgentProcess agent = await AgentProcess.StartAsync(scratch, address, pack, "--Repeat:Seconds=600"))
        {
            (HttpStatusCode code, JsonElement body) = await agent.EnrolAsync("e1", "Felix Laurent", null, "franck_02888.jpg", "franck_04035.jpg");
            code.ShouldBe(HttpStatusCode.OK, body.ToString());
            body.GetProperty("templates").GetInt32().ShouldBe(2);
            camera.Play(Repo.Picture("franck_02159.jpg"), Repo.Picture("franck_02045.jpg"), Repo.Picture("franck_02221.jpg"));
            JsonElement punch = await agent.EventAsync("punch");
            punch.GetProperty("person").GetString().ShouldBe("e1");
            punch.GetProperty("method").GetString().ShouldBe("face");
            punch.GetProperty("text").GetString()!.ShouldMatch(@"^Felix Laurent recognised 0\.\d\d \(threshold 0\.\d\d\), punch m2-001/1 stored");
            agent.Output.ShouldMatch(@"(?m)^\d\d:\d\d:\d\d Felix Laurent recognised");
            using JsonDocument status = await agent.StatusAsync();
            status.RootElement.GetProperty("last_seq").GetInt64().ShouldBe(1);
            status.RootElement.GetProperty("camera").GetProperty("frames_per_second").GetDouble().ShouldBeGreaterThan(0);
            (await agent.GetAsync("/health")).Body.GetProperty("mode").GetString().ShouldBe("whole");
            await agent.KillAsync();
        }

        await using AgentProcess again = await AgentProcess.StartAsync(scratch, address, pack, "--Repeat:Seconds=600");
        JsonElement repeat = await again.EventAsync("repeat");
        repeat.GetProperty("text").GetString()!.ShouldContain("already recorded");
        repeat.GetProperty("seq").GetInt64().ShouldBe(1);
        (await again.StopAsync()).ShouldBe(0, again.Errors);
        StoredPunch only = Ledger(scratch).ShouldHaveSingleItem();
        only.Draft.Method.ShouldBe(PunchMethod.Face);
        only.Draft.Score.ShouldNotBeNull().ShouldBeGreaterThan(only.Draft.Threshold!.Value);
        only.Draft.Pack.ShouldNotBeNull().ShouldContain("@");
    }

    [Fact]
    public async Task One_picture_of_an_enrolled_person_played_over_and_over_is_no_punch_and_named_as_a_stopped_stream()
    {
        string pack = Repo.PackOrSkip();
        using Scratch scratch = new();
        await using MjpegCamera camera = await MjpegCamera.StartAsync(null);
        await using AgentProcess agent = await AgentProcess.StartAsync(scratch, "mjpeg:" + new Uri(camera.Address, "/stream"), pack);
        (await agent.EnrolAsync("e1", "Felix Laurent", null, "franck_02888.jpg")).Code.ShouldBe(HttpStatusCode.OK);
        camera.Picture = Repo.Picture("franck_02159.jpg");
        JsonElement refused = await agent.EventAsync("refused");
        refused.GetProperty("reason").GetString().ShouldBe("spoof");
        refused.GetProperty("text").GetString()!.ShouldContain("a stopped camera stream or an injected picture");
        (await agent.StopAsync()).ShouldBe(0);
        Ledger(scratch).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stranger_is_refused_told_once_a_look_and_no_punch_is_made()
    {
        string pack = Repo.PackOrSkip();
        using Scratch scratch = new();
        await using MjpegCamera camera = await MjpegCamera.StartAsync(null);
        await using AgentProcess agent = await AgentProcess.StartAsync(scratch, "mjpeg:" + new Uri(camera.Address, "/stream"), pack);
        (await agent.EnrolAsync("e1", "Felix Laurent", null, "franck_02888.jpg")).Code.ShouldBe(HttpStatusCode.OK);
        camera.Picture = Repo.Picture("obama4_crop.jpg");
        JsonElement refused = await agent.EventAsync("refused");
        refused.GetProperty("reason").GetString().ShouldBeOneOf("unknown", "spoof", "quality");
        (await agent.EventsAsync()).ShouldNotContain(e => e.GetProperty("kind").GetString() == "punch");
        (await agent.StopAsync()).ShouldBe(0);
        Ledger(scratch).ShouldBeEmpty();
    }

    [Fact]
    public async Task Killed_between_commit_and_confirm_the_entry_is_sent_again_and_is_one_punch()
    {
        using Scratch scratch = new();
        await using (AgentProcess agent = await AgentProcess.StartAsync(scratch))
        {
            (await agent.EnrolAsync("e1", "Grace Hopper", Card)).Code.ShouldBe(HttpStatusCode.OK);
            // This MCU never hears the confirm: as if the agent had died before it left.
            await using McuClient deaf = await McuClient.ConnectAsync(await PortOf(agent), "m2-001", PasswordOf(scratch), subscribe: false);
            await deaf.CardAsync("inst-1", Card);
            await agent.KillAsync();
        }

        await using AgentProcess again = await AgentProcess.StartAsync(scratch);
        await using McuClient mcu = await McuClient.ConnectAsync(await PortOf(again), "m2-001", PasswordOf(scratch));
        await mcu.CardAsync("inst-1", Card);
        ConfirmMessage confirm = await mcu.ConfirmOf("inst-1");
        (confirm.Result, confirm.Seq, confirm.Name).ShouldBe((ConfirmResult.Accepted, 1L, "Grace Hopper"));
        (await again.StopAsync()).ShouldBe(0);
        Ledger(scratch).ShouldHaveSingleItem().Draft.Origin.ShouldBe("inst-1");
    }

    [Fact]
    public async Task Killed_while_cards_pour_in_every_acknowledged_entry_is_in_the_ledger_once()
    {
        using Scratch scratch = new();
        List<string> acknowledged = [];
        await using (AgentProcess agent = await AgentProcess.StartAsync(scratch, "none", null, "--Repeat:Seconds=0"))
        {
            await agent.EnrolAsync("e1", "Grace Hopper", Card);
            await using McuClient mcu = await McuClient.ConnectAsync(await PortOf(agent), "m2-001", PasswordOf(scratch));
            Task killer = Task.Run(async () =>
            {
                await Until.True(() => acknowledged.Count > 20, "some cards");
                await agent.KillAsync();
            }, TestContext.Current.CancellationToken);
            try
            {
                for (int i = 0; i < 5000; i++)
                {
                    if (!(await mcu.CardAsync($"inst-{i}", Card)).IsSuccess) break;
                    acknowledged.Add($"inst-{i}");
                }
            }
            catch (Exception fault) when (fault is MQTTnet.Exceptions.MqttCommunicationException or OperationCanceledException or InvalidOperationException)
            {
                // The agent died under it.
            }

            await killer;
        }

        List<string> stored = [.. Ledger(scratch).Select(p => p.Draft.Origin!)];
        stored.ShouldBeUnique();
        acknowledged.ShouldBeSubsetOf(stored);
    }

    [Fact]
    public async Task Without_a_model_pack_cards_work_and_the_screen_asks_for_them()
    {
        using Scratch scratch = new();
        await using MjpegCamera camera = await MjpegCamera.StartAsync(Jpegs.Make(1, 320, 240));
        await using AgentProcess agent = await AgentProcess.StartAsync(scratch, "mjpeg:" + new Uri(camera.Address, "/stream"), scratch["no-pack"], "--Ready:GraceSeconds=1");
        (HttpStatusCode code, JsonElement health) = await agent.GetAsync("/health");
        code.ShouldBe(HttpStatusCode.ServiceUnavailable);
        health.GetProperty("mode").GetString().ShouldBe("cards-only");
        agent.Output.ShouldContain("No face recognition, cards only:");
        await agent.EnrolAsync("e1", "Grace Hopper", Card);
        await using McuClient mcu = await McuClient.ConnectAsync(await PortOf(agent), "m2-001", PasswordOf(scratch));
        await Until.True(() => mcu.Shown.Any(s => s.Screen == ScreenKind.CardPlease), "the screen that asks for a card");
        await mcu.CardAsync("inst-1", Card);
        (await mcu.ConfirmOf("inst-1")).Result.ShouldBe(ConfirmResult.Accepted);
        await agent.EventAsync("agent", e => e.GetProperty("text").GetString() == "The terminal is ready for cards only.");
    }

    [Fact]
    public async Task A_camera_that_is_not_there_leaves_cards_working_and_is_named_once()
    {
        string pack = Repo.PackOrSkip();
        using Scratch scratch = new();
        await using AgentProcess agent = await AgentProcess.StartAsync(scratch, "v4l2:/dev/video-none", pack);
        JsonElement camera = await agent.EventAsync("camera");
        camera.GetProperty("text").GetString().ShouldBe("There is no camera at /dev/video-none; plug it in or set Camera to the right device.");
        (await agent.GetAsync("/health")).Body.GetProperty("mode").GetString().ShouldBe("cards-only");
        await agent.EnrolAsync("e1", "Grace Hopper", Card);
        await using McuClient mcu = await McuClient.ConnectAsync(await PortOf(agent), "m2-001", PasswordOf(scratch));
        await mcu.CardAsync("inst-1", Card);
        (await mcu.ConfirmOf("inst-1")).Seq.ShouldBe(1);
        (await agent.EventsAsync()).Count(e => e.GetProperty("kind").GetString() == "camera").ShouldBe(1);
    }

    [Fact]
    public async Task Sigterm_ends_it_in_order_and_leaves_no_socket_and_one_whole_ledger_file()
    {
        using Scratch scratch = new();
        await using AgentProcess agent = await AgentProcess.StartAsync(scratch);
        string socket = Path.Combine(scratch["s"], "agent.sock");
        File.GetUnixFileMode(socket).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(scratch["s"]).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        (await agent.StopAsync()).ShouldBe(0, agent.Errors);
        agent.Output.ShouldContain("Stopping (SIGTERM).");
        agent.Output.ShouldContain("stopped in order with 0 punches");
        File.Exists(socket).ShouldBeFalse();
        File.Exists(Path.Combine(scratch["s"], "ledger.db-wal")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_stop_that_comes_while_it_starts_waits_for_the_start_and_is_no_fault()
    {
        using Scratch scratch = new();
        string socket = Path.Combine(scratch["s"], "agent.sock");
        await using AgentProcess agent = AgentProcess.Launch(scratch);
        await Until.True(() => agent.Output.Contains("Terminal m2-001 starts", StringComparison.Ordinal), "the start has begun");
        // Again and again until the socket, the last of the start, is there: no moment of it is left out.
        using (Process stops = Process.Start("sh", ["-c", "while [ ! -e \"$1\" ] && kill -TERM \"$0\" 2>/dev/null; do sleep 0.002; done", agent.Id.ToString(CultureInfo.InvariantCulture), socket]))
            await stops.WaitForExitAsync(TestContext.Current.CancellationToken);
        (await agent.ExitAsync()).ShouldBe(0, agent.Errors);
        agent.Errors.ShouldBeEmpty();
        agent.Output.ShouldMatch(@"(?s)The local socket is .*Stopping \(SIGTERM\)\..*stopped in order with 0 punches");
        File.Exists(socket).ShouldBeFalse();
    }

    [Fact]
    public async Task Everything_it_keeps_is_for_its_own_account_also_after_a_restore_that_lost_the_modes()
    {
        using Scratch scratch = new();
        // A directory that was made by somebody else, open to all.
        Directory.CreateDirectory(scratch["s"]);
        File.SetUnixFileMode(scratch["s"], (UnixFileMode)0b111_101_101);
        const UnixFileMode ForAll = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        string[] wanted = ["ledger.db", "ledger.db-wal", "gallery.db", "entries.db", "templates.key", "mcu.password", "agent.sock"];
        for (int i = 0; i < 2; i++)
        {
            await using AgentProcess agent = await AgentProcess.StartAsync(scratch);
            foreach (string file in wanted) File.Exists(Path.Combine(scratch["s"], file)).ShouldBeTrue(file);
            foreach (string file in Directory.GetFiles(scratch["s"])) (File.GetUnixFileMode(file) & ForAll).ShouldBe(UnixFileMode.None, file);
            await agent.StopAsync();
            foreach (string file in Directory.GetFiles(scratch["s"], "*.db")) File.SetUnixFileMode(file, (UnixFileMode)0b110_100_100);
        }
    }

    [Fact]
    public async Task Liveness_that_is_switched_off_goes_up_as_an_event()
    {
        using Scratch scratch = new();
        await using (AgentProcess off = await AgentProcess.StartAsync(scratch, "none", scratch["no-pack"], "--Liveness:Enabled=false")) await off.StopAsync();
        using LedgerStore ledger = LedgerStore.Open(new LedgerOptions { Path = Path.Combine(scratch["s"], "ledger.db"), Terminal = "m2-001", ReserveBytes = 0 }, "a later boot");
        ledger.Events.Peek(20).ShouldContain(e => e.Kind == "liveness-off" && e.Text.Contains("a photo can punch", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_pack_whose_weights_were_changed_leaves_cards_only_and_is_named()
    {
        string pack = Repo.PackOrSkip();
        using Scratch scratch = new();
        Directory.CreateDirectory(scratch["pack"]);
        foreach (string file in Directory.GetFiles(pack)) File.Copy(file, Path.Combine(scratch["pack"], Path.GetFileName(file)));
        string weights = Directory.GetFiles(scratch["pack"]).MaxBy(f => new FileInfo(f).Length)!;
        using (FileStream file = File.Open(weights, FileMode.Open))
        {
            file.Seek(1000, SeekOrigin.Begin);
            int was = file.ReadByte();
            file.Seek(1000, SeekOrigin.Begin);
            file.WriteByte((byte)(was ^ 1));
        }

        await using MjpegCamera camera = await MjpegCamera.StartAsync(null);
        await using AgentProcess agent = await AgentProcess.StartAsync(scratch, "mjpeg:" + new Uri(camera.Address, "/stream"), scratch["pack"]);
        (_, JsonElement health) = await agent.GetAsync("/health");
        health.GetProperty("mode").GetString().ShouldBe("cards-only");
        JsonElement models = health.GetProperty("parts").GetProperty("models");
        models.GetProperty("ok").GetBoolean().ShouldBeFalse();
        models.GetProperty("text").GetString()!.ShouldContain(Path.GetFileName(weights));
        (HttpStatusCode code, _) = await agent.EnrolAsync("e1", "Grace", Card);
        code.ShouldBe(HttpStatusCode.OK);
        await using McuClient mcu = await McuClient.ConnectAsync(await PortOf(agent), "m2-001", PasswordOf(scratch));
        await mcu.CardAsync("inst-1", Card);
        (await mcu.ConfirmOf("inst-1")).Seq.ShouldBe(1);
    }

    [Fact]
    public async Task What_prevents_a_start_is_a_sentence_and_exit_code_2_without_a_stack_trace()
    {
        using Scratch scratch = new();
        await using AgentProcess bad = AgentProcess.Run(scratch["x.sock"], "--Terminal=M2", $"--State={scratch["s"]}", "--Mcu:Port=0");
        (await bad.ExitAsync()).ShouldBe(2);
        bad.Errors.Trim().ShouldBe("Terminal is 'M2'; it must be 1 to 32 of a-z, 0-9 and '-', such as m2-001.");

        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using AgentProcess busy = AgentProcess.Launch(scratch, "none", null, string.Create(CultureInfo.InvariantCulture, $"--Mcu:Port={port}"));
        (await busy.ExitAsync()).ShouldBe(2);
        busy.Errors.ShouldContain($"cannot listen on 127.0.0.1:{port}: the port is taken");
        busy.Errors.ShouldNotContain("   at ");
        busy.Errors.Trim().Split('\n').Length.ShouldBe(1);

        await using AgentProcess first = await AgentProcess.StartAsync(scratch);
        await using AgentProcess second = AgentProcess.Launch(scratch);
        (await second.ExitAsync()).ShouldBe(2);
        second.Errors.Trim().Split('\n').Length.ShouldBe(1);
        second.Errors.ShouldContain("ledger.db");
        (await first.StatusAsync()).Dispose();
    }

    [Fact]
    public async Task A_terminal_without_certificate_says_so_and_goes_on()
    {
        using Scratch scratch = new();
        await using AgentProcess agent = await AgentProcess.StartAsync(scratch, "none", null, "--Bridge:Host=127.0.0.1");
        JsonElement line = await agent.EventAsync("bridge");
        line.GetProperty("text").GetString()!.ShouldContain("not provisioned");
        using JsonDocument status = await agent.StatusAsync();
        status.RootElement.GetProperty("bridge_online").GetBoolean().ShouldBeFalse();
        status.RootElement.GetProperty("uplink_stopped").GetBoolean().ShouldBeFalse();
        (await agent.GetAsync("/health")).Code.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task People_are_listed_and_erased_over_the_socket_and_wrong_requests_get_a_reason()
    {
        using Scratch scratch = new();
        await using AgentProcess agent = await AgentProcess.StartAsync(scratch);
        await agent.EnrolAsync("e1", "王芳", "04:a1:b2:c3");
        (await agent.EnrolAsync("e2", "Ada", Card)).Code.ShouldBe(HttpStatusCode.Conflict);
        (await agent.EnrolAsync("", "Ada", Card)).Code.ShouldBe(HttpStatusCode.BadRequest);
        (await agent.EnrolAsync("e3", "Ada", null)).Body.GetProperty("reason").GetString()!.ShouldContain("Neither a picture nor a card");
        JsonElement person = (await agent.GetAsync("/people")).Body.EnumerateArray().ShouldHaveSingleItem();
        person.GetProperty("name").GetString().ShouldBe("王芳");
        person.GetProperty("cards").EnumerateArray().Single().GetString().ShouldBe(Card);
        (await agent.GetAsync("/nothing")).Code.ShouldBe(HttpStatusCode.NotFound);
        (await agent.DeleteAsync("/people/e1")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await agent.DeleteAsync("/people/e1")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await agent.GetAsync("/people")).Body.GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task More_than_the_socket_takes_is_refused_in_a_sentence_whether_its_length_is_announced_or_not(bool announced)
    {
        using Scratch scratch = new();
        await using AgentProcess agent = await AgentProcess.StartAsync(scratch);
        (HttpStatusCode code, JsonElement body) = await agent.EnrolLargeAsync("e1", "Ada", 65 << 20, announced);
        code.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        body.GetProperty("reason").GetString()!.ShouldContain("Send fewer or smaller pictures");
        (await agent.GetAsync("/people")).Body.GetArrayLength().ShouldBe(0);
        await agent.EnrolAsync("e1", "Ada", Card);
        (await agent.GetAsync("/people")).Body.GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task The_firmwares_own_code_punches_a_card_through_the_real_broker_also_when_the_agent_was_away()
    {
        string program = Repo.Program("Devices.Standins.Terminal", "standin-terminal");
        Assert.SkipUnless(File.Exists(program), "The firmware's host build is not there.");
        using Scratch scratch = new();
        AgentProcess agent = await AgentProcess.StartAsync(scratch, "none", null, "--Repeat:Seconds=0");
        int port = await PortOf(agent);
        await agent.EnrolAsync("e1", "Grace Hopper", Card);
        using Process mcu = new()
        {
            StartInfo = new(program, ["--port", port.ToString(CultureInfo.InvariantCulture), "--terminal", "m2-001", "--password-file", Path.Combine(scratch["s"], "mcu.password"), "--state", scratch["mcu"]])
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
            },
        };
        string? control = null;
        mcu.OutputDataReceived += (_, line) => control ??= line.Data is { } text && text.StartsWith("control ", StringComparison.Ordinal) ? text[8..].Trim() : null;
        mcu.Start();
        mcu.BeginOutputReadLine();
        mcu.BeginErrorReadLine();
        try
        {
            await Until.True(() => control is not null, "the stand-in's control address");
            using HttpClient http = new() { BaseAddress = new Uri(control!) };
            await agent.EventAsync("mcu", e => e.GetProperty("text").GetString()!.StartsWith("The MCU is connected", StringComparison.Ordinal));
            (await http.PostAsJsonAsync("/card", new { uid = Card }, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
            (await agent.EventAsync("punch")).GetProperty("seq").GetInt64().ShouldBe(1);

            await agent.KillAsync();
            await agent.DisposeAsync();
            // The firmware takes readings of one card that follow each other closely for one: it is held there anew until it counts.
            await Until.Some<object>(async () =>
            {
                (await http.PostAsJsonAsync("/card", new { uid = Card }, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
                long posted = Stopwatch.GetTimestamp();
                while (Stopwatch.GetElapsedTime(posted) < TimeSpan.FromSeconds(4))
                {
                    JsonElement state = await http.GetFromJsonAsync<JsonElement>("/state", TestContext.Current.CancellationToken);
                    if (state.GetProperty("queue").GetInt64() > 0) return state;
                    await Task.Delay(50, TestContext.Current.CancellationToken);
                }

                return null;
            }, "the card in the firmware's queue");
            agent = await AgentProcess.StartAsync(scratch, "none", null, "--Repeat:Seconds=0");
            (await PortOf(agent)).ShouldBe(port, "a free port is kept over a restart, since the MCU calls there");
            (await agent.EventAsync("punch")).GetProperty("seq").GetInt64().ShouldBe(2);
            (await agent.StopAsync()).ShouldBe(0);
        }
        finally
        {
            if (!mcu.HasExited) mcu.Kill();
            await agent.DisposeAsync();
        }

        Ledger(scratch).Count.ShouldBe(2);
    }
}
