using Devices.Contract.Punches;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Agent.Mcu;
using Devices.Edge.Agent.Tests.Support;
using Devices.Edge.Ledger.Store;
using Microsoft.Data.Sqlite;

namespace Devices.Edge.Agent.Tests.Hosting;

public sealed class ClockKeeperTests
{
    [Fact]
    public async Task A_ledger_that_fails_when_trust_returns_costs_no_punch_and_held_ones_get_their_time_in_a_later_round()
    {
        BenchClock clock = new() { Synchronised = false };
        await using McuBench bench = await McuBench.StartAsync(clock: clock);
        McuScreen screen = new(bench.Broker.SendAsync, () => bench.Ledger.Queue, bench.Narration, TimeProvider.System);
        ClockKeeper keeper = new(bench.Trusted, bench.Ledger, bench.Desk, screen, bench.Options with { ReserveBytes = 0 }, bench.Narration, TimeProvider.System, () => { });
        keeper.Begin();
        long readAt = clock.WallMs;
        bench.Book.Record(new() { Person = "e1", Method = PunchMethod.Card }, bench.Trusted.Read()).Held.ShouldBeTrue();
        clock.Advance(TimeSpan.FromMinutes(10));
        clock.Synchronised = true;
        using (SqliteConnection other = new($"Data Source={bench.Options.LedgerFile};Pooling=False"))
        {
            other.Open();
            using SqliteCommand hold = other.CreateCommand();
            hold.CommandText = "BEGIN EXCLUSIVE";
            hold.ExecuteNonQuery();
            // The floor cannot be kept, and neither can what the change of trust asks for.
            Should.Throw<LedgerException>(bench.Trusted.Check);
            bench.Trusted.Read().Trusted.ShouldBeTrue();
        }

        bench.Ledger.Held.ShouldBe(1);
        bench.Narration.Recent.ShouldContain(e => e.Text.StartsWith("A change of the clock could not be kept", StringComparison.Ordinal));
        using CancellationTokenSource stop = new();
        Task round = keeper.RunAsync(() => { }, stop.Token);
        await Until.True(() => bench.Ledger.Held == 0, "the held punch to be sealed");
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => round);
        Punch punch = bench.Ledger.SealedRange(1, 1).ShouldHaveSingleItem();
        (punch.At, punch.Clock).ShouldBe((readAt, ClockQuality.Corrected));
    }
}
