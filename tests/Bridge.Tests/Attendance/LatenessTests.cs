using Devices.Bridge.Attendance;
using Devices.Contract.Punches;
using NodaTime;

namespace Devices.Bridge.Tests.Attendance;

public sealed class LatenessTests
{
    private const string Monday = "2026-03-02";

    private static AttendanceDay Of(string start, string end, Shift? shift = null) =>
        new Week().Works(Monday, shift).Punches($"{Monday} {start}").Punches($"{Monday} {end}").Day(Monday);

    [Theory]
    [InlineData("08:31:02", "18:00:00", PointVerdict.OnTime, 0, PointVerdict.OnTime, 0)]
    [InlineData("09:00:59", "18:05:00", PointVerdict.OnTime, 0, PointVerdict.OnTime, 0)]
    [InlineData("09:01:00", "17:59:59", PointVerdict.Late, 1, PointVerdict.Early, 1)]
    [InlineData("09:30:10", "17:00:00", PointVerdict.Late, 30, PointVerdict.Early, 60)]
    public void Late_and_early_count_in_whole_minutes(string start, string end, PointVerdict first, int late, PointVerdict last, int early)
    {
        AttendanceDay day = Of(start, end);
        (day.Points[0].Verdict, day.Points[0].Minutes).ShouldBe((first, late));
        (day.Points[1].Verdict, day.Points[1].Minutes).ShouldBe((last, early));
    }

    [Theory]
    [InlineData("09:05:59", PointVerdict.OnTime, 0)]
    [InlineData("09:06:00", PointVerdict.Late, 6)]
    [InlineData("09:29:59", PointVerdict.Late, 29)]
    [InlineData("09:30:00", PointVerdict.SeriouslyLate, 30)]
    public void Permitted_minutes_and_serious_lateness(string start, PointVerdict verdict, int minutes)
    {
        AttendanceDay day = Of(start, "18:00:00", Week.Office with { PermitLate = 5, SeriousLate = 30 });
        (day.Points[0].Verdict, day.Points[0].Minutes).ShouldBe((verdict, minutes));
    }

    [Theory]
    [InlineData("08:40:00", "18:00:00", PointVerdict.OnTime, PointVerdict.OnTime, 540)]
    [InlineData("09:20:00", "18:20:00", PointVerdict.OnTime, PointVerdict.OnTime, 540)]
    [InlineData("09:20:00", "18:10:00", PointVerdict.OnTime, PointVerdict.Early, 530)]
    [InlineData("09:45:00", "18:30:00", PointVerdict.Late, PointVerdict.OnTime, 525)]
    public void Flexible_hours_move_the_end_by_what_one_came_later(string start, string end, PointVerdict first, PointVerdict last, int worked)
    {
        AttendanceDay day = Of(start, end, Week.Office with { Flexible = 30 });
        (day.Points[0].Verdict, day.Points[1].Verdict).ShouldBe((first, last));
        day.Worked.TotalMinutes.ShouldBe(worked);
    }

    [Fact]
    public void First_in_and_last_out_of_many_punches()
    {
        AttendanceDay day = new Week().Works(Monday).Punches($"{Monday} 12:10").Punches($"{Monday} 08:58").Punches($"{Monday} 08:59").Punches($"{Monday} 18:01").Punches($"{Monday} 18:20").Day(Monday);
        (day.FirstIn!.Key.Seq, day.LastOut!.Key.Seq).ShouldBe((2, 5));
        day.Points.ShouldAllBe(p => p.Verdict == PointVerdict.OnTime);
        day.Punches.Count.ShouldBe(5, "every punch stays");
    }

    [Fact]
    public void Several_sections_have_a_punch_each()
    {
        var school = new Shift { Name = "school", Sections = [new(8 * 60, 12 * 60), new(14 * 60, 17 * 60)] };
        AttendanceDay day = new Week().Works(Monday, school)
            .Punches($"{Monday} 07:55").Punches($"{Monday} 12:02").Punches($"{Monday} 13:58").Punches($"{Monday} 16:30").Day(Monday);
        day.Points.Select(p => p.Punch?.Key.Seq).ShouldBe([1, 2, 3, 4]);
        day.Points.Select(p => p.Verdict).ShouldBe([PointVerdict.OnTime, PointVerdict.OnTime, PointVerdict.OnTime, PointVerdict.Early]);
        day.Worked.TotalHours.ShouldBe(6.5);
    }

