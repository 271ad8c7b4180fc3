using Devices.Bridge.Attendance;
using NodaTime;

namespace Devices.Bridge.Tests.Attendance;

public sealed class AttendanceDayTests
{
    [Fact]
    public void Horilla_1242_a_check_out_after_midnight_closes_the_day_it_began_on()
    {
        // horilla/horilla-hr PR#1242, #1227, #985.
        Week week = new Week().Works("2026-03-02", Week.Night).Works("2026-03-03", Week.Night)
            .Punches("2026-03-02 21:50").Punches("2026-03-03 06:05").Punches("2026-03-03 21:55").Punches("2026-03-04 06:01");
        week.Days().Select(d => (d.Day.Day, d.FirstIn!.Key.Seq, d.LastOut!.Key.Seq, d.Worked.TotalHours)).ShouldBe([(2, 1, 2, 8), (3, 3, 4, 8)]);
        week.Days().SelectMany(d => d.Points).ShouldAllBe(p => p.Verdict == PointVerdict.OnTime);
    }

    [Fact]
    public void Overtime_past_midnight_belongs_to_the_day_of_the_shift()
    {
        Week week = new Week().Works("2026-03-02").Works("2026-03-03").Punches("2026-03-02 08:59").Punches("2026-03-03 00:40").Punches("2026-03-03 08:58").Punches("2026-03-03 18:00");
        week.Day("2026-03-02").LastOut!.Key.Seq.ShouldBe(2);
        week.Day("2026-03-03").FirstIn!.Key.Seq.ShouldBe(3);
    }

    [Fact]
    public void Between_two_shifts_the_middle_decides()
    {
        // 18:00 to 09:00: the middle is 01:30, as DingTalk says.
        AttendanceWindows windows = new Week().Works("2026-03-02").Works("2026-03-03").Windows;
        DateTimeZone zone = DateTimeZoneProviders.Tzdb["Asia/Shanghai"];
        windows.DayOf(new LocalDateTime(2026, 3, 3, 1, 29, 59).InZoneStrictly(zone).ToInstant()).ShouldBe(new(2026, 3, 2));
        windows.DayOf(new LocalDateTime(2026, 3, 3, 1, 30).InZoneStrictly(zone).ToInstant()).ShouldBe(new(2026, 3, 3));
    }

    [Fact]
    public void Before_a_day_of_rest_twelve_hours_decide_and_then_the_calendar()
    {
        Week week = new Week().Works("2026-03-06").Punches("2026-03-07 05:59").Punches("2026-03-07 06:01").Punches("2026-03-08 01:00");
        week.Days().Select(d => (d.Day.Day, d.Punches.Count)).ShouldBe([(6, 1), (7, 1), (8, 1)]);
    }

    [Fact]
    public void A_shifts_own_limits_narrow_its_window()
    {
        Week week = new Week().Works("2026-03-02", Week.Office with { OpensBefore = 60, ClosesAfter = 120 })
            .Punches("2026-03-02 07:59").Punches("2026-03-02 08:00").Punches("2026-03-02 19:59").Punches("2026-03-02 20:00");
        AttendanceDay day = week.Day("2026-03-02");
        day.Points.Select(p => p.Punch!.Key.Seq).ShouldBe([2, 3]);
        day.Punches.Count.ShouldBe(4, "the others are of that calendar day and stay");
    }

    [Theory]
    [InlineData("2026-03-28", 7)]
    [InlineData("2026-10-24", 9)]
    [InlineData("2026-06-01", 8)]
    public void A_night_shift_over_a_change_of_the_clocks_has_the_hours_that_passed(string day, int hours)
    {
        Week week = new Week("Europe/Berlin").Works(day, Week.Night);
        PlannedShift shift = week.Windows.Windows[0].Shift;
        week.PunchesAt(shift.Start).PunchesAt(shift.End);
        AttendanceDay result = week.Day(day);
        result.Worked.ShouldBe(Duration.FromHours(hours));
        result.Points.ShouldAllBe(p => p.Verdict == PointVerdict.OnTime);
    }

    [Fact]
    public void A_start_in_the_hour_that_does_not_exist_is_the_moment_the_clocks_went_on()
    {
        var early = new Shift { Name = "early", Sections = [new(150, 600)] };
        PlannedShift shift = new(new(2026, 3, 29), early, DateTimeZoneProviders.Tzdb["Europe/Berlin"]);
        shift.Start.ShouldBe(Instant.FromUtc(2026, 3, 29, 1, 30));
        shift.End.ShouldBe(Instant.FromUtc(2026, 3, 29, 8, 0));
    }

    [Fact]
    public void The_hour_that_comes_twice_is_its_first()
    {
        var early = new Shift { Name = "early", Sections = [new(150, 600)] };
        new PlannedShift(new(2026, 10, 25), early, DateTimeZoneProviders.Tzdb["Europe/Berlin"]).Start.ShouldBe(Instant.FromUtc(2026, 10, 25, 0, 30));
    }

    [Theory]
    [InlineData("", 540, 1080, "needs a name")]
    [InlineData("x", 1080, 540, "ends before it begins; over midnight")]
    [InlineData("x", -1, 540, "between 00:00 and 23:59")]
    [InlineData("x", 540, 2000, "more than 24 hours")]
    public void A_shift_that_makes_no_sense_is_refused_in_words(string name, int start, int end, string sentence) =>
        Should.Throw<ArgumentException>(() => new PlannedShift(new(2026, 3, 2), new() { Name = name, Sections = [new(start, end)] }, DateTimeZone.Utc)).Message.ShouldContain(sentence);

    [Fact]
    public void Shifts_that_overlap_are_refused_in_words()
    {
        Should.Throw<ArgumentException>(() => new Week().Works("2026-03-02", Week.Night).Works("2026-03-03", new() { Name = "dawn", Sections = [new(300, 700)] }).Windows)
            .Message.ShouldContain("still runs when that of 2026-03-03 begins");
        Should.Throw<ArgumentException>(() => new Week().Works("2026-03-02").Works("2026-03-02").Windows).Message.ShouldContain("two shifts on 2026-03-02");
    }
}
