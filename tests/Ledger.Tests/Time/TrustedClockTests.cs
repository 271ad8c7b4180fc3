using Devices.Edge.Ledger.Time;
using Devices.Ledger.Tests.Support;

namespace Devices.Ledger.Tests.Time;

public sealed class TrustedClockTests
{
    private readonly Board _board = new();
    private readonly Floor _floor = new();
    private readonly List<ClockEvent> _events = [];

    private TrustedClock Make(TrustedClockOptions? options = null)
    {
        var clock = new TrustedClock(options ?? new(), _board, _board, _board, _floor, _board);
        clock.Changed += _events.Add;
        return clock;
    }

    [Fact]
    public void Nobody_vouches_after_boot()
    {
        TrustedClock clock = Make();
        clock.Source.ShouldBe(TrustSource.None);
        clock.Read().ShouldBe(ClockReading.Unknown(_board.WallMs, _board.MonotonicMs, "boot-1"));
    }

    [Fact]
    public void Ntp_gives_trust_with_the_kernels_uncertainty()
    {
        TrustedClock clock = Make();
        _board.Ntp = new(true, 15);
        clock.Check();
        clock.Read().ShouldBe(new ClockReading(_board.WallMs, _board.WallMs, _board.MonotonicMs, "boot-1", true, 15));
        _events.Single().ShouldSatisfyAllConditions(e => e.Kind.ShouldBe(ClockEventKind.TrustGained), e => e.Anchor!.AtMs.ShouldBe(_board.WallMs), e => e.Text.ShouldContain("NTP"));
    }

    [Fact]
    public void Bridge_time_is_used_without_touching_the_system_clock()
    {
        _board.WallOffsetMs = -Board.Start; // 1970
        TrustedClock clock = Make();
        long sent = _board.MonotonicMs;
        _board.Pass(40);
        long bridgeNow = _board.TrueMs;
        _board.Pass(40);
        clock.OfferBridgeTime(bridgeNow, sent, _board.MonotonicMs).ShouldBeTrue();
        ClockReading now = clock.Read();
        now.AtMs.ShouldBe(_board.TrueMs);
        now.WallMs.ShouldBe(_board.WallMs);
        (now.Trusted, now.UncertaintyMs).ShouldBe((true, 41));
        clock.Source.ShouldBe(TrustSource.Bridge);
    }

    [Theory]
    [InlineData(0, 80)]
    [InlineData(80, 0)]
    [InlineData(15, 65)]
    public void The_true_time_lies_within_the_uncertainty_however_uneven_the_link_is(long up, long down)
    {
        TrustedClock clock = Make();
        long sent = _board.MonotonicMs;
        _board.Pass(up);
        long bridgeNow = _board.TrueMs;
        _board.Pass(down);
        clock.OfferBridgeTime(bridgeNow, sent, _board.MonotonicMs);
        ClockReading now = clock.Read();
        Math.Abs(now.AtMs - _board.TrueMs).ShouldBeLessThanOrEqualTo(now.UncertaintyMs);
    }

    [Fact]
    public void A_better_bridge_time_replaces_a_worse_one_but_not_the_reverse()
    {
        TrustedClock clock = Make();
        clock.OfferBridgeTime(_board.TrueMs, _board.MonotonicMs - 10, _board.MonotonicMs);
        long good = clock.Read().UncertaintyMs;
        clock.OfferBridgeTime(_board.TrueMs - 100, _board.MonotonicMs - 1_000, _board.MonotonicMs);
        clock.Read().UncertaintyMs.ShouldBe(good);
        clock.OfferBridgeTime(_board.TrueMs, _board.MonotonicMs - 2, _board.MonotonicMs);
        clock.Read().UncertaintyMs.ShouldBeLessThan(good);
    }

    [Fact]
    public void Uncertainty_grows_with_drift_until_trust_ends()
    {
        TrustedClock clock = Make();
        clock.OfferBridgeTime(_board.TrueMs, _board.MonotonicMs, _board.MonotonicMs);
        _board.Pass(24 * 3_600_000);
        clock.Read().UncertaintyMs.ShouldBe(1 + 8_640);
        _board.Pass(7L * 24 * 3_600_000);
        clock.Read().Trusted.ShouldBeFalse();
        _events.Last().Kind.ShouldBe(ClockEventKind.TrustLost);
    }

