using Devices.Edge.Agent.Mcu;
using Devices.Edge.Ledger.Time;

namespace Devices.Edge.Agent.Tests.Mcu;

public sealed class CardTimeTests
{
    private const long Noon = 1_790_000_000_000;
    private readonly CardTime _time = new();
    private readonly ClockReading _now = ClockReading.Known(Noon, 5_000_000, "board-boot", 10);

    [Fact]
    public void An_entry_of_this_run_is_as_old_as_the_mcus_uptime_says()
    {
        _time.Anchor("mcu-1", uptimeMs: 100_000, ownMonotonicMs: 4_000_000);
        ClockReading at = _time.Of("mcu-1", uptimeMs: 40_000, mcuNowMs: 0, _now);
        at.AtMs.ShouldBe(Noon - 1_060_000);
        at.MonotonicMs.ShouldBe(5_000_000 - 1_060_000);
        at.Trusted.ShouldBeTrue();
        at.UncertaintyMs.ShouldBe(10 + 50 + 12, "the crystals ran apart for the minute between the reading and the word");
    }

    [Fact]
    public void An_entry_of_an_earlier_run_takes_the_mcus_trusted_wall_clock()
    {
        _time.Anchor("mcu-2", 0, 5_000_000);
        ClockReading at = _time.Of("mcu-1", 77, mcuNowMs: Noon - 7_200_000, _now);
        at.AtMs.ShouldBe(Noon - 7_200_000);
        at.Trusted.ShouldBeTrue();
        at.UncertaintyMs.ShouldBe(10 + 2_000 + 17_280);
    }

    [Fact]
    public void An_entry_whose_age_nobody_knows_is_held_and_never_corrected_from_our_own_clock()
    {
        _time.Anchor("mcu-2", 0, 5_000_000);
        ClockReading at = _time.Of("mcu-1", 77, mcuNowMs: 0, _now);
        at.Trusted.ShouldBeFalse();
        at.BootId.ShouldBe("mcu-mcu-1");
    }

    [Fact]
    public void A_wall_clock_of_the_mcu_that_lies_in_the_future_is_not_believed()
    {
        _time.Of("mcu-1", 77, mcuNowMs: Noon + 3_600_000, _now).Trusted.ShouldBeFalse();
    }

    [Fact]
    public void While_our_own_clock_is_not_trusted_the_monotonic_age_is_kept_so_that_it_can_be_corrected_later()
    {
        _time.Anchor("mcu-1", 100_000, 5_000_000);
        ClockReading at = _time.Of("mcu-1", 70_000, 0, ClockReading.Unknown(5, 5_000_000, "board-boot"));
        at.Trusted.ShouldBeFalse();
        (at.MonotonicMs, at.BootId, at.MomentMs).ShouldBe((4_970_000, "board-boot", 56));
    }

    [Fact]
    public void An_entry_of_a_run_that_we_met_keeps_its_exact_age_after_the_mcu_restarted()
    {
        _time.Anchor("mcu-1", uptimeMs: 100_000, ownMonotonicMs: 4_000_000);
        _time.Anchor("mcu-2", uptimeMs: 1_000, ownMonotonicMs: 4_900_000);
        ClockReading at = _time.Of("mcu-1", uptimeMs: 40_000, mcuNowMs: 0, _now);
        (at.AtMs, at.BootId, at.Trusted).ShouldBe((Noon - 1_060_000, "board-boot", true));
        _time.Of("mcu-2", uptimeMs: 1_000, mcuNowMs: 0, _now).AtMs.ShouldBe(Noon - 100_000);
    }

    [Fact]
    public void A_hello_that_was_long_on_its_way_says_how_little_it_knows()
    {
        // The MCU was let in 3 s before its hello came: it may have been written at any moment of them (packets lost on the link).
        _time.Anchor("mcu-1", uptimeMs: 100_000, ownMonotonicMs: 4_990_000, onItsWayMs: 3_000);
        ClockReading at = _time.Of("mcu-1", uptimeMs: 90_000, mcuNowMs: 0, _now);
        at.AtMs.ShouldBe(Noon - 20_000);
        at.UncertaintyMs.ShouldBe(10 + 50 + 3_000 + 2, "it may have been read 23 s ago as well");
    }

    [Fact]
    public void The_surest_hello_of_a_run_counts_and_a_late_copy_of_it_spoils_nothing()
    {
        _time.Anchor("mcu-1", uptimeMs: 100_000, ownMonotonicMs: 4_900_000, onItsWayMs: 20);
        _time.Anchor("mcu-1", uptimeMs: 100_000, ownMonotonicMs: 4_905_000, onItsWayMs: 5_000);
        _time.Of("mcu-1", uptimeMs: 99_000, mcuNowMs: 0, _now).AtMs.ShouldBe(Noon - 101_000);

        _time.Anchor("mcu-1", uptimeMs: 180_000, ownMonotonicMs: 4_980_000, onItsWayMs: 4);
        _time.Of("mcu-1", uptimeMs: 99_000, mcuNowMs: 0, _now).AtMs.ShouldBe(Noon - 101_000);
    }

    [Fact]
    public void A_card_read_days_after_the_last_word_says_how_far_the_crystals_may_have_parted()
    {
        const long Month = 30L * 24 * 3600 * 1000;
        _time.Anchor("mcu-1", uptimeMs: 100_000, ownMonotonicMs: 5_000_000);
        // Its crystal is 40 ppm slow, and the card is read now.
        ClockReading now = ClockReading.Known(Noon, 5_000_000 + Month, "board-boot", 10);
        ClockReading at = _time.Of("mcu-1", 100_000 + Month - (Month * 40 / 1_000_000), 0, now);
        (Noon - at.AtMs).ShouldBe(103_680);
        at.UncertaintyMs.ShouldBeGreaterThan(103_680);
    }
}
