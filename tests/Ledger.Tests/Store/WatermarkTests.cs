using Devices.Contract.Punches;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;
using Devices.Ledger.Tests.Support;

namespace Devices.Ledger.Tests.Store;

public sealed class WatermarkTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Board _board = new();

    public void Dispose() => _folder.Dispose();

    private Watermark At(LedgerStore ledger, long through) => new(ledger.LedgerId, through, PunchChain.ToHex(ledger.ChainAt(through)!));

    private static long Trim(LedgerStore ledger, DateTimeOffset before) => ledger.Trim(before, TestContext.Current.CancellationToken);

    private LedgerStore Filled(int count, long stepMs = 60_000)
    {
        LedgerStore ledger = Drafts.Open(_folder);
        for (int i = 0; i < count; i++)
        {
            ledger.Append(Drafts.Face("u-" + i % 5), _board.Known());
            _board.Pass(stepMs);
        }
        return ledger;
    }

    [Fact]
    public void Only_our_ledger_with_our_chain_moves_the_acknowledged_place()
    {
        using LedgerStore ledger = Filled(5);
        ledger.Acknowledge(At(ledger, 3) with { Ledger = Guid.CreateVersion7() }).ShouldBe(WatermarkVerdict.OtherLedger);
        ledger.Acknowledge(At(ledger, 3) with { Through = 4 }).ShouldBe(WatermarkVerdict.Fork);
        ledger.Acknowledge(At(ledger, 3) with { Chain = "nonsense" }).ShouldBe(WatermarkVerdict.Fork);
        ledger.Acknowledge(At(ledger, 3) with { Through = -1 }).ShouldBe(WatermarkVerdict.Fork);
        ledger.Acknowledge(At(ledger, 5) with { Through = 6 }).ShouldBe(WatermarkVerdict.Ahead);
        ledger.Acknowledge(At(ledger, 0) with { Chain = new string('0', 64) }).ShouldBe(WatermarkVerdict.Fork);
        ledger.Acknowledged.ShouldBe(0);
        ledger.Acknowledge(At(ledger, 3)).ShouldBe(WatermarkVerdict.Advanced);
        ledger.Acknowledge(At(ledger, 3)).ShouldBe(WatermarkVerdict.Same);
        (ledger.Acknowledged, ledger.Queue).ShouldBe((3, 2));
        ledger.Acknowledge(At(ledger, 1)).ShouldBe(WatermarkVerdict.Rewound);
        ledger.Acknowledged.ShouldBe(1);
    }

    [Fact]
    public void The_acknowledged_place_survives_reopening()
    {
        using (LedgerStore ledger = Filled(5)) ledger.Acknowledge(At(ledger, 4));
        using LedgerStore again = Drafts.Open(_folder);
        again.Acknowledged.ShouldBe(4);
    }

    [Fact]
    public void A_held_punch_cannot_be_acknowledged()
    {
        using LedgerStore ledger = Filled(1);
        ledger.Append(Drafts.Face(), _board.Unknown());
        ledger.Acknowledge(new(ledger.LedgerId, 2, new string('0', 64))).ShouldBe(WatermarkVerdict.Ahead);
    }

    [Fact]
    public void Trimming_takes_old_acknowledged_rows_only_and_the_rest_still_verifies()
    {
        using (LedgerStore ledger = Filled(100))
        {
            DateTimeOffset later = DateTimeOffset.FromUnixTimeMilliseconds(_board.TrueMs + 1);
            Trim(ledger, later).ShouldBe(0);
            ledger.Acknowledge(At(ledger, 60));
            DateTimeOffset middle = DateTimeOffset.FromUnixTimeMilliseconds(Board.Start + 40 * 60_000);
            Trim(ledger, middle).ShouldBe(40);
            ledger.TrimmedThrough.ShouldBe(40);
            ledger.Range(1, 1)[0].Seq.ShouldBe(41);
            Trim(ledger, later).ShouldBe(20);
            ledger.Acknowledge(At(ledger, 100));
            // The newest row stays, so that seq and chain go on from it.
            Trim(ledger, later).ShouldBe(39);
            ledger.LastSeq.ShouldBe(100);
            ledger.Append(Drafts.Face("next"), _board.Known()).Recorded().ShouldBe(101);
        }
        LedgerVerdict verdict = Drafts.Verify(_folder);
        verdict.Whole.ShouldBeTrue(verdict.Fault);
        (verdict.Rows, verdict.Through).ShouldBe((2, 101));
        using LedgerStore again = Drafts.Open(_folder);
        again.TrimmedThrough.ShouldBe(99);
        again.Append(Drafts.Face(), _board.Known()).Recorded().ShouldBe(102);
    }

    [Fact]
    public void A_held_time_of_1970_does_not_trim_what_is_not_acknowledged()
    {
        using (LedgerStore ledger = Drafts.Open(_folder)) ledger.Append(Drafts.Face(), ClockReading.Unknown(0, 1, "boot-1"));
        using LedgerStore after = Drafts.Open(_folder, "boot-2");
        after.Append(Drafts.Face(), ClockReading.Known(_board.TrueMs, 1, "boot-2"));
        Trim(after, DateTimeOffset.FromUnixTimeMilliseconds(_board.TrueMs)).ShouldBe(0);
        after.Find(1).ShouldNotBeNull();
    }

    [Fact]
    public void Iotedge_3981_trimmed_space_returns_to_the_disk()
    {
        long full;
        using (LedgerStore ledger = Filled(3_000, stepMs: 10))
        {
            ledger.Acknowledge(At(ledger, 3_000));
            Trim(ledger, DateTimeOffset.FromUnixTimeMilliseconds(Board.Start)).ShouldBe(0);
        }
        full = new FileInfo(_folder.Ledger).Length;
        using (LedgerStore ledger = Drafts.Open(_folder)) Trim(ledger, DateTimeOffset.FromUnixTimeMilliseconds(_board.TrueMs)).ShouldBe(2_999);
        new FileInfo(_folder.Ledger).Length.ShouldBeLessThan(full / 4);
    }

    [Fact]
    public void A_bridge_that_has_less_than_is_kept_is_told_apart()
    {
        using LedgerStore ledger = Filled(20);
        Watermark early = At(ledger, 5);
        ledger.Acknowledge(At(ledger, 20));
        Trim(ledger, DateTimeOffset.FromUnixTimeMilliseconds(Board.Start + 10 * 60_000)).ShouldBe(10);
        ledger.Acknowledge(early).ShouldBe(WatermarkVerdict.Trimmed);
        ledger.Acknowledge(new(ledger.LedgerId, 0, PunchChain.ToHex(PunchChain.Genesis(ledger.LedgerId)))).ShouldBe(WatermarkVerdict.Trimmed);
        ledger.Acknowledge(At(ledger, 10)).ShouldBe(WatermarkVerdict.Rewound);
        ledger.SealedRange(11, 100).Count.ShouldBe(10);
    }
}
