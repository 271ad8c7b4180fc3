using Devices.Contract.Punches;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Agent.Tests.Support;
using Devices.Link;
using MQTTnet;
using MQTTnet.Formatter;

namespace Devices.Edge.Agent.Tests.Mcu;

/// <summary>The real broker and the real client.</summary>
public sealed class McuBrokerTests
{
    private const string Card = "04A1B2C3";

    [Theory]
    [InlineData("m2-001", "wrong", MqttProtocolVersion.V500)]
    [InlineData("m2-002", McuBench.Password, MqttProtocolVersion.V500)]
    [InlineData("m2-001", "", MqttProtocolVersion.V311)]
    public async Task A_wrong_user_name_or_password_is_refused(string user, string password, MqttProtocolVersion version)
    {
        await using McuBench bench = await McuBench.StartAsync();
        using IMqttClient client = new MqttClientFactory().CreateMqttClient();
        MqttClientConnectResultCode code = (await client.ConnectAsync(McuClient.Options(bench.Broker.Port, user, password, "x", version), TestContext.Current.CancellationToken)).ResultCode;
        code.ShouldBeOneOf(MqttClientConnectResultCode.BadUserNameOrPassword, MqttClientConnectResultCode.NotAuthorized);
        bench.Broker.IsOnline.ShouldBeFalse();
    }