    [Theory]
    [InlineData(3_600_000)]
    [InlineData(-900_000)]
    public void A_jump_of_the_wall_clock_ends_trust_in_ntp_until_it_has_settled(long jump)
    {
        _board.Ntp = new(true, 10);
        TrustedClock clock = Make();
        _board.Pass(1_000);
        clock.Read().Trusted.ShouldBeTrue();
        _board.WallOffsetMs += jump;
        clock.Read().Trusted.ShouldBeFalse();
        _events.Select(e => e.Kind).ShouldBe([ClockEventKind.Jump, ClockEventKind.TrustLost]);
        _events[0].Text.ShouldContain(jump > 0 ? "forward by 3600 s" : "back by 900 s");
        // The kernel still says synchronised (a daemon stepped it): believed only once that has lasted.
        clock.Check();
        clock.Source.ShouldBe(TrustSource.None);
        _board.Pass(5_001);
        clock.Check();
        clock.Source.ShouldBe(TrustSource.Ntp);
        _events.Last().Kind.ShouldBe(ClockEventKind.TrustGained);
    }

    [Fact]
    public void A_clock_set_by_hand_stays_untrusted_while_the_kernel_says_unsynchronised()
    {
        _board.Ntp = new(true, 10);
        TrustedClock clock = Make();
        _board.WallOffsetMs = 15 * 60_000;
        _board.Ntp = NtpReading.No;
        for (int i = 0; i < 20; i++)
        {
            _board.Pass(5_000);
            clock.Check();
            clock.Read().Trusted.ShouldBeFalse();
        }
    }

    [Fact]
    public void A_jump_does_not_disturb_a_time_anchored_by_the_bridge()
    {
        TrustedClock clock = Make();
        clock.OfferBridgeTime(_board.TrueMs, _board.MonotonicMs, _board.MonotonicMs);
        _board.WallOffsetMs = 86_400_000;
        _board.Pass(2_000);
        ClockReading now = clock.Read();
        (now.Trusted, now.AtMs).ShouldBe((true, _board.TrueMs));
        _events.Select(e => e.Kind).ShouldContain(ClockEventKind.Jump);
        _events.Select(e => e.Kind).ShouldNotContain(ClockEventKind.TrustLost);
    }

    [Fact]
    public void Slow_slewing_is_no_jump()
    {
        _board.Ntp = new(true, 10);
        TrustedClock clock = Make();
        for (int i = 0; i < 1_000; i++)
        {
            _board.Pass(10_000);
            _board.WallOffsetMs += 5; // 500 ppm
            clock.Check();
        }
        _events.ShouldBeEmpty();
    }

    [Fact]
    public void Ntp_lost_without_a_jump_goes_on_from_its_last_anchor_for_a_while()
    {
        _board.Ntp = new(true, 10);
        TrustedClock clock = Make();
        _board.Ntp = NtpReading.No;
        _board.Pass(3_600_000);
        clock.Check();
        ClockReading now = clock.Read();
        (now.Trusted, now.AtMs, now.UncertaintyMs).ShouldBe((true, _board.TrueMs, 10 + 360));
    }

    [Fact]
    public void Sentry_USB_Rusty_217_a_time_before_the_build_or_the_last_punch_is_refused_once_in_words()
    {
        _floor.FloorMs = Board.Start;
        TrustedClock clock = Make();
        for (int i = 0; i < 3; i++) clock.OfferBridgeTime(Board.Start - 3_600_000, _board.MonotonicMs, _board.MonotonicMs).ShouldBeFalse();
        clock.OfferBridgeTime(0, _board.MonotonicMs, _board.MonotonicMs).ShouldBeFalse();
        clock.Source.ShouldBe(TrustSource.None);
        _events.Single().Kind.ShouldBe(ClockEventKind.Refused);
        _events.Single().Text.ShouldContain("2026-11-02 00:30:00Z");
        // A second before the floor is within what the floor itself was uncertain by.
        clock.OfferBridgeTime(Board.Start - 1_000, _board.MonotonicMs, _board.MonotonicMs).ShouldBeTrue();
    }

