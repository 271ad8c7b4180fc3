using Devices.Contract.Punches;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;
using Devices.Ledger.Tests.Support;

namespace Devices.Ledger.Tests.Time;

/// <summary>Clock and ledger together, through boots, jumps and returning trust, in virtual time.</summary>
public sealed class HeldSealerTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Board _board = new();

    public void Dispose() => _folder.Dispose();

    private (LedgerStore, TrustedClock, HeldSealer) Start()
    {
        LedgerStore ledger = Drafts.Open(_folder, _board.BootId, time: _board);
        var clock = new TrustedClock(new(), _board, _board, _board, ledger, _board);
        return (ledger, clock, new(clock, ledger, _board));
    }

    [Fact]
    public void A_morning_without_network_is_corrected_the_moment_the_bridge_tells_the_time()
    {
        _board.WallOffsetMs = -Board.Start; // no RTC: 1970
        (LedgerStore ledger, TrustedClock clock, HeldSealer sealer) = Start();
        using (ledger)
        using (sealer)
        {
            var truth = new List<long>();
            for (int i = 0; i < 10; i++)
            {
                truth.Add(_board.TrueMs);
                ledger.Append(Drafts.Face("u-" + i), clock.Read()).Recorded();
                _board.Pass(60_000);
                sealer.Check();
            }
            ledger.SealedThrough.ShouldBe(0);
            clock.OfferBridgeTime(_board.TrueMs, _board.MonotonicMs - 20, _board.MonotonicMs);
            ledger.SealedThrough.ShouldBe(10);
            foreach ((Punch punch, long at) in ledger.SealedRange(1, 10).Zip(truth))
            {
                punch.Clock.ShouldBe(ClockQuality.Corrected);
                Math.Abs(punch.At - at).ShouldBeLessThanOrEqualTo(punch.UncertaintyMs);
            }
            ledger.Append(Drafts.Face("later"), clock.Read());
            ledger.Find(11)!.Sealed!.Clock.ShouldBe(ClockQuality.Synced);
            ledger.Events.Peek(10).ShouldContain(e => e.Kind == "clock" && e.Text.Contains("trusted (the bridge"));
        }
    }

    [Fact]
    public void Power_lost_twice_without_network_leaves_two_boots_held_and_the_third_corrected()
    {
        _board.WallOffsetMs = -Board.Start;
        for (int boot = 1; boot <= 3; boot++)
        {
            if (boot > 1) _board.Reboot("boot-" + boot, 3_600_000);
            _board.WallOffsetMs = -_board.TrueMs + 100; // woke in 1970 again
            (LedgerStore ledger, TrustedClock clock, HeldSealer sealer) = Start();
            using (ledger)
            using (sealer)
            {
                ledger.Append(Drafts.Face("u-" + boot), clock.Read()).Recorded().ShouldBe(boot);
                _board.Pass(1_000);
                if (boot == 3) clock.OfferBridgeTime(_board.TrueMs, _board.MonotonicMs, _board.MonotonicMs);
            }
        }
        using LedgerStore after = Drafts.Open(_folder, "boot-3");
        after.SealedRange(1, 10).Select(p => p.Clock).ShouldBe([ClockQuality.Held, ClockQuality.Held, ClockQuality.Corrected]);
        after.SealedRange(1, 2).ShouldAllBe(p => p.UncertaintyMs == -1);
        after.Find(3)!.Sealed!.At.ShouldBeInRange(_board.TrueMs - 1_001, _board.TrueMs - 999);
    }

    [Fact]
    public void A_jump_in_the_day_holds_punches_and_ntp_settling_corrects_them()
    {
        _board.Ntp = new(true, 10);
        (LedgerStore ledger, TrustedClock clock, HeldSealer sealer) = Start();
        using (ledger)
        using (sealer)
        {
            ledger.Append(Drafts.Face("a"), clock.Read());
            _board.Pass(60_000);
            _board.WallOffsetMs = 900_000; // somebody set it 15 minutes fast
            _board.Ntp = NtpReading.No;
            long truth = _board.TrueMs;
            ledger.Append(Drafts.Face("b"), clock.Read());
            ledger.Held.ShouldBe(1);
            _board.Pass(30_000);
            sealer.Check();
            ledger.Held.ShouldBe(1);
            _board.WallOffsetMs = 0; // the daemon stepped it back
            _board.Ntp = new(true, 12);
            sealer.Check();
            ledger.Held.ShouldBe(1);
            _board.Pass(6_000);
            sealer.Check();
            ledger.Find(2)!.Sealed!.ShouldSatisfyAllConditions(p => p.Clock.ShouldBe(ClockQuality.Corrected), p => p.At.ShouldBe(truth));
            ledger.Find(1)!.Sealed!.Clock.ShouldBe(ClockQuality.Synced);
        }
    }

    [Fact]
    public void A_restarted_program_seals_what_the_last_one_left_once_the_time_is_known()
    {
        (LedgerStore ledger, TrustedClock clock, HeldSealer sealer) = Start();
        long truth = _board.TrueMs;
        ledger.Append(Drafts.Face(), clock.Read());
        sealer.Dispose();
        ledger.Dispose();
        _board.Pass(10_000);
        _board.Ntp = new(true, 10); // trusted from the first look: no event will come
        (ledger, clock, sealer) = Start();
        using (ledger)
        using (sealer)
        {
            clock.Source.ShouldBe(TrustSource.Ntp);
            ledger.Held.ShouldBe(1);
            sealer.Check().ShouldBe(1);
            ledger.Find(1)!.Sealed!.At.ShouldBe(truth);
        }
    }
}
