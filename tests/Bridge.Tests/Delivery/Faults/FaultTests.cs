using Devices.Bridge.Delivery;
using Devices.Bridge.Store;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Delivery.Faults;

/// <summary>After each fault of the platform its records equal ours.</summary>
public sealed class FaultTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("reply lost after success", """{"kind":"close-after-recording","count":2}""")]
    [InlineData("request lost", """{"kind":"close-before-recording","count":2}""")]
    [InlineData("500 after success", """{"kind":"http-error","status":500,"after_recording":true,"count":2}""")]
    [InlineData("502 after success", """{"kind":"http-error","status":502,"after_recording":true,"count":2}""")]
    [InlineData("503 before", """{"kind":"http-error","status":503,"count":2}""")]
    [InlineData("slow answer", """{"kind":"delay","delay_ms":1500,"after_recording":true,"count":2}""")]
    [InlineData("slow request", """{"kind":"delay","delay_ms":1500,"count":2}""")]
    [InlineData("token expired on the way", """{"kind":"expired-token","count":3}""")]
    [InlineData("throttled", """{"kind":"throttle","count":3}""")]
    [InlineData("throttled, wrapped", """{"kind":"errcode","errcode":90018,"wrapped":true,"count":2}""")]
    [InlineData("everybody throttled", """{"kind":"errcode","errcode":90002,"count":2}""")]
    [InlineData("suspended", """{"kind":"errcode","errcode":90005,"wrapped":true,"count":1}""")]
    [InlineData("address banned, page", """{"kind":"ip-ban","count":1}""")]
    [InlineData("address banned, json", """{"kind":"ip-ban","json":true,"count":1}""")]
    [InlineData("month used up", """{"kind":"month-exhausted","count":1}""")]
    [InlineData("busy", """{"kind":"errcode","errcode":-1,"count":3}""")]
    [InlineData("permission taken away", """{"kind":"no-permission","count":1}""")]
    [InlineData("address not allowed", """{"kind":"ip-not-allowed","count":1}""")]
    public async Task The_platforms_records_equal_ours_after(string fault, string json)
    {
        ShiftedClock clock = new("2026-09-16 12:00");
        await using Bench bench = await Bench.StartAtAsync(clock, "--Bridge:Platform:TimeoutSeconds=0.7");
        LedgerMaker ledger = new();
        List<Punch> punches = [.. Enumerable.Range(0, 8).Select(i => ledger.Next(i % 2 == 0 ? "ada" : "grace", ShiftedClock.At("2026-09-16 08:00") + (i * 70_000L)))];
        System.Text.Json.Nodes.JsonObject body = System.Text.Json.Nodes.JsonNode.Parse(json)!.AsObject();
        body["api"] = PlayedPlatform.Upload;
        await bench.Platform.FaultAsync(body);
        await bench.AppendAsync(ledger, punches);

        await Same.DrainAsync(bench, clock, punches, fault);

        await Same.AsOursAsync(bench, punches, fault);
        foreach (string person in (string[])["ada", "grace"])
            (await bench.Platform.RecordsAsync()).Where(r => r.Person == person).Select(r => r.At).ShouldBeInOrder();
    }

    [Fact]
    public async Task The_question_itself_may_fail_in_every_way_and_nothing_is_doubled()
    {
        ShiftedClock clock = new("2026-09-16 12:00");
        await using Bench bench = await Bench.StartAtAsync(clock, "--Bridge:Platform:TimeoutSeconds=0.7");
        LedgerMaker ledger = new();
        List<Punch> punches = [.. Enumerable.Range(0, 4).Select(i => ledger.Next("ada", ShiftedClock.At("2026-09-16 08:00") + (i * 70_000L)))];
        await bench.Platform.FaultAsync(new { kind = "close-after-recording", api = PlayedPlatform.Upload, count = 4 });
        foreach (object fault in (object[])
        [
            new { kind = "close-after-recording", api = PlayedPlatform.RecordList, count = 1 }, new { kind = "http-error", status = 502, api = PlayedPlatform.RecordList, count = 1 },
            new { kind = "throttle", api = PlayedPlatform.RecordList, count = 1 }, new { kind = "expired-token", api = PlayedPlatform.RecordList, count = 1 },
            new { kind = "ip-ban", api = PlayedPlatform.RecordList, count = 1 }, new { kind = "errcode", errcode = 88, api = PlayedPlatform.RecordList, count = 1 },
        ]) await bench.Platform.FaultAsync(fault);
        await bench.AppendAsync(ledger, punches);

        await Same.DrainAsync(bench, clock, punches);

        await Same.AsOursAsync(bench, punches);
        (await bench.Platform.UploadsAsync()).ShouldBe(4);
    }

    [Theory]
    [InlineData(33012)]
    [InlineData(60121)]
    [InlineData(400002)]
    public async Task A_person_unknown_at_first_and_known_later_is_there_once(int code)
    {
        ShiftedClock clock = new("2026-09-16 12:00");
        await using Bench bench = await Bench.StartAtAsync(clock);
        await bench.Platform.SetAsync(new { unknown_user_code = code });
        LedgerMaker ledger = new();
        List<Punch> punches = [ledger.Next("newcomer", ShiftedClock.At("2026-09-16 08:00")), ledger.Next("newcomer", ShiftedClock.At("2026-09-16 09:00")), ledger.Next("ada", ShiftedClock.At("2026-09-16 09:01"))];
        await bench.AppendAsync(ledger, punches);
        foreach (Punch punch in punches[..2]) await bench.UntilAsync(punch, DeliveryState.Dead);

        await bench.Platform.PeopleAsync(["ada", "newcomer"]);
        await bench.Outbox.ResendAsync(SiteScope.All, [(await bench.FindAsync(punches[0])).Id, (await bench.FindAsync(punches[1])).Id], Stop);

        await Same.DrainAsync(bench, clock, punches);
        await Same.AsOursAsync(bench, punches);
    }

    [Theory]
    [InlineData("record")]
    [InlineData("invalid-row")]
    [InlineData("silent-drop")]
    [InlineData("error")]
    public async Task A_person_outside_every_attendance_group_and_put_into_one_later_is_there_once_whatever_the_platform_does_meanwhile(string policy)
    {
        ShiftedClock clock = new("2026-09-16 12:00");
        await using Bench bench = await Bench.StartAtAsync(clock, "--Bridge:Platform:VerifyLookups=1", "--Bridge:Platform:KeptForUploads=0");
        await bench.Platform.SetAsync(new { no_group = policy });
        await bench.Platform.OrganisationAsync(new { users = new[] { new { userid = "ada", name = "Ada", dept_id_list = new[] { 1 }, attendance_group = false } } });
        LedgerMaker ledger = new();
        List<Punch> punches = [ledger.Next("ada", ShiftedClock.At("2026-09-16 10:00"))];
        await bench.AppendAsync(ledger, punches);
        if (policy == "error") await bench.UntilAsync(punches[0], DeliveryState.Dead);
        else await bench.UntilAsync(punches[0], DeliveryState.Delivered);
        clock.Advance(TimeSpan.FromHours(1));
        await bench.Get<Verifier>().PassAsync(Stop);

        await bench.Platform.PeopleAsync(["ada"]);
        StoredPunch now = await bench.FindAsync(punches[0]);
        now.Delivery.ShouldBe(policy is "record" or "invalid-row" ? DeliveryState.Delivered : DeliveryState.Dead, "a yes that is not in the record list is no delivery");
        if (now.Delivery == DeliveryState.Dead) await bench.Outbox.ResendAsync(SiteScope.All, [now.Id], Stop);

        await Same.DrainAsync(bench, clock, punches);
        await Same.AsOursAsync(bench, punches);
    }

    [Fact]
    public async Task A_platform_whose_clock_is_wrong_drops_punches_behind_a_yes_and_has_them_once_after_it_is_mended()
    {
        ShiftedClock clock = new("2026-09-16 12:00");
        await using Bench bench = await Bench.StartAtAsync(clock, "--Bridge:Platform:VerifyLookups=1", "--Bridge:Platform:KeptForUploads=0");
        await bench.Platform.SetAsync(new { future = "silent-drop" });
        int fault = await bench.Platform.FaultAsync(new { kind = "clock-shift", shift_ms = -3_600_000 });
        LedgerMaker ledger = new();
        List<Punch> punches = [ledger.Next("ada", ShiftedClock.At("2026-09-16 10:00")), ledger.Next("ada", ShiftedClock.At("2026-09-16 11:59"))];
        await bench.AppendAsync(ledger, punches);
        foreach (Punch punch in punches) await bench.UntilAsync(punch, DeliveryState.Delivered);
        (await bench.Platform.RecordsAsync()).Count.ShouldBe(1, "the later one lies in its future");
        await bench.Platform.ClearFaultsAsync();
        await bench.Get<Verifier>().PassAsync(Stop);
        StoredPunch dead = await bench.UntilAsync(punches[1], DeliveryState.Dead);

        await bench.Outbox.ResendAsync(SiteScope.All, [dead.Id], Stop);

        await Same.DrainAsync(bench, clock, punches);
        await Same.AsOursAsync(bench, punches, $"fault {fault}");
    }

    [Fact]
    public async Task A_terminal_whose_clock_was_wrong_waits_for_HR_and_is_there_once()
    {
        ShiftedClock clock = new("2026-09-16 12:00");
        await using Bench bench = await Bench.StartAtAsync(clock);
        LedgerMaker ledger = new();
        List<Punch> punches = [ledger.Next("ada", ShiftedClock.At("2026-09-16 08:00"), ClockQuality.Held), ledger.Next("ada", ShiftedClock.At("2026-09-16 09:00"))];
        await bench.AppendAsync(ledger, punches);
        await bench.UntilAsync(punches[1], DeliveryState.Delivered);
        (await bench.FindAsync(punches[0])).Delivery.ShouldBe(DeliveryState.Held);

        await bench.Outbox.ResendAsync(SiteScope.All, [(await bench.FindAsync(punches[0])).Id], Stop);

        await Same.DrainAsync(bench, clock, punches);
        await Same.AsOursAsync(bench, punches);
    }

    // Section 9 of the API facts: what is not documented, each way it may be.
    public static TheoryData<string> Variants() => [.. ((string[])
    [
        "duplicates=second-row", "duplicates=silent-drop", "duplicates=error", "expired_token_code=42001", "expired_token_code=40014", "token_errors=plain", "throttle_errors=wrapped",
        "numbers_as_strings=true", "source_type=DING_ATM", "show_device_id=true", "time_precision=second", "time_precision=minute", "utc_offset_hours=0", "sync_lag_seconds=0.25", "tokens_serve_both_hosts=true", "uploads_raise_events=true", "late_results=kept",
    ])];

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task Whatever_the_platform_does_where_its_documents_are_silent_the_records_equal_ours(string variant)
    {
        ShiftedClock clock = new("2026-09-16 12:00");
        // The zone of its strings is a setting of ours too.
        string zone = variant.StartsWith("utc_offset_hours", StringComparison.Ordinal) ? "0" : "8";
        await using Bench bench = await Bench.StartAtAsync(clock, $"--Bridge:Platform:UtcOffsetHours={zone}", "--Bridge:Platform:SettleSeconds=0.3");
        await bench.Platform.SetAsync(variant);
        LedgerMaker ledger = new();
        List<Punch> punches = [.. Enumerable.Range(0, 4).Select(i => ledger.Next(i % 2 == 0 ? "ada" : "grace", ShiftedClock.At("2026-09-16 08:00:07") + 123 + (i * 70_000L)))];
        await bench.Platform.FaultAsync(new { kind = "close-after-recording", api = PlayedPlatform.Upload, count = 1 });
        await bench.Platform.FaultAsync(new { kind = "close-before-recording", api = PlayedPlatform.Upload, count = 1 });
        await bench.Platform.FaultAsync(new { kind = "throttle", api = PlayedPlatform.Upload, count = 1 });
        await bench.Platform.FaultAsync(new { kind = "expired-token", api = PlayedPlatform.Upload, count = 1 });
        await bench.AppendAsync(ledger, punches);

        await Same.DrainAsync(bench, clock, punches, variant);

        await Same.AsOursAsync(bench, punches, variant);
    }
}