    [Fact]
    public async Task A_pause_of_the_process_while_a_greeting_is_taken_makes_its_time_unsure_and_not_wrong()
    {
        BenchClock clock = new();
        await using McuBench bench = await McuBench.StartAsync(clock: clock);
        bench.People.Put("e1", "Grace Hopper", [Card], null, null).ShouldBeNull();
        bench.Trusted.Check();
        long read = clock.WallMs - 100;
        // Stopped for 2.5 s (SIGSTOP, a virtual machine's pause) between the two readings that a greeting needs.
        await bench.Desk.OnHelloAsync(new HelloMessage { Boot = "mcu-1", Firmware = "0.3.0", Reason = "power", UptimeMs = 5_000 }, () =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(2_500));
            return TimeSpan.FromMilliseconds(2_700);
        });
        await bench.Desk.OnCardAsync(new CardMessage { Id = "b-1", Uid = Card, UptimeMs = 4_900, Boot = "mcu-1" });
        Punch punch = bench.Ledger.SealedRange(1, 1).ShouldHaveSingleItem();
        punch.At.ShouldBe(read);
        punch.UncertaintyMs.ShouldBeGreaterThanOrEqualTo(2_700);
    }

    [Fact]
    public async Task Topics_that_are_not_the_mcus_are_refused_with_a_reason_code_and_told_once()
    {
        await using McuBench bench = await McuBench.StartAsync();
        await using McuClient mcu = await bench.McuAsync();
        foreach (string topic in (string[])["m/m2-002/card", "m/m2-001/confirm", "d/m2-001/punches", "m/m2-001/other", "$SYS/x"])
            (await mcu.PublishAsync(topic, "{}"u8.ToArray())).ReasonCode.ShouldBe(MqttClientPublishReasonCode.NotAuthorized, topic);
        await mcu.PublishAsync("m/m2-002/card", "{}"u8.ToArray());
        foreach (string topic in (string[])["#", "m/m2-001/#", "m/m2-002/confirm", "m/m2-001/card"])
            (await mcu.SubscribeAsync(topic)).ShouldBe(MqttClientSubscribeResultCode.NotAuthorized, topic);
        bench.Narration.Recent.Count(e => e.Text.Contains("'m/m2-002/card'", StringComparison.Ordinal)).ShouldBe(1);
        (await mcu.SubscribeAsync("m/m2-001/confirm")).ShouldBe(MqttClientSubscribeResultCode.GrantedQoS1);
    }

    [Fact]
    public async Task A_card_is_acknowledged_only_after_its_punch_is_in_the_ledger_and_confirmed_with_seq_and_name()
    {
        await using McuBench bench = await McuBench.StartAsync();
        bench.People.Put("e1", "Grace Hopper", [Card], null, null).ShouldBeNull();
        await using McuClient mcu = await bench.McuAsync();
        (await mcu.CardAsync("inst-1", Card)).IsSuccess.ShouldBeTrue();
        Punch punch = bench.Ledger.SealedRange(1, 10).ShouldHaveSingleItem();
        (punch.Person, punch.Method).ShouldBe(("e1", PunchMethod.Card));
        ConfirmMessage confirm = await mcu.ConfirmOf("inst-1");
        (confirm.Result, confirm.Seq, confirm.Name, confirm.At).ShouldBe((ConfirmResult.Accepted, 1L, "Grace Hopper", punch.At));
        bench.Narration.Recent.ShouldContain(e => e.Kind == "punch" && e.Seq == 1 && e.Text == "Grace Hopper by card, punch m2-001/1 stored");
    }

    [Fact]
    public async Task Where_the_ledger_fails_there_is_no_acknowledgement_and_the_entry_is_taken_when_it_is_sent_again()
    {
        using Scratch scratch = new();
        McuBench broken = await McuBench.StartAsync(scratch: scratch);
        broken.People.Put("e1", "Grace", [Card], null, null).ShouldBeNull();
        await using (McuClient mcu = await broken.McuAsync())
        {
            broken.Ledger.Dispose();
            bool acknowledged = false;
            try
            {
                acknowledged = (await mcu.CardAsync("inst-1", Card)).IsSuccess;
            }
            catch (Exception fault) when (fault is not Shouldly.ShouldAssertException)
            {
                // The broker closed the connection instead of acknowledging.
            }

            acknowledged.ShouldBeFalse();
        }

        await broken.DisposeAsync();
        await using McuBench mended = await McuBench.StartAsync(scratch: scratch);
        await using McuClient again = await mended.McuAsync();
        await again.CardAsync("inst-1", Card);
        (await again.ConfirmOf("inst-1")).Seq.ShouldBe(1);
    }

    [Fact]
    public async Task The_same_entry_gets_the_same_answer_over_restarts_and_is_one_punch()
    {
        using Scratch scratch = new();
        BenchClock clock = new();
        await using (McuBench first = await McuBench.StartAsync(scratch: scratch, clock: clock))
        {
            first.People.Put("e1", "Grace", [Card], null, null).ShouldBeNull();
            await using McuClient mcu = await first.McuAsync(subscribe: false);
            await mcu.CardAsync("inst-1", Card);
            await mcu.CardAsync("inst-2", "AABBCCDD");
            await mcu.CardAsync("inst-3", Card, uptimeMs: 61_000);
        }

        clock.Advance(TimeSpan.FromHours(2));
        await using McuBench second = await McuBench.StartAsync(scratch: scratch, clock: clock);
        second.People.Put("e2", "Ada", ["AABBCCDD"], null, null).ShouldBeNull();
        await using McuClient again = await second.McuAsync();
        for (int i = 0; i < 3; i++)
        {
            await again.CardAsync("inst-1", Card);
            await again.CardAsync("inst-2", "AABBCCDD");
            await again.CardAsync("inst-3", Card, uptimeMs: 61_000);
        }

        await Until.True(() => again.Confirms("inst-3") == 3, "three confirms of each");
        ConfirmMessage one = await again.ConfirmOf("inst-1"), two = await again.ConfirmOf("inst-2"), three = await again.ConfirmOf("inst-3");
        (one.Result, one.Seq).ShouldBe((ConfirmResult.Accepted, 1L));
        two.Result.ShouldBe(ConfirmResult.Unknown);
        (three.Result, three.Seq).ShouldBe((ConfirmResult.Repeat, 1L));
        second.Ledger.LastSeq.ShouldBe(1);
    }

    [Fact]
    public async Task The_same_person_within_the_window_is_a_repeat_and_after_it_a_punch()
    {
        await using McuBench bench = await McuBench.StartAsync();
        bench.People.Put("e1", "Grace", [Card], null, null).ShouldBeNull();
        await using McuClient mcu = await bench.McuAsync();
        await mcu.CardAsync("inst-1", Card);
        bench.Clock.Advance(TimeSpan.FromSeconds(30));
        await mcu.CardAsync("inst-2", Card, uptimeMs: 90_000);
        bench.Clock.Advance(TimeSpan.FromSeconds(40));
        await mcu.CardAsync("inst-3", Card, uptimeMs: 130_000);
        ConfirmMessage repeat = await mcu.ConfirmOf("inst-2");
        (repeat.Result, repeat.Seq).ShouldBe((ConfirmResult.Repeat, 1L));
        (await mcu.ConfirmOf("inst-3")).Seq.ShouldBe(2);
        bench.Narration.Recent.ShouldContain(e => e.Kind == "repeat" && e.Text == "Grace by card: already recorded 08:31 (punch m2-001/1)");
    }

    [Fact]
    public async Task Thingsboard_gateway_410_a_card_that_waited_on_the_mcu_gets_the_time_of_its_reading_not_of_its_arrival()
    {
        await using McuBench bench = await McuBench.StartAsync();
        bench.People.Put("e1", "Grace", [Card], null, null).ShouldBeNull();
        await using McuClient mcu = await McuClient.ConnectAsync(bench.Broker.Port, "m2-001", McuBench.Password, uptimeMs: 4_000_000);
        await mcu.CardAsync("inst-1", Card, uptimeMs: 400_000);
        Punch punch = bench.Ledger.SealedRange(1, 1).ShouldHaveSingleItem();
        punch.At.ShouldBe(bench.Clock.WallMs - 3_600_000);
        punch.Clock.ShouldBe(ClockQuality.Synced);
    }

    [Fact]
    public async Task An_old_entry_is_no_repeat_of_a_punch_that_came_hours_after_it()
    {
        await using McuBench bench = await McuBench.StartAsync();
        bench.People.Put("e1", "Grace", [Card], null, null).ShouldBeNull();
        await using McuClient mcu = await McuClient.ConnectAsync(bench.Broker.Port, "m2-001", McuBench.Password, uptimeMs: 9_000_000);
        await mcu.CardAsync("inst-2", Card, uptimeMs: 8_990_000);
        await mcu.CardAsync("inst-1", Card, uptimeMs: 100_000);
        (await mcu.ConfirmOf("inst-1")).Result.ShouldBe(ConfirmResult.Accepted);
        bench.Ledger.LastSeq.ShouldBe(2);
    }

    [Fact]
    public async Task A_card_of_unknown_age_is_sealed_at_once_as_held()
    {
        await using McuBench bench = await McuBench.StartAsync();
        bench.People.Put("e1", "Grace", [Card], null, null).ShouldBeNull();
        await using McuClient mcu = await bench.McuAsync();
        await mcu.CardAsync("inst-1", Card, boot: "mcu-boot-0");
        Punch punch = bench.Ledger.SealedRange(1, 1).ShouldHaveSingleItem();
        (punch.Clock, punch.UncertaintyMs).ShouldBe((ClockQuality.Held, -1L));
    }

    [Fact]
    public async Task A_card_of_nobody_is_confirmed_as_unknown_and_reported_without_its_number()
    {
        await using McuBench bench = await McuBench.StartAsync();
        await using McuClient mcu = await bench.McuAsync();
        await mcu.CardAsync("inst-1", "DEADBEEF");
        (await mcu.ConfirmOf("inst-1")).Result.ShouldBe(ConfirmResult.Unknown);
        bench.Ledger.Events.Peek(5).ShouldHaveSingleItem().Kind.ShouldBe("card-unknown");
        bench.Narration.Recent.ShouldNotContain(e => e.Text.Contains("DEADBEEF", StringComparison.Ordinal));
        await mcu.SendAsync(new PinMessage { Id = "inst-2", Person = "e1", Pin = "1234", UptimeMs = 1, Boot = "b" });
        (await mcu.ConfirmOf("inst-2")).Result.ShouldBe(ConfirmResult.Refused);
    }

    [Fact]
    public async Task The_mcu_gets_the_time_after_its_hello_and_an_answer_to_each_ping()
    {
        await using McuBench bench = await McuBench.StartAsync(o => o with { Zone = NodaTime.DateTimeZoneProviders.Tzdb["Asia/Shanghai"] });
        await using McuClient mcu = await bench.McuAsync();
        await mcu.SendAsync(new PingMessage { N = 42 });
        await Until.True(() => mcu.Received.Any(r => r.Leaf == LinkTopics.Pong), "the pong");
        TimeMessage.TryParse(mcu.Received.First(r => r.Leaf == LinkTopics.Time).Payload, out TimeMessage? time, out _).ShouldBeTrue();
        (time!.Now, time.OffsetMinutes, time.Trusted).ShouldBe((bench.Clock.WallMs, 480, true));
        PongMessage.TryParse(mcu.Received.First(r => r.Leaf == LinkTopics.Pong).Payload, out PongMessage? pong, out _).ShouldBeTrue();
        pong!.N.ShouldBe(42);
        bench.Desk.Firmware.ShouldBe("0.1.0");
    }

    [Fact]
    public async Task A_link_that_stays_up_for_a_month_does_not_let_the_two_crystals_part()
    {
        await using McuBench bench = await McuBench.StartAsync();
        bench.People.Put("e1", "Grace", [Card], null, null).ShouldBeNull();
        await using McuClient mcu = await bench.McuAsync();
        // The MCU's crystal is 100 ppm fast: nine seconds a day.
        const long Day = 24L * 3600 * 1000;
        long uptime = 60_000, n = 0;
        for (int day = 0; day < 30; day++)
        {
            Pass(Day - 4_000);
            await PingAsync(new() { N = ++n, Boot = "mcu-boot-1", UptimeMs = uptime });
            Pass(4_000);
            await PingAsync(new() { N = ++n, Boot = "mcu-boot-1", UptimeMs = uptime, PongN = n - 1, SinceMs = 4_000 });
        }
        Pass(3_600_000);
        await mcu.CardAsync("inst-1", Card, uptime);
        await mcu.ConfirmOf("inst-1");

        bench.Ledger.Seal(new Devices.Edge.Ledger.Time.ClockAnchor(bench.Clock.WallMs, bench.Clock.MonotonicMs, bench.Clock.BootId, 5, bench.Trusted.Source));
        Punch punch = bench.Ledger.SealedRange(1, 1).Single();
        punch.At.ShouldBeInRange(bench.Clock.WallMs - 400, bench.Clock.WallMs, "the hour since the last ping, not the month since the hello");
        ((long)punch.UncertaintyMs).ShouldBeInRange(bench.Clock.WallMs - punch.At, 1_000);

        void Pass(long ms)
        {
            bench.Clock.Advance(TimeSpan.FromMilliseconds(ms));
            uptime += ms + (ms * 100 / 1_000_000);
        }

        async Task PingAsync(PingMessage ping)
        {
            await mcu.SendAsync(ping);
            await Until.True(() => mcu.Received.Any(r => r.Leaf == LinkTopics.Pong && PongMessage.TryParse(r.Payload, out PongMessage? pong, out _) && pong.N == ping.N), "the pong");
        }
    }

    [Fact]
    public async Task The_late_end_of_a_connection_does_not_take_its_successor_offline()
    {
        await using McuBench bench = await McuBench.StartAsync();
        for (int turn = 0; turn < 20; turn++)
        {
            McuClient old = await bench.McuAsync();
            await using McuClient young = await bench.McuAsync();
            await old.DisposeAsync();
            await Until.True(() => young.Received.Any(r => r.Leaf == LinkTopics.Time), "the time");
            bench.Broker.IsOnline.ShouldBeTrue();
        }
    }

    [Fact]
    public async Task A_second_connection_takes_the_session_over()
    {
        await using McuBench bench = await McuBench.StartAsync();
        await using McuClient old = await bench.McuAsync(clientId: "mcu-a");
        await using McuClient young = await bench.McuAsync(clientId: "mcu-b");
        await Until.True(() => !old.IsConnected, "the older connection to be closed");
        young.IsConnected.ShouldBeTrue();
        bench.Broker.IsOnline.ShouldBeTrue();
        bench.Narration.Recent.ShouldContain(e => e.Text.Contains("two boards have this terminal's password", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_door_opens_for_a_card_read_now_where_the_site_wants_it_and_not_for_an_old_one()
    {
        await using McuBench bench = await McuBench.StartAsync(o => o with { DoorOpenMs = 3000 });
        bench.People.Put("e1", "Grace", [Card], null, null).ShouldBeNull();
        bench.People.Put("e2", "Ada", ["AABBCCDD"], null, null).ShouldBeNull();
        await using McuClient mcu = await McuClient.ConnectAsync(bench.Broker.Port, "m2-001", McuBench.Password, uptimeMs: 4_000_000);
        await mcu.CardAsync("inst-1", "AABBCCDD", uptimeMs: 10_000);
        await mcu.ConfirmOf("inst-1");
        await mcu.CardAsync("inst-2", Card, uptimeMs: 4_000_000);
        await Until.True(() => mcu.Received.Any(r => r.Leaf == LinkTopics.Door), "the door");
        DoorMessage.TryParse(mcu.Received.Single(r => r.Leaf == LinkTopics.Door).Payload, out DoorMessage? door, out _).ShouldBeTrue();
        door!.OpenMs.ShouldBe(3000);
        door.Id.ShouldEndWith("-2");
    }

    [Fact]
    public async Task A_repeat_opens_the_door_too_and_an_entry_that_is_sent_again_only_asks_for_the_same_pulse()
    {
        await using McuBench bench = await McuBench.StartAsync(o => o with { DoorOpenMs = 3000 });
        bench.People.Put("e1", "Grace", [Card], null, null).ShouldBeNull();
        await using McuClient mcu = await bench.McuAsync();
        await mcu.CardAsync("inst-1", Card);
        await mcu.CardAsync("inst-1", Card);
        bench.Clock.Advance(TimeSpan.FromSeconds(10));
        await mcu.CardAsync("inst-2", Card, uptimeMs: 70_000);
        await Until.True(() => mcu.Received.Count(r => r.Leaf == LinkTopics.Door) == 3, "three door messages");
        string[] ids = [.. mcu.Received.Where(r => r.Leaf == LinkTopics.Door).Select(r => DoorMessage.TryParse(r.Payload, out DoorMessage? door, out _) ? door.Id : "")];
        ids[1].ShouldBe(ids[0]);
        ids[2].ShouldNotBe(ids[0]);
        ids.ShouldAllBe(id => LinkRules.IsId(id, LinkLimits.MaxId));
        bench.Ledger.LastSeq.ShouldBe(1);
        bench.Clock.Advance(TimeSpan.FromSeconds(20));
        await mcu.CardAsync("inst-1", Card);
        await mcu.SendAsync(new PingMessage { N = 1 });
        await Until.True(() => mcu.Received.Any(r => r.Leaf == LinkTopics.Pong), "the pong behind it");
        mcu.Received.Count(r => r.Leaf == LinkTopics.Door).ShouldBe(3);
    }

    [Fact]
    public async Task Entries_that_waited_do_not_double_the_punch_made_while_they_came_in()
    {
        await using McuBench bench = await McuBench.StartAsync();
        bench.People.Put("e1", "Grace", [Card], null, null).ShouldBeNull();
        await using McuClient mcu = await McuClient.ConnectAsync(bench.Broker.Port, "m2-001", McuBench.Password, uptimeMs: 9_000_000);
        await mcu.CardAsync("inst-3", Card, uptimeMs: 9_000_000);
        await mcu.CardAsync("inst-1", Card, uptimeMs: 100_000);
        await mcu.CardAsync("inst-2", Card, uptimeMs: 130_000);
        bench.Clock.Advance(TimeSpan.FromSeconds(20));
        await mcu.CardAsync("inst-4", Card, uptimeMs: 9_020_000);
        ConfirmMessage old = await mcu.ConfirmOf("inst-2"), young = await mcu.ConfirmOf("inst-4");
        (old.Result, old.Seq).ShouldBe((ConfirmResult.Repeat, 2L));
        (young.Result, young.Seq).ShouldBe((ConfirmResult.Repeat, 1L));
        bench.Ledger.LastSeq.ShouldBe(2);
    }

    [Fact]
    public async Task A_wrong_password_tried_over_and_over_is_one_line_and_stops_nobody()
    {
        await using McuBench bench = await McuBench.StartAsync();
        await using McuClient mcu = await bench.McuAsync();
        for (int i = 0; i < 20; i++)
        {
            using IMqttClient stranger = new MqttClientFactory().CreateMqttClient();
            await stranger.ConnectAsync(McuClient.Options(bench.Broker.Port, "m2-001", "guess", "mcu"), TestContext.Current.CancellationToken);
        }

        bench.Narration.Recent.Count(e => e.Text.Contains("wrong user name or password", StringComparison.Ordinal)).ShouldBe(1);
        (await mcu.CardAsync("inst-1", "DEADBEEF")).IsSuccess.ShouldBeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("04")]
    [InlineData("04A1B2C3D")]
    [InlineData("04a1b2c3")]
    [InlineData("'; DROP TABLE card; --")]
    [InlineData("04A1B2C304A1B2C304A1B2C304A1B2C3")]
    public async Task Kaspersky_CVE_2023_3938_an_absurd_card_number_is_refused_with_a_sentence_and_the_next_card_works(string uid)
    {
        await using McuBench bench = await McuBench.StartAsync();
        bench.People.Put("e1", "Grace", [Card], null, null).ShouldBeNull();
        await using McuClient mcu = await bench.McuAsync();
        string json = System.Text.Json.JsonSerializer.Serialize(new { v = 1, id = "inst-1", uid, uptime_ms = 1, boot = "mcu-boot-1", now = 0, direction = "none" });
        (await mcu.PublishAsync("m/m2-001/card", System.Text.Encoding.UTF8.GetBytes(json))).ReasonCode.ShouldBe(MqttClientPublishReasonCode.PayloadFormatInvalid);
        bench.Narration.Recent.ShouldContain(e => e.Text.Contains("'card' cannot be read", StringComparison.Ordinal));
        await mcu.CardAsync("inst-2", Card);
        (await mcu.ConfirmOf("inst-2")).Seq.ShouldBe(1);
    }

    [Fact]
    public async Task Ten_megabytes_are_refused_and_the_next_card_works()
    {
        await using McuBench bench = await McuBench.StartAsync();
        await using McuClient mcu = await bench.McuAsync();
        (await mcu.PublishAsync("m/m2-001/card", new byte[10 * 1024 * 1024])).ReasonCode.ShouldBe(MqttClientPublishReasonCode.PayloadFormatInvalid);
        (await mcu.CardAsync("inst-1", "DEADBEEF")).IsSuccess.ShouldBeTrue();
    }

    [Fact]
    public async Task The_same_client_id_connected_twice_leaves_the_newer_one_online()
    {
        await using McuBench bench = await McuBench.StartAsync();
        bench.People.Put("e1", "Grace", [Card], null, null).ShouldBeNull();
        await using McuClient old = await bench.McuAsync();
        await using McuClient young = await bench.McuAsync();
        await Until.True(() => !old.IsConnected, "the older connection to be closed");
        bench.Broker.IsOnline.ShouldBeTrue();
        await young.CardAsync("inst-1", Card);
        (await young.ConfirmOf("inst-1")).Seq.ShouldBe(1);
    }

    [Fact]
    public async Task A_full_disk_keeps_the_entry_on_the_mcu_with_an_answer()
    {
        await using McuBench bench = await McuBench.StartAsync(reserve: long.MaxValue);
        bench.People.Put("e1", "Grace", [Card], null, null).ShouldBeNull();
        await using McuClient mcu = await bench.McuAsync();
        await mcu.CardAsync("inst-1", Card);
        (await mcu.ConfirmOf("inst-1")).Result.ShouldBe(ConfirmResult.Full);
        bench.Ledger.LastSeq.ShouldBe(0);
        bench.Narration.Recent.ShouldContain(e => e.Reason == "full");
    }

    [Fact]
    public async Task A_tamper_event_goes_up_once_however_often_it_is_sent()
    {
        await using McuBench bench = await McuBench.StartAsync();
        await using McuClient mcu = await bench.McuAsync();
        for (int i = 0; i < 3; i++) await mcu.SendAsync(new EventMessage { Id = "inst-e1", Kind = EventKind.Tamper, UptimeMs = 5 });
        bench.Ledger.Events.Peek(10).ShouldHaveSingleItem().Kind.ShouldBe("tamper");
    }

    [Fact]
    public async Task What_cannot_be_read_is_refused_with_a_reason_code_and_a_sentence()
    {
        await using McuBench bench = await McuBench.StartAsync();
        await using McuClient mcu = await bench.McuAsync();
        (await mcu.PublishAsync("m/m2-001/card", "{\"v\":1}"u8.ToArray())).ReasonCode.ShouldBe(MqttClientPublishReasonCode.PayloadFormatInvalid);
        (await mcu.PublishAsync("m/m2-001/card", new byte[5000])).ReasonCode.ShouldBe(MqttClientPublishReasonCode.PayloadFormatInvalid);
        bench.Narration.Recent.ShouldContain(e => e.Text.Contains("'card' cannot be read", StringComparison.Ordinal));
        (await mcu.CardAsync("inst-1", "DEADBEEF")).IsSuccess.ShouldBeTrue();
    }

    [Fact]
    public async Task A_taken_port_is_one_sentence()
    {
        await using McuBench bench = await McuBench.StartAsync();
        StartException fault = await Should.ThrowAsync<StartException>(async () => await McuBench.StartAsync(o => o with { McuPort = bench.Broker.Port }));
        fault.Message.ShouldBe($"The MCU's broker cannot listen on 127.0.0.1:{bench.Broker.Port}: the port is taken by another program. Stop that program or set Mcu:Port.");
    }
}
