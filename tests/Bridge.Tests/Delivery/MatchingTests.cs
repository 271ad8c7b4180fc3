using Devices.Bridge.Delivery;
using Devices.Bridge.Store;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Delivery;

/// <summary>Two real punches of one person close together: neither may take the other's row as proof.</summary>
public sealed class MatchingTests
{
    private const long At = 1_780_000_002_345;
    private static readonly DeliveryItem Item = new("ada", At, "m2-001", "m2-001");

    [Fact]
    public void A_row_of_the_same_second_that_is_another_punch_to_the_millisecond_proves_nothing() =>
        RecordMatcher.Find(Item, [Row("1", At + 300)], Free, [new(At + 300, Awaiting: false)], accepted: false).ShouldBeNull();

    [Fact]
    public void One_row_cut_to_the_second_belongs_to_the_punch_the_platform_said_yes_to()
    {
        PlatformRecord cut = Row("1", At / 1000 * 1000);
        RecordMatcher.Find(Item, [cut], Free, [new(At + 300, Awaiting: true)], accepted: false).ShouldBeNull();
        RecordMatcher.Find(Item, [cut, cut with { Id = "2" }], Free, [new(At + 300, Awaiting: true)], accepted: false).ShouldNotBeNull("two rows are enough for both");
        RecordMatcher.Find(Item, [cut], Free, [new(At + 300, Awaiting: true)], accepted: true).ShouldNotBeNull("both got a yes: the row is somebody's");
        RecordMatcher.Find(Item with { At = At / 1000 * 1000 }, [cut], Free, [new(At + 300, Awaiting: true)], accepted: false).ShouldBeNull("a full second looks like a cut one");
    }

    [Fact]
    public void Two_punches_with_the_very_same_time_need_two_rows()
    {
        RecordMatcher.Find(Item, [Row("1", At)], Free, [new(At, Awaiting: true)], accepted: false).ShouldBeNull();
        RecordMatcher.Find(Item, [Row("1", At), Row("2", At)], Free, [new(At, Awaiting: true)], accepted: false).ShouldNotBeNull();
    }

    [Fact]
    public void The_exact_row_is_preferred_and_a_row_rounded_to_the_minute_goes_to_the_accepted_one()
    {
        RecordMatcher.Find(Item, [Row("1", At / 1000 * 1000), Row("2", At)], Free)!.Id.ShouldBe("2");
        long minute = At / 60_000 * 60_000;
        RecordMatcher.Find(Item, [Row("1", minute)], Free, [new(At + 9000, Awaiting: true)], accepted: false).ShouldBeNull();
        RecordMatcher.Find(Item, [Row("1", minute)], Free, [new(At + 9000, Awaiting: false)], accepted: false).ShouldNotBeNull();
    }

    [Fact]
    public void A_row_of_another_place_never_fits_and_one_without_a_place_only_to_the_second()
    {
        RecordMatcher.Find(Item, [Row("1", At) with { DeviceName = "annex" }], Free).ShouldBeNull();
        RecordMatcher.Find(Item, [Row("1", At) with { DeviceName = null }], Free).ShouldNotBeNull();
        RecordMatcher.Find(Item, [Row("1", At + 5000) with { DeviceName = null }], Free).ShouldBeNull();
    }

    [Fact]
    public async Task Two_punches_in_one_second_are_told_apart_when_one_of_them_never_arrived()
    {
        await using Bench bench = await Bench.StartAsync();
        LedgerMaker ledger = new();
        long second = Bench.Now(5, 2);
        Punch first = ledger.Next("ada", second), other = ledger.Next("ada", second + 400);
        await bench.AppendAsync(ledger, first);
        await bench.UntilAsync(first, DeliveryState.Delivered);
        await bench.Platform.FaultAsync(new { kind = "close-before-recording", api = PlayedPlatform.Upload, count = 1 });
        await bench.AppendAsync(ledger, other);

        await bench.UntilAsync(other, DeliveryState.Delivered);

        (await bench.Platform.RecordsAsync()).Select(r => r.At).ShouldBe([first.At, other.At], "the first punch's row did not pass for the second's");
    }

    private static PlatformRecord Row(string id, long at) => new(id, "ada", at, "m2-001", null);

    private static bool Free(PlatformRecord row) => false;
}
