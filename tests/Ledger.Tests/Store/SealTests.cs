using Devices.Contract.Punches;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;
using Devices.Ledger.Tests.Support;

namespace Devices.Ledger.Tests.Store;

public sealed class SealTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Board _board = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_held_punch_is_durable_but_does_not_go_up()
    {
        using LedgerStore ledger = Drafts.Open(_folder);
        _board.WallOffsetMs = -Board.Start;
        ledger.Append(Drafts.Face(), _board.Unknown()).ShouldBe(new AppendResult.Recorded(1, 0, false));
        (ledger.LastSeq, ledger.SealedThrough, ledger.Held).ShouldBe((1, 0, 1));
        ledger.SealedRange(1, 10).ShouldBeEmpty();
        ledger.Find(1)!.Sealed.ShouldBeNull();
    }

    [Fact]
    public void Trust_returning_in_the_same_boot_corrects_held_punches_from_the_monotonic_clock()
    {
        using LedgerStore ledger = Drafts.Open(_folder);
        _board.WallOffsetMs = -Board.Start;
        var truth = new List<long>();
        for (int i = 0; i < 3; i++)
        {
            truth.Add(_board.TrueMs);
            ledger.Append(Drafts.Face("u-" + i), _board.Unknown());
            _board.Pass(100_000);
        }
        long told = 0;
        ledger.SealedAdvanced += through => told = through;
        ledger.Seal(new(_board.TrueMs, _board.MonotonicMs, "boot-1", 20, TrustSource.Bridge)).ShouldBe(3);
        told.ShouldBe(3);
        IReadOnlyList<Punch> punches = ledger.SealedRange(1, 10);
        punches.Select(p => p.At).ShouldBe(truth);
        punches.ShouldAllBe(p => p.Clock == ClockQuality.Corrected);
        // 20 ms of the anchor, and 100 ppm of 300, 200 and 100 s.
        punches.Select(p => p.UncertaintyMs).ShouldBe([50, 40, 30]);
    }

    [Fact]
    public void What_a_held_punchs_own_moment_is_unsure_by_is_part_of_its_uncertainty_once_it_has_a_time_also_over_a_restart()
    {
        using (LedgerStore before = Drafts.Open(_folder))
        {
            before.Append(Drafts.Face("told-late"), _board.Unknown() with { MomentMs = 1_500 });
            before.Append(Drafts.Face("seen-here"), _board.Unknown());
        }

        using LedgerStore ledger = Drafts.Open(_folder);
        ledger.Seal(new(_board.TrueMs, _board.MonotonicMs, "boot-1", 20, TrustSource.Bridge)).ShouldBe(2);
        ledger.SealedRange(1, 10).Select(p => p.UncertaintyMs).ShouldBe([1_520, 20]);
    }

    [Fact]
    public void A_trusted_append_seals_the_held_ones_before_it_in_the_same_commit_and_in_order()
    {
        using LedgerStore ledger = Drafts.Open(_folder);
        long first = _board.TrueMs;
        ledger.Append(Drafts.Face("a"), _board.Unknown());
        _board.Pass(5_000);
        ledger.Append(Drafts.Face("b"), _board.Known()).ShouldBe(new AppendResult.Recorded(2, first + 5_000, true));
        ledger.SealedRange(1, 10).Select(p => (p.Seq, p.At, p.Clock)).ShouldBe([(1L, first, ClockQuality.Corrected), (2L, first + 5_000, ClockQuality.Synced)]);
    }

    [Fact]
    public void A_boot_that_ended_leaves_held_punches_with_their_raw_time_and_no_invented_one()
    {
        _board.WallOffsetMs = -Board.Start + 12_345;
        using (LedgerStore ledger = Drafts.Open(_folder))
        {
            ledger.Append(Drafts.Face("a"), _board.Unknown());
            ledger.Append(Drafts.Face("b"), _board.Unknown());
        }
        using LedgerStore after = Drafts.Open(_folder, "boot-2");
        after.Held.ShouldBe(0);
        after.SealedRange(1, 10).ShouldAllBe(p => p.Clock == ClockQuality.Held && p.UncertaintyMs == -1 && p.At == 12_345);
    }

    [Fact]
    public void A_restart_of_the_program_within_the_boot_keeps_them_correctable()
    {
        long truth = _board.TrueMs;
        using (LedgerStore ledger = Drafts.Open(_folder)) ledger.Append(Drafts.Face(), _board.Unknown());
        _board.Pass(60_000);
        using LedgerStore after = Drafts.Open(_folder);
        after.Held.ShouldBe(1);
        after.Seal(new(_board.TrueMs, _board.MonotonicMs, "boot-1", 0, TrustSource.Ntp)).ShouldBe(1);
        after.Find(1)!.Sealed!.At.ShouldBe(truth);
    }

    [Fact]
    public void A_crash_between_append_and_seal_over_a_reboot_seals_at_the_next_open()
    {
        using LedgerStore ledger = Drafts.Open(_folder);
        ledger.Append(Drafts.Face("a"), _board.Known());
        ledger.Append(Drafts.Face("b"), _board.Unknown());
        using var cut = new TempFolder();
        foreach (string suffix in new[] { "", "-wal" }) File.Copy(_folder.Ledger + suffix, cut.Ledger + suffix);
        using LedgerStore after = Drafts.Open(cut, "boot-2");
        after.SealedRange(1, 10).Select(p => p.Clock).ShouldBe([ClockQuality.Synced, ClockQuality.Held]);
        after.Append(Drafts.Face("c"), ClockReading.Known(_board.TrueMs, 1, "boot-2")).Recorded().ShouldBe(3);
        Drafts.Verify(cut).ShouldSatisfyAllConditions(v => v.Whole.ShouldBeTrue(v.Fault), v => v.Through.ShouldBe(3), v => v.Held.ShouldBe(0));
    }

    [Fact]
    public void An_anchor_of_another_boot_never_times_a_punch()
    {
        using LedgerStore ledger = Drafts.Open(_folder);
        ledger.Append(Drafts.Face(), _board.Unknown());
        ledger.Seal(new(Board.Start + 999_999_999, 1, "boot-9", 0, TrustSource.Ntp));
        ledger.Find(1)!.Sealed!.ShouldSatisfyAllConditions(p => p.Clock.ShouldBe(ClockQuality.Held), p => p.At.ShouldBe(_board.WallMs));
    }

    [Fact]
    public void Steps_of_the_wall_clock_neither_reorder_nor_retime_what_is_sealed()
    {
        using LedgerStore ledger = Drafts.Open(_folder);
        var chains = new List<string>();
        foreach (long step in new long[] { 0, 3_600_000, -86_400_000, 5 })
        {
            _board.WallOffsetMs += step;
            ledger.Append(Drafts.Face(), new(_board.WallMs, _board.TrueMs, _board.MonotonicMs, "boot-1", true, 5)).Recorded();
            chains.Add(ledger.Head.Chain);
            _board.Pass(60_000);
        }
        ledger.SealedRange(1, 10).Select(p => p.Chain).ShouldBe(chains);
        ledger.SealedRange(1, 10).Select(p => p.At).ShouldBeInOrder();
    }

    [Fact]
    public void Thousands_of_held_punches_are_sealed_in_chunks_before_a_trusted_append()
    {
        using (LedgerStore ledger = Drafts.Open(_folder))
        {
            for (int i = 0; i < 1_203; i++)
            {
                ledger.Append(Drafts.Card("u-" + i), _board.Unknown());
                _board.Pass(10);
            }
            ledger.Append(Drafts.Card("last"), _board.Known()).Recorded().ShouldBe(1_204);
            ledger.Held.ShouldBe(0);
        }
        Drafts.Verify(_folder).ShouldSatisfyAllConditions(v => v.Whole.ShouldBeTrue(v.Fault), v => v.Through.ShouldBe(1_204));
    }

    [Theory]
    [InlineData(-2_208_988_800_000)] // 1900: some RTCs without a battery
    [InlineData(long.MaxValue)]
    public void A_wall_clock_outside_all_reason_is_kept_raw_and_the_punch_is_taken(long wall)
    {
        using (LedgerStore ledger = Drafts.Open(_folder)) ledger.Append(Drafts.Face(), ClockReading.Unknown(wall, 5, "boot-1")).Recorded().ShouldBe(1);
        using LedgerStore after = Drafts.Open(_folder, "boot-2");
        after.Find(1)!.WallMs.ShouldBe(wall);
        PunchRules.Check(after.Find(1)!.Sealed!).ShouldBeNull();
    }

    [Fact]
    public void The_stored_chain_equals_the_contracts()
    {
        using LedgerStore ledger = Drafts.Open(_folder);
        for (int i = 0; i < 50; i++) ledger.Append(Drafts.Face("张" + i), i % 5 == 2 ? _board.Unknown() : _board.Known(i));
        ChainVerdict verdict = ChainVerifier.Walk("m2-001", ledger.LedgerId, 0, PunchChain.Genesis(ledger.LedgerId), ledger.SealedRange(1, 100));
        verdict.Fault.ShouldBe(ChainFault.None);
        PunchChain.ToHex(verdict.Chain).ShouldBe(ledger.Head.Chain);
        ledger.ChainAt(0).ShouldBe(PunchChain.Genesis(ledger.LedgerId));
        ledger.ChainAt(50).ShouldBe(verdict.Chain);
        ledger.ChainAt(51).ShouldBeNull();
    }
}
