using Devices.Bridge.Delivery;
using Devices.Bridge.Store;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Delivery;

/// <summary>What becomes of punches on their way to the platform, over real HTTP against the stand-in, with a store on disk.</summary>
public sealed class DeliveryTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_punch_arrives_with_its_own_time_in_milliseconds_and_the_terminals_name()
    {
        await using Bench bench = await Bench.StartAsync();
        LedgerMaker ledger = new();
        Punch punch = ledger.Next("ada", Bench.Now(5));
        await bench.AppendAsync(ledger, punch);

        StoredPunch stored = await bench.UntilAsync(punch, DeliveryState.Delivered);

        (await bench.Platform.RecordsAsync()).ShouldBe([new Recorded("ada", punch.At, "m2-001", "m2-001")]);
        stored.Attempts.ShouldBe(1);
        stored.DeliveredAt.ShouldNotBeNull();
        stored.ProvedAt.ShouldBeNull("a yes is not yet a proof");
        (await bench.MeteredAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_persons_punches_arrive_in_order_and_other_people_are_not_kept_waiting()
    {
        await using Bench bench = await Bench.StartAsync();
        LedgerMaker ledger = new();
        List<Punch> punches = [.. Enumerable.Range(0, 12).Select(i => ledger.Next(i % 3 == 2 ? "grace" : "ada", Bench.Now(200 - (i * 10))))];
        // Ada's first is refused as busy three times; Grace's go on meanwhile, Ada's later ones do not.
        await bench.Platform.FaultAsync(new { kind = "errcode", errcode = -1, api = PlayedPlatform.Upload, count = 1 });
        await bench.AppendAsync(ledger, punches);

        foreach (Punch punch in punches) await bench.UntilAsync(punch, DeliveryState.Delivered);

        IReadOnlyList<Recorded> records = await bench.Platform.RecordsAsync();
        records.Count.ShouldBe(12);
        foreach (string person in (string[])["ada", "grace"])
        {
            records.Where(r => r.Person == person).Select(r => r.At).ShouldBe(punches.Where(p => p.Person == person).Select(p => p.At));
        }
    }

    [Fact]
    public async Task An_upload_whose_answer_was_lost_is_looked_for_and_not_doubled()
    {
        await using Bench bench = await Bench.StartAsync();
        LedgerMaker ledger = new();
        Punch punch = ledger.Next("ada", Bench.Now(5));
        await bench.Platform.FaultAsync(new { kind = "close-after-recording", api = PlayedPlatform.Upload, count = 1 });
        await bench.AppendAsync(ledger, punch);

        StoredPunch stored = await bench.UntilAsync(punch, DeliveryState.Delivered);

        (await bench.Platform.RecordsAsync()).Count.ShouldBe(1);
        (await bench.Platform.UploadsAsync()).ShouldBe(1);
        stored.ProvedAt.ShouldNotBeNull("it was seen in the record list");
    }

    [Fact]
    public async Task An_upload_that_was_lost_before_it_arrived_is_sent_again_after_the_platform_was_asked()
    {
        await using Bench bench = await Bench.StartAsync();
        LedgerMaker ledger = new();
        Punch punch = ledger.Next("ada", Bench.Now(5));
        await bench.Platform.FaultAsync(new { kind = "close-before-recording", api = PlayedPlatform.Upload, count = 1 });
        await bench.AppendAsync(ledger, punch);

        await bench.UntilAsync(punch, DeliveryState.Delivered);

        (await bench.Platform.RecordsAsync()).Count.ShouldBe(1);
        (await bench.Platform.CallsAsync(PlayedPlatform.RecordList)).ShouldBe(2, "twice, because its list may lag");
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    public async Task A_server_error_after_recording_is_ambiguous_and_ends_in_one_record(int status)
    {
        await using Bench bench = await Bench.StartAsync();
        LedgerMaker ledger = new();
        Punch punch = ledger.Next("ada", Bench.Now(5));
        await bench.Platform.FaultAsync(new { kind = "http-error", status, after_recording = true, api = PlayedPlatform.Upload, count = 1 });
        await bench.AppendAsync(ledger, punch);

        await bench.UntilAsync(punch, DeliveryState.Delivered);

        (await bench.Platform.RecordsAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_timed_out_upload_is_ambiguous_and_ends_in_one_record()
    {
        await using Bench bench = await Bench.StartAsync(null, "--Bridge:Platform:TimeoutSeconds=0.5");
        LedgerMaker ledger = new();
        Punch punch = ledger.Next("ada", Bench.Now(5));
        await bench.Platform.FaultAsync(new { kind = "delay", delay_ms = 1500, after_recording = true, api = PlayedPlatform.Upload, count = 1 });
        await bench.AppendAsync(ledger, punch);

        await bench.UntilAsync(punch, DeliveryState.Delivered);

        (await bench.Platform.RecordsAsync()).Count.ShouldBe(1);
        (await bench.Platform.UploadsAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Two_punches_in_one_minute_are_told_apart_when_one_of_them_is_ambiguous()
    {
        await using Bench bench = await Bench.StartAsync();
        LedgerMaker ledger = new();
        Punch first = ledger.Next("ada", Bench.Now(5, 2)), second = ledger.Next("ada", Bench.Now(5, 40));
        await bench.AppendAsync(ledger, first);
        await bench.UntilAsync(first, DeliveryState.Delivered);
        await bench.Platform.FaultAsync(new { kind = "close-before-recording", api = PlayedPlatform.Upload, count = 1 });
        await bench.AppendAsync(ledger, second);

        await bench.UntilAsync(second, DeliveryState.Delivered);

        (await bench.Platform.RecordsAsync()).Select(r => r.At).ShouldBe([first.At, second.At], "the first punch's row did not pass for the second's");
    }

    [Theory]
    [InlineData("40014", false)]
    [InlineData("40014", true)]
    [InlineData("42001", true)]
    public async Task An_expired_token_is_renewed_once_whatever_shape_the_error_has(string code, bool wrapped)
    {
        await using PlayedPlatform platform = await PlayedPlatform.StartAsync(new()
        {
            ExpiredTokenCode = code,
            TokenErrors = wrapped ? Standins.DingTalk.ErrorShape.Wrapped : Standins.DingTalk.ErrorShape.Plain,
        });
        await using Bench bench = await Bench.StartAsync(platform);
        LedgerMaker ledger = new();
        Punch first = ledger.Next("ada", Bench.Now(9)), second = ledger.Next("ada", Bench.Now(5));
        await bench.AppendAsync(ledger, first);
        await bench.UntilAsync(first, DeliveryState.Delivered);
        await platform.FaultAsync(new { kind = "expired-token", api = PlayedPlatform.Upload, count = 1 });
        await bench.AppendAsync(ledger, second);

        StoredPunch stored = await bench.UntilAsync(second, DeliveryState.Delivered);

        stored.Attempts.ShouldBe(1);
        (await platform.RecordsAsync()).Count.ShouldBe(2);
        bench.Get<DeliveryStatus>().Current.ShouldBeNull();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Throttling_is_waited_out_and_counts_no_attempt_and_no_call(bool wrapped)
    {
        await using PlayedPlatform platform = await PlayedPlatform.StartAsync(new()
        {
            ThrottleErrors = wrapped ? Standins.DingTalk.ErrorShape.Wrapped : Standins.DingTalk.ErrorShape.Plain,
        });
        await using Bench bench = await Bench.StartAsync(platform);
        LedgerMaker ledger = new();
        Punch punch = ledger.Next("ada", Bench.Now(5));
        await platform.FaultAsync(new { kind = "throttle", api = PlayedPlatform.Upload, count = 1 });
        await bench.AppendAsync(ledger, punch);

        StoredPunch stored = await bench.UntilAsync(punch, DeliveryState.Delivered);

        stored.Attempts.ShouldBe(1);
        (await bench.MeteredAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task The_pace_stays_below_the_platforms_limit()
    {
        await using PlayedPlatform platform = await PlayedPlatform.StartAsync(new() { CallsPerSecond = 20 });
        await using Bench bench = await Bench.StartAsync(platform, "--Bridge:Platform:Workers=16");
        LedgerMaker ledger = new();
        List<Punch> punches = [.. Enumerable.Range(0, 45).Select(i => ledger.Next($"p{i}", Bench.Now(5)))];
        await platform.PeopleAsync([.. punches.Select(p => p.Person)]);
        await bench.AppendAsync(ledger, punches);

        foreach (Punch punch in punches) await bench.UntilAsync(punch, DeliveryState.Delivered);

        (await platform.CallsAsync())["apis"]!.AsArray().Sum(a => a!["throttled"]!.GetValue<long>()).ShouldBe(0);
    }

    [Theory]
    [InlineData(33012)]
    [InlineData(60121)]
    [InlineData(400002)]
    public async Task A_person_the_platform_does_not_know_is_sent_and_becomes_a_dead_letter_with_a_reason(int code)
    {
        await using PlayedPlatform platform = await PlayedPlatform.StartAsync(new() { UnknownUserCode = code });
        await using Bench bench = await Bench.StartAsync(platform);
        LedgerMaker ledger = new();
        Punch nobody = ledger.Next("nobody", Bench.Now(9)), ada = ledger.Next("ada", Bench.Now(5));
        await bench.AppendAsync(ledger, nobody, ada);

        StoredPunch dead = await bench.UntilAsync(nobody, DeliveryState.Dead);

        await bench.UntilAsync(ada, DeliveryState.Delivered);
        dead.ReasonCode.ShouldBe(code == 400002 ? "reason.bad_value" : "reason.no_such_person");
        dead.Reason.ShouldNotBeNull().ShouldStartWith(Bench.Text(code));
        bench.Get<DeliveryStatus>().Current.ShouldBeNull("one person's trouble stops nobody else");
    }

    [Fact]
    public async Task A_dead_letter_can_be_sent_again_after_it_was_mended_at_the_platform()
    {
        await using Bench bench = await Bench.StartAsync();
        LedgerMaker ledger = new();
        Punch punch = ledger.Next("newcomer", Bench.Now(5));
        await bench.AppendAsync(ledger, punch);
        StoredPunch dead = await bench.UntilAsync(punch, DeliveryState.Dead);
        await bench.Platform.PeopleAsync(["newcomer"]);

        (await bench.Outbox.ResendAsync(SiteScope.All, [dead.Id], Stop)).ShouldBe(1);

        await bench.UntilAsync(punch, DeliveryState.Delivered);
        (await bench.Platform.RecordsAsync()).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("ip-not-allowed", "reason.ip_not_allowed")]
    [InlineData("no-permission", "reason.no_permission")]
    public async Task A_configuration_error_stops_the_tenant_with_one_alert_and_no_dead_letter(string fault, string reason)
    {
        await using Bench bench = await Bench.StartAsync();
        LedgerMaker ledger = new();
        int id = await bench.Platform.FaultAsync(new { kind = fault, api = PlayedPlatform.Upload });
        List<Punch> punches = [.. Enumerable.Range(0, 8).Select(i => ledger.Next(i % 2 == 0 ? "ada" : "grace", Bench.Now(100 - i)))];
        await bench.AppendAsync(ledger, punches);

        Pause pause = (await Until.Async(() => Task.FromResult(bench.Get<DeliveryStatus>().Current), p => p?.Kind == PauseKind.Configuration, "delivery to stop"))!;
        pause.Reason.ShouldBe(reason);
        await Until.Async(() => bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 10), rows => rows.Any(r => r.Source == "delivery" && r.Code == reason), "the alert");
        IReadOnlyDictionary<DeliveryState, long> counts = await Until.Async(() => bench.Outbox.CountAsync(SiteScope.All), c => c.GetValueOrDefault(DeliveryState.Sending) == 0, "the calls under way to end");
        counts.GetValueOrDefault(DeliveryState.Dead).ShouldBe(0);
        (await bench.Platform.UploadsAsync()).ShouldBe(0);

        // Mended: somebody presses "try now", everything goes out, the alert closes by itself.
        await bench.Platform.ClearFaultsAsync();
        bench.Get<DeliveryStatus>().TryNow();
        foreach (Punch punch in punches) await bench.UntilAsync(punch, DeliveryState.Delivered);
        (await bench.Platform.RecordsAsync()).Count.ShouldBe(8);
        (await bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 10, Stop)).ShouldNotContain(r => r.Source == "delivery");
        id.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task An_alert_of_an_earlier_run_closes_when_the_platform_takes_punches_again()
    {
        await using Bench bench = await Bench.StartAsync();
        LedgerMaker ledger = new();
        await bench.Platform.FaultAsync(new { kind = "ip-not-allowed", api = PlayedPlatform.Upload });
        Punch punch = ledger.Next("ada", Bench.Now(5));
        await bench.AppendAsync(ledger, punch);
        await bench.UntilAsync(punch, DeliveryState.Waiting);
        await bench.CloseAsync();
        await bench.Platform.ClearFaultsAsync();

        await bench.OpenAsync();

        await bench.UntilAsync(punch, DeliveryState.Delivered);
        await Until.Async(() => bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 10), rows => rows.All(r => r.Source != "delivery"), "the alert to close");
    }

    [Fact]
    public async Task A_wrong_secret_stops_the_tenant_and_a_new_secret_needs_no_restart()
    {
        await using Bench bench = await Bench.StartAsync(null, "--Bridge:Platform:ConfigurationRetrySeconds=0.3");
        LedgerMaker ledger = new();
        Punch punch = ledger.Next("ada", Bench.Now(5));
        await File.WriteAllTextAsync(Path.Combine(bench.Folder, "secret"), "wrong", Stop);
        // A token of the right secret may be cached already: end it.
        await bench.Platform.FaultAsync(new { kind = "expired-token", api = PlayedPlatform.Upload, count = 1 });
        await bench.AppendAsync(ledger, punch);
        await Until.Async(() => Task.FromResult(bench.Get<DeliveryStatus>().Current), p => p?.Reason == "reason.credentials", "delivery to stop");

        await File.WriteAllTextAsync(Path.Combine(bench.Folder, "secret"), "dingstandinsecret", Stop);

        await bench.UntilAsync(punch, DeliveryState.Delivered);
    }

    [Fact]
    public async Task A_held_punch_is_not_sent_until_HR_says_so()
    {
        await using Bench bench = await Bench.StartAsync();
        LedgerMaker ledger = new();
        Punch held = ledger.Next("ada", Bench.Now(90), ClockQuality.Held), later = ledger.Next("ada", Bench.Now(5));
        await bench.AppendAsync(ledger, held, later);
        await bench.UntilAsync(later, DeliveryState.Delivered);
        StoredPunch row = await bench.FindAsync(held);
        row.Delivery.ShouldBe(DeliveryState.Held);

        await bench.Outbox.ResendAsync(SiteScope.All, [row.Id], Stop);

        await bench.UntilAsync(held, DeliveryState.Delivered);
        (await bench.Platform.RecordsAsync()).Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(1_700_000_000L, "reason.not_milliseconds")]
    [InlineData(-181, "reason.too_old")]
    [InlineData(1, "reason.in_the_future")]
    public async Task A_time_the_platform_would_swallow_or_refuse_is_never_sent(long at, string reason)
    {
        // The platform answers success for seconds and records nothing: the guard must stand before it.
        await using Bench bench = await Bench.StartAsync();
        LedgerMaker ledger = new();
        Punch punch = ledger.Next("ada", Math.Abs(at) < 1000 ? DateTimeOffset.UtcNow.AddDays(at).ToUnixTimeMilliseconds() : at);
        await bench.AppendAsync(ledger, punch);
        // What lies in the future is held at ingest already; here HR lets it go all the same.
        if (at == 1) await bench.Outbox.ResendAsync(SiteScope.All, [(await bench.UntilAsync(punch, DeliveryState.Held)).Id]);

        (await bench.UntilAsync(punch, DeliveryState.Dead)).ReasonCode.ShouldBe(reason);

        (await bench.Platform.UploadsAsync()).ShouldBe(0);
        (await bench.MeteredAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task An_address_ban_stops_all_calls_for_five_minutes_instead_of_hammering()
    {
        await using Bench bench = await Bench.StartAsync();
        LedgerMaker ledger = new();
        await bench.Platform.FaultAsync(new { kind = "ip-ban", api = PlayedPlatform.Upload });
        List<Punch> punches = [.. Enumerable.Range(0, 30).Select(i => ledger.Next(i % 2 == 0 ? "ada" : "grace", Bench.Now(100 - i)))];
        await bench.AppendAsync(ledger, punches);

        Pause pause = (await Until.Async(() => Task.FromResult(bench.Get<DeliveryStatus>().Current), p => p is not null, "the pause"))!;

        pause.Reason.ShouldBe("reason.ip_ban");
        (pause.Until - pause.Since).TotalSeconds.ShouldBeInRange(290, 301);
        (await bench.Platform.CallsAsync(PlayedPlatform.Upload)).ShouldBeLessThanOrEqualTo(4, "only calls that were already under way");
        await Until.Async(bench.MeteredAsync, used => used == 0, "the calls that did not count to be given back");
    }
}
