using Devices.Bridge.Web.Time;
using Microsoft.Extensions.Time.Testing;
using NodaTime;

namespace Devices.Bridge.Tests.Web;

public sealed class SiteClockTests
{
    [Theory]
    [InlineData("Asia/Shanghai", 2026, 3, 2, "2026-03-01T16:00:00Z", 24)]
    [InlineData("Europe/Berlin", 2026, 3, 29, "2026-03-28T23:00:00Z", 23)]
    [InlineData("Europe/Berlin", 2026, 10, 25, "2026-10-24T22:00:00Z", 25)]
    [InlineData("America/New_York", 2026, 3, 8, "2026-03-08T05:00:00Z", 23)]
    // Midnight does not exist: the day begins at 01:00.
    [InlineData("America/Asuncion", 2024, 10, 6, "2024-10-06T04:00:00Z", 23)]
    // A day that a country left out altogether has no length.
    [InlineData("Pacific/Apia", 2011, 12, 30, "2011-12-30T10:00:00Z", 0)]
    public void A_day_is_the_zones_own(string zone, int year, int month, int day, string start, int hours)
    {
        SiteClock clock = SiteClock.For(zone, TimeProvider.System);

        var (from, until) = clock.Range(new LocalDate(year, month, day));

        DateTimeOffset.FromUnixTimeMilliseconds(from).ShouldBe(DateTimeOffset.Parse(start, System.Globalization.CultureInfo.InvariantCulture));
        (until - from).ShouldBe(hours * 3_600_000L);
    }

    [Fact]
    public void The_hour_that_comes_twice_is_told_apart_by_its_offset()
    {
        SiteClock clock = SiteClock.For("Europe/Berlin", TimeProvider.System);
        long first = new DateTimeOffset(2026, 10, 25, 0, 30, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

        clock.IsoText(first).ShouldBe("2026-10-25T02:30:00+02:00");
        clock.IsoText(first + 3_600_000).ShouldBe("2026-10-25T02:30:00+01:00");
        clock.Text(first).ShouldBe(clock.Text(first + 3_600_000));
    }

    [Fact]
    public void Today_changes_at_the_sites_midnight()
    {
        FakeTimeProvider time = new(new DateTimeOffset(2026, 3, 1, 15, 59, 59, TimeSpan.Zero));
        SiteClock clock = SiteClock.For("Asia/Shanghai", time);
        clock.Today.ShouldBe(new LocalDate(2026, 3, 1));

        time.Advance(TimeSpan.FromSeconds(1));

        clock.Today.ShouldBe(new LocalDate(2026, 3, 2));
    }

    [Fact]
    public void A_zone_that_does_not_exist_is_refused_with_a_sentence() =>
        Should.Throw<BridgeStartException>(() => SiteClock.For("Mars/Olympus", TimeProvider.System)).Message.ShouldContain("'Mars/Olympus' is not an IANA time zone");
}