    [Fact]
    public void Ntp_that_says_1970_is_refused()
    {
        _board.WallOffsetMs = -Board.Start;
        TrustedClock clock = Make();
        _board.Ntp = new(true, 1);
        clock.Check();
        clock.Source.ShouldBe(TrustSource.None);
        _events.Single().Kind.ShouldBe(ClockEventKind.Refused);
    }

    [Fact]
    public void An_rtc_is_trusted_as_far_as_its_drift_since_the_last_known_time_allows()
    {
        _floor.FloorMs = Board.Start - 24 * 3_600_000;
        _board.Rtc = Board.Start;
        TrustedClock clock = Make();
        clock.Source.ShouldBe(TrustSource.Rtc);
        clock.Read().UncertaintyMs.ShouldBe(2_000 + 8_640);
        // Off for most of a year: its drift may be anything up to 45 minutes.
        _floor.FloorMs = 0;
        Make().Source.ShouldBe(TrustSource.None);
        _board.Rtc = null;
        Make().Source.ShouldBe(TrustSource.None);
    }

    [Fact]
    public void An_rtc_does_not_raise_the_floor_but_ntp_and_bridge_do()
    {
        _floor.FloorMs = Board.Start - 3_600_000;
        _board.Rtc = Board.Start;
        TrustedClock clock = Make();
        clock.Check();
        _floor.FloorMs.ShouldBe(Board.Start - 3_600_000);
        clock.OfferBridgeTime(_board.TrueMs, _board.MonotonicMs, _board.MonotonicMs);
        clock.Check();
        _floor.FloorMs.ShouldBeInRange(Board.Start - 10, Board.Start);
        int writes = _floor.Writes;
        _board.Pass(60_000);
        clock.Check();
        _floor.Writes.ShouldBe(writes, "the floor is not written at every look");
    }

    [Fact]
    public void A_bridge_that_differs_from_ntp_is_told_once_and_not_followed()
    {
        _board.Ntp = new(true, 10);
        TrustedClock clock = Make();
        for (int i = 0; i < 3; i++) clock.OfferBridgeTime(_board.TrueMs + 900_000, _board.MonotonicMs, _board.MonotonicMs);
        clock.Read().AtMs.ShouldBe(_board.TrueMs);
        _events.Single().Kind.ShouldBe(ClockEventKind.Disagreement);
        _events.Single().Text.ShouldContain("900 s");
    }

    [Fact]
    public void A_board_that_woke_in_1970_judges_certificates_by_the_floor()
    {
        _board.WallOffsetMs = -Board.Start;
        _floor.FloorMs = Board.Start - 5_000;
        Make().CertificateTime.ToUnixTimeMilliseconds().ShouldBe(Board.Start - 5_000);
        _floor.FloorMs = 0;
        Make().CertificateTime.ShouldBe(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public void This_machines_clocks_can_be_read()
    {
        var boot = new LinuxBootClock();
        boot.BootId.ShouldNotBeNullOrWhiteSpace();
        new LinuxBootClock().BootId.ShouldBe(OperatingSystem.IsLinux() ? boot.BootId : new LinuxBootClock().BootId);
        long a = boot.MonotonicMs;
        boot.MonotonicMs.ShouldBeGreaterThanOrEqualTo(a);
        a.ShouldBeGreaterThan(0);
        NtpReading ntp = new LinuxNtpProbe().Read();
        (ntp.UncertaintyMs >= (ntp.Synchronised ? 1 : -1)).ShouldBeTrue();
        new LinuxRtcProbe("/nowhere").ReadMs().ShouldBeNull();
    }

    private sealed class Floor : ITimeFloor
    {
        public long FloorMs { get; set; }
        public int Writes { get; private set; }

        public void RaiseFloor(long atMs)
        {
            Writes++;
            FloorMs = Math.Max(FloorMs, atMs);
        }

        public void ResetFloor(long atMs) => FloorMs = atMs;
    }
}
