using Devices.Link;
using Devices.Terminal;

namespace Devices.Firmware.Tests;

public sealed class TimeKeeperTests
{
    private const long Noon = 1_790_000_000_000;
    private readonly TimeKeeper _time = new();

    [Fact]
    public void A_word_that_may_be_old_is_as_unsure_as_it_may_be_old_and_its_middle_counts()
    {
        _time.Take(Word(Noon, 20), nowMs: 50_000, ageMostMs: 3_000).ShouldBeTrue();
        _time.Wall(50_000).ShouldBe(Noon + 1_500);
        _time.UncertaintyMs(50_000).ShouldBe(1_520);
    }

    [Fact]
    public void The_answer_to_a_ping_replaces_a_word_that_was_less_sure_and_an_unsure_word_replaces_nothing()
    {
        _time.Take(Word(Noon, 20), 50_000, 3_000);
        _time.TakeWord(Noon + 2_700, 20, 51_000, ageMostMs: 10);
        (_time.Wall(51_000), _time.UncertaintyMs(51_000)).ShouldBe((Noon + 2_705, 25L));

        _time.Take(Word(Noon + 3_000, 20, offset: 480), 52_000, 4_000).ShouldBeTrue();
        (_time.Wall(52_000), _time.UncertaintyMs(52_000), _time.OffsetMinutes).ShouldBe((Noon + 3_705, 25L, 480));
    }

    [Fact]
    public void What_is_known_and_cannot_be_true_beside_the_boards_word_is_given_up_however_sure_it_was()
    {
        _time.TakeRtc(Noon, 30, 50_000);
        _time.FromBoard.ShouldBeFalse();
        _time.TakeWord(Noon + 60_000, 500, 50_000, 1_000);
        (_time.Wall(50_000), _time.FromBoard).ShouldBe((Noon + 60_500, true));
    }

    [Fact]
    public void A_board_that_trusts_no_time_leaves_the_mcu_none()
    {
        _time.Take(Word(Noon, 20), 50_000, 10);
        _time.Take(new TimeMessage { Now = Noon, Trusted = false }, 51_000, 10).ShouldBeFalse();
        _time.UncertaintyMs(51_000).ShouldBe(-1);
    }

    private static TimeMessage Word(long now, long uncertainty, int offset = 0) => new() { Now = now, UncertaintyMs = uncertainty, Trusted = true, OffsetMinutes = offset };
}
