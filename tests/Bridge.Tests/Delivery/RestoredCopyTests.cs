using Devices.Bridge.Store;
using Devices.Bridge.Store.Backup;
using Devices.Contract.Messages;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Delivery;

/// <summary>A bridge restored from an older copy: nothing is lost, and the platform has nothing twice.</summary>
public sealed class RestoredCopyTests
{
    [Fact]
    public async Task After_a_restore_of_an_older_copy_the_platform_has_every_punch_once()
    {
        await using Bench bench = await Bench.StartAsync();
        LedgerMaker ledger = new();
        List<Punch> punches = [.. Enumerable.Range(0, 8).Select(i => ledger.Next(i % 2 == 0 ? "ada" : "grace", Bench.Now(60 - i * 5)))];
        // Before the copy: two delivered, one that HR has to decide about, one that waits because the platform is silent.
        await bench.AppendAsync(ledger, punches[0], punches[1]);
        await bench.UntilAsync(punches[1], DeliveryState.Delivered);
        await bench.UntilAsync(punches[0], DeliveryState.Delivered);
        await bench.Platform.FaultAsync(new { kind = "errcode", errcode = -1, api = PlayedPlatform.Upload, count = 1000 });
        await bench.AppendAsync(ledger, punches[2], punches[3]);
        string data = Path.Combine(bench.Folder, "bridge"), copy = Path.Combine(bench.Folder, "copy.tar");
        await BridgeBackup.CreateAsync(StoreChoice.Recall(new() { Data = data }), copy, TimeProvider.System);
        // After it: those are delivered after all, and four more.
        await bench.Platform.ClearFaultsAsync();
        await bench.AppendAsync(ledger, punches[4], punches[5], punches[6], punches[7]);
        foreach (Punch punch in punches) await bench.UntilAsync(punch, DeliveryState.Delivered, 60);
        (await bench.Platform.RecordsAsync()).Count.ShouldBe(8);
        await bench.CloseAsync();

        // The disk is lost; the copy comes back in its place.
        Directory.Delete(data, recursive: true);
        await BridgeBackup.RestoreAsync(copy, data, await Kit.PostgresCluster.RenewAsync(bench.Folder), TimeProvider.System);
        await bench.OpenAsync();
        IngestResult greeted = await bench.Punches.GreetAsync(new HelloMessage
        {
            Terminal = "m2-001", Ledger = ledger.Ledger, LastSeq = 8, LastChain = punches[7].Chain, Boot = "b", Now = 0,
        });
        greeted.Mark.Through.ShouldBe(4, "the terminal is told the old watermark");
        await bench.AppendAsync(ledger, [.. punches.Skip((int)greeted.Mark.Through)]);

        foreach (Punch punch in punches) await bench.UntilAsync(punch, DeliveryState.Delivered, 60);
        IReadOnlyList<Recorded> records = await bench.Platform.RecordsAsync();
        records.Select(one => (one.Person, one.At)).Order().ShouldBe(punches.Select(one => (one.Person, one.At)).Order());
        // And what is recorded from now on is sent without asking.
        Punch next = ledger.Next("alan", DateTimeOffset.UtcNow.AddHours(2).ToUnixTimeMilliseconds());
        await bench.AppendAsync(ledger, next);
        (await bench.FindAsync(next)).Delivery.ShouldNotBe(DeliveryState.Ambiguous);
    }
}
