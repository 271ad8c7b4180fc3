using Devices.Bridge.Attendance;
using Devices.Contract.Punches;
using NodaTime;

namespace Devices.Bridge.Tests.Attendance;

/// <summary>A total a day instead of fixed times.</summary>
public sealed class FreeHoursTests
{
    private const string Monday = "2026-11-09";

    private static readonly Shift Free = new() { Name = "free", Sections = [new(6 * 60, 22 * 60)], Required = 480, Break = 60, BreakAfter = 300 };

    private static AttendanceDay Day(Shift shift, string zone, string now, params string[] punches)
    {
        Week week = new Week(zone).Works(Monday, shift);
        foreach (string punch in punches) week.Punches(punch.Length == 5 ? $"{Monday} {punch}" : punch);
        return week.Day(Monday, now);
    }

    [Theory]
    [InlineData("07:10", "16:10", 480, PointVerdict.OnTime, 0)]
    [InlineData("11:00", "20:00", 480, PointVerdict.OnTime, 0)]
    [InlineData("07:10", "16:09", 479, PointVerdict.TooLittle, 1)]
    [InlineData("09:00", "14:00", 300, PointVerdict.TooLittle, 180)] // 5 hours: no break yet
    [InlineData("09:00", "14:30", 300, PointVerdict.TooLittle, 180)] // half of the break is due
    [InlineData("09:00", "15:00", 300, PointVerdict.TooLittle, 180)]
    [InlineData("05:00", "23:00", 900, PointVerdict.OnTime, 0)] // only 06:00 to 22:00 counts
    public void Whoever_comes_and_goes_when_they_like_must_reach_the_total_less_the_break(string first, string last, int worked, PointVerdict verdict, int minutes)
    {
        AttendanceDay day = Day(Free, "Asia/Shanghai", "2030-01-01 00:00:00", first, "12:00", last);
        (day.Worked.TotalMinutes, day.Points[1].Verdict, day.Points[1].Minutes).ShouldBe((worked, verdict, minutes));
        day.Points[0].Verdict.ShouldBe(PointVerdict.OnTime, "nobody is late");
    }

    [Fact]
    public void As_long_as_the_day_is_not_over_nobody_is_short_or_missing()
    {
        Day(Free, "Asia/Shanghai", $"{Monday} 15:00:00", "09:00", "12:00").Points.Select(p => p.Verdict).ShouldBe([PointVerdict.OnTime, PointVerdict.Open]);
        Day(Free, "Asia/Shanghai", $"{Monday} 15:00:00").Points.Select(p => p.Verdict).ShouldBe([PointVerdict.Open, PointVerdict.Open]);
        Day(Free, "Asia/Shanghai", "2026-11-11 15:00:00", "09:00").Points.Select(p => p.Verdict).ShouldBe([PointVerdict.OnTime, PointVerdict.Missing]);
        Day(Free, "Asia/Shanghai", "2026-11-11 15:00:00").Points.Select(p => p.Verdict).ShouldBe([PointVerdict.Missing, PointVerdict.Missing]);
        // Reached is reached, also in the afternoon.
        Day(Free, "Asia/Shanghai", $"{Monday} 18:30:00", "09:00", "18:00").Points[1].Verdict.ShouldBe(PointVerdict.OnTime);
    }

    [Fact]
    public void In_pairs_only_the_time_inside_counts_and_time_away_counts_towards_the_break()
    {
        Shift pairs = Free with { Pairs = true };
        Day(pairs, "Asia/Shanghai", "2030-01-01 00:00:00", "08:00", "12:00", "12:30", "17:00").Worked.TotalMinutes.ShouldBe(480, "half an hour away, half an hour of break still due");
        Day(pairs, "Asia/Shanghai", "2030-01-01 00:00:00", "08:00", "12:00", "14:00", "17:00").Worked.TotalMinutes.ShouldBe(420, "two hours away are two hours");
        Day(Free, "Asia/Shanghai", "2030-01-01 00:00:00", "08:00", "12:00", "14:00", "17:00").Worked.TotalMinutes.ShouldBe(480, "without pairs only the ends count");
    }

    [Fact]
    public void A_known_direction_decides_and_one_that_contradicts_counts_no_time_that_nobody_punched_for()
    {
        Week week = new Week().Works(Monday, Free with { Pairs = true, Break = 0, BreakAfter = 0 });
        week.Punches($"{Monday} 08:00", PunchDirection.In).Punches($"{Monday} 09:00", PunchDirection.In).Punches($"{Monday} 12:00", PunchDirection.Out)
            .Punches($"{Monday} 12:10", PunchDirection.Out).Punches($"{Monday} 13:00").Punches($"{Monday} 15:00");
        week.Day(Monday).Worked.TotalMinutes.ShouldBe(240 + 120);
        // One who forgot to punch out: the last hour is nobody's.
        new Week().Works(Monday, Free with { Pairs = true, Break = 0, BreakAfter = 0 }).Punches($"{Monday} 08:00").Punches($"{Monday} 12:00").Punches($"{Monday} 13:00")
            .Day(Monday).Worked.TotalMinutes.ShouldBe(240);
    }

    // The night of 2026-10-25 the clocks in Berlin go back, that of 2026-03-29 forward: real hours count.
    [Theory]
    [InlineData("2026-10-25", 60 * 9)]
    [InlineData("2026-03-29", 60 * 7)]
    public void Over_a_change_of_the_clocks_the_time_that_really_passed_counts(string day, int worked)
    {
        Shift night = new() { Name = "night", Sections = [new(20 * 60, 32 * 60)], Required = 480 };
        LocalDate before = NodaTime.Text.LocalDatePattern.Iso.Parse(day).Value.PlusDays(-1);
        string eve = NodaTime.Text.LocalDatePattern.Iso.Format(before);
        AttendanceDay judged = new Week("Europe/Berlin").Works(eve, night).Punches($"{eve} 22:00").Punches($"{day} 06:00").Day(eve);
        judged.Worked.TotalMinutes.ShouldBe(worked);
        judged.Points[1].Verdict.ShouldBe(worked >= 480 ? PointVerdict.OnTime : PointVerdict.TooLittle);
    }

    [Fact]
    public void A_verdict_that_the_clocks_uncertainty_could_turn_round_says_so()
    {
        Week week = new Week().Works(Monday, Free);
        week.Punches($"{Monday} 08:00", uncertaintySeconds: 120).Punches($"{Monday} 16:59");
        PointResult end = week.Day(Monday).Points[1];
        (end.Verdict, end.Minutes, end.Uncertain).ShouldBe((PointVerdict.TooLittle, 1, true));
    }

    [Theory]
    [InlineData("""{ "times": "06:00-12:00,13:00-22:00", "required": 480 }""", "give one section")]
    [InlineData("""{ "times": "06:00-22:00", "required": 480, "permitLate": 5 }""", "nobody is late or early")]
    [InlineData("""{ "times": "09:00-17:00", "required": 481 }""", "requires 481 minutes; its section has 480")]
    [InlineData("""{ "times": "09:00-17:00", "break": 30 }""", "belong to free hours")]
    public void A_free_shift_that_cannot_be_meant_is_one_sentence(string shift, string words)
    {
        (ShiftPlan? plan, string? fault) = PlanReader.Read($$"""{ "shifts": { "free": {{shift}} }, "assignments": [ { "week": { "1-5": "free" } } ] }""");
        plan.ShouldBeNull();
        fault.ShouldNotBeNull().ShouldContain(words);
    }
}
