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
}
