using Devices.Bridge.Attendance;
using Devices.Bridge.Delivery;
using Devices.Bridge.Delivery.Planning;
using Devices.Contract.Punches;
using NodaTime;

namespace Devices.Bridge.Tests.Delivery.Planning;

/// <summary>Which punch is worth a call now, by policy, day and budget.</summary>
public sealed class SendPlanTests
{
    private const string Office = "09:00-18:00";
    private const string Night = "22:00-06:00";

    // Wednesday.
    private static readonly string[] Day = ["2026-09-16 08:30", "2026-09-16 12:01", "2026-09-16 13:02", "2026-09-16 18:10"];

    [Theory]
    // The first-in at once, whatever is left of the month.
    [InlineData("all", Office, 0, 1, "2026-09-16 08:30", false, SendChoice.Send, null)]
    [InlineData("first-last", Office, 0, 1, "2026-09-16 08:30", false, SendChoice.Send, null)]
    // Enough calls: everything at once.
    [InlineData("all", Office, 1, 2, "2026-09-16 12:01", true, SendChoice.Send, null)]
    // Few calls: what may be the last waits; what has a later one waits for budget.
    [InlineData("all", Office, 1, 2, "2026-09-16 12:01", false, SendChoice.Defer, "reason.waits_day_end")]
    [InlineData("all", Office, 1, 3, "2026-09-16 13:02", false, SendChoice.Defer, "reason.waits_budget")]
    [InlineData("first-last", Office, 1, 3, "2026-09-16 13:02", true, SendChoice.Skip, "reason.policy_first_last")]
    // The last-out when nothing later came until an hour after the shift, or after it.
    [InlineData("first-last", Office, 3, 4, "2026-09-16 18:10", true, SendChoice.Defer, "reason.waits_day_end")]
    [InlineData("first-last", Office, 3, 4, "2026-09-16 19:09", true, SendChoice.Defer, "reason.waits_day_end")]
    [InlineData("first-last", Office, 3, 4, "2026-09-16 19:11", true, SendChoice.Send, null)]
    [InlineData("all", Office, 3, 4, "2026-09-16 19:11", false, SendChoice.Send, null)]
    [InlineData("first-last", Office, 1, 2, "2026-09-16 19:01", false, SendChoice.Send, null)]
    // Without a shift: at the day's end.
    [InlineData("first-last", "", 3, 4, "2026-09-16 23:59", true, SendChoice.Defer, "reason.waits_day_end")]
    [InlineData("first-last", "", 3, 4, "2026-09-17 00:00", true, SendChoice.Send, null)]
    // Around the shift.
    [InlineData("shift-windows", Office, 0, 1, "2026-09-16 08:30", true, SendChoice.Send, null)]
    [InlineData("shift-windows", Night, 1, 4, "2026-09-16 19:00", true, SendChoice.Skip, "reason.policy_outside_shift")]
    public void A_punch_is_judged_by_its_place_in_the_day(string policy, string shift, int which, int known, string now, bool room, SendChoice expected, string? reason)
    {
        SendVerdict verdict = Judge(policy, shift, Day[..known], which, now, room);

        (verdict.Choice, verdict.Reason).ShouldBe((expected, reason));
    }

    [Fact]
    public void The_hour_after_the_shift_is_told_as_the_time_to_look_again() =>
        Judge("first-last", Office, Day[..2], 1, "2026-09-16 12:01", false).Until.ShouldBe(ShiftedClock.At("2026-09-16 19:00"));

    [Fact]
    public void The_last_out_goes_before_the_platform_writes_it_as_missing()
    {
        // Friday night: the window ends twelve hours after the shift; on other days at the middle to the next shift, 01:30.
        Judge("first-last", Office, ["2026-09-16 08:30", "2026-09-17 00:50"], 1, "2026-09-17 00:51", false).Until.ShouldBe(ShiftedClock.At("2026-09-17 01:15"));
    }

