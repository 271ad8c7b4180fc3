using Devices.Bridge.Delivery;
using Devices.Bridge.Store;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Delivery.Faults;

/// <summary>The one assertion after every fault: the platform's records equal ours.</summary>
internal static class Same
{
    /// <summary>Each punch is there exactly once, for the right person, at the right time and place; nothing else is; and we say so.</summary>
    public static async Task AsOursAsync(Bench bench, IReadOnlyList<Punch> punches, string because = "")
    {
        IReadOnlyList<Recorded> theirs = await bench.Platform.RecordsAsync();
        theirs.Select(r => $"{r.Person} {r.At} {r.DeviceName} {r.DeviceId}").Order(StringComparer.Ordinal)
            .ShouldBe(punches.Select(p => $"{p.Person} {p.At} {p.Terminal} {p.Terminal}").Order(StringComparer.Ordinal), because);
        foreach (Punch punch in punches) (await bench.FindAsync(punch)).Delivery.ShouldBe(DeliveryState.Delivered, because);
        (await bench.Outbox.CountAsync(SiteScope.All, TestContext.Current.CancellationToken)).ShouldBe(new Dictionary<DeliveryState, long> { [DeliveryState.Delivered] = punches.Count }, because);
    }

    /// <summary>Lets delivery go on until every punch is there: waits of minutes and hours are gone through by moving the clock.</summary>
    public static async Task DrainAsync(Bench bench, ShiftedClock clock, IReadOnlyList<Punch> punches, string because = "")
    {
        long before = -1;
        await Until.Async(
            async () =>
            {
                long delivered = (await bench.Outbox.CountAsync(SiteScope.All, TestContext.Current.CancellationToken)).GetValueOrDefault(DeliveryState.Delivered);
                if (bench.Get<DeliveryStatus>().Current is { } pause && pause.Until - clock.GetUtcNow() > TimeSpan.FromSeconds(1)) clock.Advance(pause.Until - clock.GetUtcNow());
                else if (delivered == before) clock.Advance(TimeSpan.FromSeconds(5));
                before = delivered;
                return delivered;
            },
            delivered => delivered == punches.Count, $"{punches.Count} punches to be delivered {because}", 60);
    }
}