    [Fact]
    public void What_is_not_over_is_open_and_what_is_over_is_missing()
    {
        Week week = new Week().Works(Monday).Punches($"{Monday} 08:55");
        week.Day(Monday, $"{Monday} 12:00:00").Points[1].Verdict.ShouldBe(PointVerdict.Open);
        AttendanceDay later = week.Day(Monday, "2026-03-03 12:00:00");
        later.Points[1].Verdict.ShouldBe(PointVerdict.Missing);
        later.Worked.ShouldBe(Duration.Zero);
        later.LastOut.ShouldBeNull("one punch is not both coming and going");
    }

    [Fact]
    public void A_day_without_any_punch_is_there_all_the_same() =>
        new Week().Works(Monday).Day(Monday).Points.ShouldAllBe(p => p.Verdict == PointVerdict.Missing);

    [Fact]
    public void A_day_without_a_shift_keeps_its_punches_and_nobody_is_late()
    {
        AttendanceDay day = new Week().Works("2026-02-25").Punches("2026-03-01 10:00").Punches("2026-03-01 12:00").Day("2026-03-01");
        day.Planned.ShouldBeNull();
        day.Points.ShouldBeEmpty();
        day.Worked.ShouldBe(Duration.FromHours(2));
    }

    [Fact]
    public void Horilla_1115_an_undefined_direction_is_either_and_is_never_dropped()
    {
        // horilla/horilla-hr#1115: punches with direction 255 were silently dropped.
        AttendanceDay day = new Week().Works(Monday).Punches($"{Monday} 08:50").Punches($"{Monday} 18:10").Day(Monday);
        (day.FirstIn!.Key.Seq, day.LastOut!.Key.Seq).ShouldBe((1, 2));
    }

    [Fact]
    public void A_stated_direction_is_believed()
    {
        AttendanceDay day = new Week().Works(Monday).Punches($"{Monday} 08:30", PunchDirection.Out).Punches($"{Monday} 08:50", PunchDirection.In)
            .Punches($"{Monday} 18:10", PunchDirection.Out).Punches($"{Monday} 18:30", PunchDirection.In).Day(Monday);
        (day.FirstIn!.Key.Seq, day.LastOut!.Key.Seq).ShouldBe((2, 3));
        day.Points.Select(p => p.Punch?.Key.Seq).ShouldBe([2, 3]);
    }

    [Fact]
    public void A_time_that_is_not_known_well_enough_is_said_to_be_uncertain()
    {
        AttendanceDay day = new Week().Works(Monday).Punches($"{Monday} 09:00:30", uncertaintySeconds: 45).Punches($"{Monday} 18:20", uncertaintySeconds: 45).Day(Monday);
        day.Points.Select(p => (p.Verdict, p.Uncertain)).ShouldBe([(PointVerdict.OnTime, true), (PointVerdict.OnTime, false)]);
    }

    [Fact]
    public void A_held_punch_counts_nowhere_and_is_listed()
    {
        AttendanceDay day = new Week().Works(Monday).Punches($"{Monday} 08:50", uncertaintySeconds: null).Punches($"{Monday} 18:01").Day(Monday);
        day.Held.ShouldHaveSingleItem().Key.Seq.ShouldBe(1);
        day.Points[0].Verdict.ShouldBe(PointVerdict.Missing);
        day.Points[1].Verdict.ShouldBe(PointVerdict.OnTime);
    }

    [Fact]
    public void The_same_punches_in_any_order_and_twice_give_the_same_day()
    {
        Week week = new Week().Works(Monday).Punches($"{Monday} 18:01").Punches($"{Monday} 08:50").Punches($"{Monday} 12:00");
        string now = "2026-03-04 00:00:00";
        AttendanceDay one = week.Day(Monday, now);
        AttendanceDay other = AttendanceCalculator.Days(week.Windows, week.All.Reverse().Concat(week.All), Instant.FromUtc(2026, 3, 4, 0, 0)).Single();
        other.Points.Select(p => (p.Verdict, p.Punch)).ShouldBe(one.Points.Select(p => (p.Verdict, p.Punch)));
        other.Punches.ShouldBe(one.Punches);
    }
}