    [Fact]
    public void A_night_shift_belongs_to_the_day_on_which_it_began()
    {
        string[] night = ["2026-09-16 21:55", "2026-09-17 02:00", "2026-09-17 06:03"];
        Judge("first-last", Night, night, 0, "2026-09-16 21:55", false).Part.ShouldBe(DayPart.First);
        Judge("first-last", Night, night, 1, "2026-09-17 06:03", false).Reason.ShouldBe("reason.policy_first_last");
        Judge("first-last", Night, night, 2, "2026-09-17 07:04", false).ShouldBe(new(SendChoice.Send, DayPart.Last));
    }

    [Fact]
    public void A_first_in_that_comes_late_is_first_and_the_one_that_was_taken_for_it_is_not_any_more()
    {
        // The terminal at the gate was offline: 08:30 arrives after 12:01 was sent as the first-in.
        Judge("first-last", Office, [Day[1]], 0, "2026-09-16 12:01", false).Part.ShouldBe(DayPart.First);
        Judge("first-last", Office, Day[..2], 0, "2026-09-16 12:30", false).ShouldBe(new(SendChoice.Send, DayPart.First));
        Judge("first-last", Office, Day[..3], 1, "2026-09-16 13:30", false).Choice.ShouldBe(SendChoice.Skip);
    }

    [Fact]
    public void A_direction_that_the_terminal_knows_counts()
    {
        DayPunch outFirst = new(1, ShiftedClock.At(Day[0]), PunchDirection.Out), then = new(2, ShiftedClock.At(Day[1]), PunchDirection.In), last = new(3, ShiftedClock.At(Day[3]), PunchDirection.In);
        Judge("first-last", Office, [outFirst, then, last], then, "2026-09-16 20:00", false).Part.ShouldBe(DayPart.First);
        Judge("first-last", Office, [outFirst, then, last], last, "2026-09-16 20:00", false).Part.ShouldBe(DayPart.Between, "somebody who comes in is not going");
        Judge("first-last", Office, [outFirst, then, last], outFirst, "2026-09-16 20:00", false).Part.ShouldBe(DayPart.Between);
    }

    [Theory]
    // 200 first-ins a day, twelve days to come: 200 × 2 × 12 and today's 200 last-outs are needed.
    [InlineData(1000, 200, 10.5, 12, 200, 200, 2142, 5000, 0)]
    [InlineData(1000, 20, 10.5, 12, 20, 20, 2142, 500, 3250)]
    [InlineData(4900, 20, 20.5, 0, 20, 20, 5019, 20, 0)]
    [InlineData(0, 0, 0.2, 20, 0, 0, null, 0, 4750)]
    public void The_outlook_keeps_what_first_in_and_last_out_will_take(long used, double aDay, double past, int toCome, long today, long _, int? forecast, long needed, long spare)
    {
        BudgetOutlook outlook = BudgetOutlook.Of(new() { Used = used, Limit = 5000, Reserve = 250, DaysPast = past, DaysToCome = toCome, Today = true, FirstsToday = today, FirstsADay = aDay });

        (outlook.Forecast is null).ShouldBe(forecast is null);
        if (forecast is { } value) outlook.Forecast!.Value.ShouldBeInRange(value - 60, value + 60);
        outlook.Needed.ShouldBe(needed);
        outlook.Spare.ShouldBe(spare);
    }

    private static SendVerdict Judge(string policy, string shift, string[] day, int which, string now, bool room)
    {
        List<DayPunch> punches = [.. day.Select((at, i) => new DayPunch(i + 1, ShiftedClock.At(at), PunchDirection.None))];
        return Judge(policy, shift, punches, punches[which], now, room);
    }

    private static SendVerdict Judge(string policy, string shift, List<DayPunch> punches, DayPunch punch, string now, bool room)
    {
        SiteOptions site = new() { Shift = shift };
        SendPlan plan = new(SitePlan.Of(site), DateTimeZoneProviders.Tzdb[site.TimeZone], new() { Policy = policy });
        return plan.Judge(punch, plan.DayOf(punch.At), punches, ShiftedClock.At(now), room);
    }
}
