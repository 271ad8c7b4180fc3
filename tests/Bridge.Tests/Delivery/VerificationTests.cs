using Devices.Bridge.Delivery;
using Devices.Bridge.Store;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Delivery;

public sealed class VerificationTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Delivered_punches_are_proved_by_the_record_list_in_one_call_for_many_people()
    {
        await using Bench bench = await Bench.StartAsync(null, "--Bridge:Platform:KeptForUploads=0");
        LedgerMaker ledger = new();
        List<Punch> punches = [.. Enumerable.Range(0, 6).Select(i => ledger.Next(i % 2 == 0 ? "ada" : "grace", Bench.Now(100 - i)))];
        await bench.AppendAsync(ledger, punches);
        foreach (Punch punch in punches) await bench.UntilAsync(punch, DeliveryState.Delivered);

        int proved = await bench.Get<Verifier>().PassAsync(Stop);

        proved.ShouldBe(6);
        (await bench.Platform.CallsAsync(PlayedPlatform.RecordList)).ShouldBe(1);
        foreach (Punch punch in punches) (await bench.FindAsync(punch)).ProvedAt.ShouldNotBeNull();
        (await bench.Get<Verifier>().PassAsync(Stop)).ShouldBe(0);
        (await bench.Platform.CallsAsync(PlayedPlatform.RecordList)).ShouldBe(1, "what is proved is not asked for again");
    }

    [Fact]
    public async Task Success_without_a_record_becomes_a_dead_letter_that_says_so()
    {
        await using PlayedPlatform platform = await PlayedPlatform.StartAsync(new() { UnknownUser = Standins.DingTalk.UploadPolicy.SilentDrop });
        await using Bench bench = await Bench.StartAsync(platform, "--Bridge:Platform:VerifyLookups=1", "--Bridge:Platform:KeptForUploads=0");
        LedgerMaker ledger = new();
        Punch punch = ledger.Next("nobody", Bench.Now(5));
        await bench.AppendAsync(ledger, punch);
        await bench.UntilAsync(punch, DeliveryState.Delivered);

        await bench.Get<Verifier>().PassAsync(Stop);

        StoredPunch stored = await bench.FindAsync(punch);
        stored.Delivery.ShouldBe(DeliveryState.Dead);
        stored.ReasonCode.ShouldBe("reason.not_recorded");
    }

    [Fact]
    public async Task A_row_the_platform_does_not_count_is_proved_and_its_words_are_kept()
    {
        await using PlayedPlatform platform = await PlayedPlatform.StartAsync(new() { UnknownUser = Standins.DingTalk.UploadPolicy.InvalidRow });
        await using Bench bench = await Bench.StartAsync(platform, "--Bridge:Platform:KeptForUploads=0");
        LedgerMaker ledger = new();
        Punch punch = ledger.Next("nobody", Bench.Now(5));
        await bench.AppendAsync(ledger, punch);
        await bench.UntilAsync(punch, DeliveryState.Delivered);

        await bench.Get<Verifier>().PassAsync(Stop);

        StoredPunch stored = await bench.FindAsync(punch);
        stored.ProvedAt.ShouldNotBeNull();
        stored.PlatformNote.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task Nothing_is_spent_on_proofs_when_few_calls_are_left()
    {
        await using Bench bench = await Bench.StartAsync(null, "--Bridge:Platform:MonthlyCalls=100", "--Bridge:Platform:KeptForUploads=100");
        LedgerMaker ledger = new();
        Punch punch = ledger.Next("ada", Bench.Now(5));
        await bench.AppendAsync(ledger, punch);
        await bench.UntilAsync(punch, DeliveryState.Delivered);

        (await bench.Get<Verifier>().PassAsync(Stop)).ShouldBe(0);

        (await bench.Platform.CallsAsync(PlayedPlatform.RecordList)).ShouldBe(0);
        bench.Get<DeliveryStatus>().Current.ShouldBeNull("uploads go on");
    }
}
