using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;
using Devices.Ledger.Tests.Support;

namespace Devices.Ledger.Tests.Time;

public sealed class RepeatWindowTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromSeconds(60);
    private readonly TempFolder _folder = new();
    private readonly Board _board = new();

    public void Dispose() => _folder.Dispose();

    private StoredPunch? Last(bool trusted = true)
    {
        using LedgerStore ledger = Drafts.Open(_folder, _board.BootId);
        ledger.Append(Drafts.Face(), trusted ? _board.Known() : _board.Unknown());
        return ledger.LastOf("u-1");
    }

    [Fact]
    public void Nobody_repeats_a_first_punch() => RepeatWindow.Holds(null, _board.Known(), Minute).ShouldBeFalse();

    [Fact]
    public void Within_the_window_it_is_a_repeat_and_after_it_is_not()
    {
        StoredPunch? last = Last();
        _board.Pass(59_999);
        RepeatWindow.Holds(last, _board.Known(), Minute).ShouldBeTrue();
        _board.Pass(1);
        RepeatWindow.Holds(last, _board.Known(), Minute).ShouldBeFalse();
    }

    [Theory]
    [InlineData(3_600_000)]
    [InlineData(-3_600_000)]
    public void A_step_of_the_wall_clock_neither_hides_a_repeat_nor_swallows_a_punch(long step)
    {
        StoredPunch? last = Last(trusted: false);
        _board.WallOffsetMs = step;
        _board.Pass(10_000);
        RepeatWindow.Holds(last, _board.Unknown(), Minute).ShouldBeTrue();
        _board.Pass(60_000);
        RepeatWindow.Holds(last, _board.Unknown(), Minute).ShouldBeFalse();
    }

    [Fact]
    public void Over_a_reboot_known_times_decide_and_unknown_ones_are_no_repeat()
    {
        StoredPunch? last = Last();
        _board.Reboot("boot-2", 30_000);
        RepeatWindow.Holds(last, _board.Known(), Minute).ShouldBeTrue();
        RepeatWindow.Holds(last, _board.Unknown(), Minute).ShouldBeFalse();
        _board.Pass(60_000);
        RepeatWindow.Holds(last, _board.Known(), Minute).ShouldBeFalse();
    }

    [Fact]
    public void An_entry_from_before_the_punch_is_a_repeat_only_inside_the_window()
    {
        StoredPunch? last = Last();
        ClockReading Before(long ms) => _board.Known() with { MonotonicMs = _board.Known().MonotonicMs - ms, AtMs = _board.Known().AtMs - ms };
        RepeatWindow.Holds(last, Before(59_999), Minute).ShouldBeTrue();
        RepeatWindow.Holds(last, Before(60_000), Minute).ShouldBeFalse();
        RepeatWindow.Holds(last, Before(36_000_000), Minute).ShouldBeFalse();
        _board.Reboot("boot-2", 0);
        RepeatWindow.Holds(last, Before(30_000), Minute).ShouldBeTrue();
        RepeatWindow.Holds(last, Before(3_600_000), Minute).ShouldBeFalse();
    }

    [Fact]
    public void An_old_entry_that_came_late_does_not_hide_a_repeat_of_the_punch_before_it()
    {
        using LedgerStore ledger = Drafts.Open(_folder, _board.BootId);
        ledger.Append(Drafts.Face(), _board.Known());
        ClockReading now = _board.Known();
        ledger.Append(Drafts.Face(), now with { MonotonicMs = now.MonotonicMs - 3_600_000, AtMs = now.AtMs - 3_600_000, WallMs = now.WallMs - 3_600_000 });
        _board.Pass(20_000);
        ledger.LastOf("u-1")!.Seq.ShouldBe(2);
        ledger.RepeatOf("u-1", _board.Known(), Minute)!.Seq.ShouldBe(1);
        ledger.RepeatOf("u-2", _board.Known(), Minute).ShouldBeNull();
        _board.Pass(40_000);
        ledger.RepeatOf("u-1", _board.Known(), Minute).ShouldBeNull();
    }

    [Fact]
    public void The_nearest_punch_is_the_one_that_is_repeated()
    {
        using LedgerStore ledger = Drafts.Open(_folder, _board.BootId);
        ledger.Append(Drafts.Face(), _board.Known());
        _board.Pass(70_000);
        ledger.Append(Drafts.Face(), _board.Known());
        ClockReading now = _board.Known();
        ledger.RepeatOf("u-1", now with { MonotonicMs = now.MonotonicMs - 50_000, AtMs = now.AtMs - 50_000 }, Minute)!.Seq.ShouldBe(1);
    }
}
