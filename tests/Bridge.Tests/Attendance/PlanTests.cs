using System.Globalization;
using Devices.Bridge.Attendance;
using NodaTime;

namespace Devices.Bridge.Tests.Attendance;

/// <summary>Who works what when, as a plan file says it.</summary>
public sealed class PlanTests
{
    private static readonly HashSet<long> Nowhere = [];

    private const string Shifts = """
        "shifts": {
          "office": { "times": "09:00-18:00", "permitLate": 5, "seriousLate": 30 },
          "night": { "times": "22:00-06:00" },
          "split": { "times": "08:00-12:00,13:30-17:30" }
        }
        """;

    [Fact]
    public void The_one_named_more_closely_counts_and_then_the_one_that_began_later()
    {
        ShiftPlan plan = Plan("""
            { "week": { "1-5": "office" } },
            { "week": { "1-5": "night" }, "departments": [4] },
            { "week": { "1-5": "split" }, "people": ["ada"], "from": "2026-11-10", "to": "2026-11-20" },
            { "week": { "1-3": "night" }, "people": ["ada"], "from": "2026-11-18" }
            """);

        plan.On(new(2026, 11, 9), "joan", Nowhere)!.Name.ShouldBe("office");
        plan.On(new(2026, 11, 9), "joan", new HashSet<long> { 4L, 9L })!.Name.ShouldBe("night");
        plan.On(new(2026, 11, 9), "ada", new HashSet<long> { 4L })!.Name.ShouldBe("night");
        plan.On(new(2026, 11, 10), "ada", new HashSet<long> { 4L })!.Name.ShouldBe("split");
        plan.On(new(2026, 11, 18), "ada", new HashSet<long> { 4L })!.Name.ShouldBe("night");
        plan.On(new(2026, 11, 20), "ada", new HashSet<long> { 4L }).ShouldBeNull("the assignment that counts decides, also about days of rest");
        plan.On(new(2026, 11, 14), "joan", Nowhere).ShouldBeNull("Saturday");
        plan.On(new(2026, 11, 9), null, Nowhere)!.Name.ShouldBe("office");
    }

    [Fact]
    public void A_holiday_rests_and_a_swapped_day_works_as_the_day_it_stands_for()
    {
        ShiftPlan plan = Plan(
            """{ "week": { "1-4": "office", "5": "split" } }, { "rotation": ["night", "rest"], "from": "2026-10-01", "people": ["guard"] }""",
            """{ "date": "2026-10-01", "to": "2026-10-07", "rest": true, "name": "National Day" }, { "date": "2026-10-10", "worksAs": 5 }""");

        plan.On(new(2026, 10, 1), "ada", Nowhere).ShouldBeNull();
        plan.On(new(2026, 10, 7), "ada", Nowhere).ShouldBeNull();
        plan.On(new(2026, 10, 8), "ada", Nowhere)!.Name.ShouldBe("office");
        plan.On(new(2026, 10, 10), "ada", Nowhere)!.Name.ShouldBe("split", "a Saturday that works as a Friday");
        plan.On(new(2026, 10, 1), "guard", Nowhere)!.Name.ShouldBe("night", "who works by rotation works on holidays");
    }

    [Fact]
    public void A_rotation_goes_round_from_its_first_day_over_months()
    {
        ShiftPlan plan = Plan("""{ "rotation": ["office", "office", "night", "rest", "rest"], "from": "2026-02-27" }""");

        Enumerable.Range(0, 7).Select(i => plan.On(new LocalDate(2026, 2, 27).PlusDays(i), null, Nowhere)?.Name).ShouldBe(["office", "office", "night", null, null, "office", "office"]);
        plan.On(new(2026, 2, 26), null, Nowhere).ShouldBeNull("it has not begun");
    }

    [Theory]
    [InlineData("not json", "not such JSON")]
    [InlineData("{}", "no shifts")]
    [InlineData("null", "It is empty")]
    [InlineData("[]", "not such JSON")]
    [InlineData("""{ "shifts": { "x": null }, "assignments": [] }""", "The times of shift 'x' are ''")]
    [InlineData("""{ SHIFTS, "assignments": [ null ] }""", "needs either week")]
    [InlineData("""{ SHIFTS, "assignments": [ { "week": { "1": null } } ] }""", "a day without a shift")]
    [InlineData("""{ SHIFTS, "assignments": [ { "week": { "1": "office" }, "people": [null] } ] }""", "a person without an id")]
    [InlineData("""{ SHIFTS, "assignments": [ { "week": { "1": "office" } } ], "calendar": [ null ] }""", "The date of a calendar entry is ''")]
    [InlineData("""{ "shifts": {}, "assignments": [] }""", "no shifts")]
    [InlineData("""{ SHIFTS, "assignments": [] }""", "nobody would work")]
    [InlineData("""{ SHIFTS, "assignmants": [] }""", "not such JSON")]
    [InlineData("""{ "shifts": { "x": { "times": "9-18" } }, "assignments": [] }""", "The times of shift 'x' are '9-18'")]
    [InlineData("""{ "shifts": { "rest": { "times": "09:00-18:00" } }, "assignments": [] }""", "cannot be called 'rest'")]
    [InlineData("""{ "shifts": { "x": { "times": "09:00-18:00", "permitLate": 10, "seriousLate": 5 } }, "assignments": [] }""", "seriously late who is still on time")]
    [InlineData("""{ SHIFTS, "assignments": [ { "week": { "1-5": "ofice" } } ] }""", "Assignment 1 names shift 'ofice', which is not among the shifts (office, night, split).")]
    [InlineData("""{ SHIFTS, "assignments": [ { "week": { "1-8": "office" } } ] }""", "has days '1-8'")]
    [InlineData("""{ SHIFTS, "assignments": [ { "week": { "1-5": "office", "5": "night" } } ] }""", "gives day 5 twice")]
    [InlineData("""{ SHIFTS, "assignments": [ { } ] }""", "needs either week")]
    [InlineData("""{ SHIFTS, "assignments": [ { "rotation": ["office"] } ] }""", "give from")]
    [InlineData("""{ SHIFTS, "assignments": [ { "rotation": [], "from": "2026-01-01" } ] }""", "rotation of 0 days")]
    [InlineData("""{ SHIFTS, "assignments": [ { "week": { "1": "office" }, "from": "2026-02-01", "to": "2026-01-01" } ] }""", "before it begins")]
    [InlineData("""{ SHIFTS, "assignments": [ { "week": { "1": "office" }, "from": "1.2.2026" } ] }""", "give a date such as")]
    [InlineData("""{ SHIFTS, "assignments": [ { "week": { "1": "office" }, "people": ["a"], "departments": [1] } ] }""", "write two assignments")]
    [InlineData("""{ "shifts": { "n": { "times": "22:00-06:00" }, "e": { "times": "05:00-13:00" } }, "assignments": [ { "week": { "1": "n", "2": "e" } } ] }""", "'n' still running when 'e' begins")]
    [InlineData("""{ "shifts": { "n": { "times": "22:00-06:00" }, "e": { "times": "05:00-13:00" } }, "assignments": [ { "rotation": ["e", "n"], "from": "2026-01-01" } ] }""", "'n' still running when 'e' begins")]
    [InlineData("""{ SHIFTS, "assignments": [ { "week": { "1": "office" } } ], "calendar": [ { "date": "2026-10-01" } ] }""", "needs either \"rest\"")]
    [InlineData("""{ SHIFTS, "assignments": [ { "week": { "1": "office" } } ], "calendar": [ { "date": "2026-10-01", "worksAs": 8 } ] }""", "days are 1 (Monday) to 7")]
    [InlineData("""{ SHIFTS, "assignments": [ { "week": { "1": "office" } } ], "calendar": [ { "date": "2026-10-01", "to": "2026-10-05", "rest": true }, { "date": "2026-10-03", "rest": true } ] }""", "2026-10-03 twice")]
    public void What_cannot_be_meant_is_one_sentence(string text, string sentence)
    {
        var (plan, fault) = PlanReader.Judge(text.Replace("SHIFTS", Shifts, StringComparison.Ordinal));

        plan.ShouldBeNull();
        fault!.Text.ShouldContain(sentence);
        PlanFault.Codes.ShouldContain(fault.Code);
        PlanReader.Read(text.Replace("SHIFTS", Shifts, StringComparison.Ordinal)).Fault.ShouldBe(fault.Text);
        string Page(string culture) => string.Format(
            CultureInfo.InvariantCulture, Devices.Bridge.Tests.Web.TextTests.Text(culture, $"planfault.{fault.Code}"), fault.Values);
        Page("en").ShouldBe(fault.Text, "the page says what the log says");
        Page("zh-Hans").ShouldNotBe(fault.Text, "and in its reader's language");
    }

    [Fact]
    public void A_day_follows_the_plan_that_was_in_force_on_it()
    {
        ShiftPlan first = Plan("""{ "week": { "1-7": "office" } }"""), second = Plan("""{ "week": { "1-7": "night" } }"""), third = Plan("""{ "week": { "1-7": "split" } }""");
        PlanHistory history = new([(LocalDate.MinIsoValue, first), (new(2026, 11, 10), second), (new(2026, 12, 1), third)]);

        history.On(new(2026, 11, 9)).ShouldBe(first);
        history.On(new(2026, 11, 10)).ShouldBe(second);
        history.On(new(2026, 12, 24)).ShouldBe(third);
        new PlanHistory([(LocalDate.MinIsoValue, first), (new(2026, 12, 1), second), (new(2026, 11, 10), third)]).On(new(2026, 12, 24)).ShouldBe(third, "what was loaded last says it for every day from its date on");
    }

    [Fact]
    public void A_move_to_another_department_changes_the_days_after_it_and_none_before()
    {
        Instant moved = Instant.FromUtc(2026, 11, 10, 3, 0);
        Memberships memberships = new(
            new Dictionary<string, IReadOnlyList<(long, IReadOnlyList<long>)>> { ["ada"] = [(Instant.FromUtc(2026, 1, 1, 0, 0).ToUnixTimeMilliseconds(), [5L]), (moved.ToUnixTimeMilliseconds(), [6L])] },
            new Dictionary<long, long?> { [5] = 2, [6] = 3, [2] = 1, [3] = 2 });

        memberships.Of("ada", moved - Duration.FromMilliseconds(1)).ShouldBe([5L, 2L, 1L], ignoreOrder: true);
        memberships.Of("ada", moved).ShouldBe([6L, 3L, 2L, 1L], ignoreOrder: true);
        memberships.Of("ada", Instant.FromUtc(2020, 1, 1, 0, 0)).ShouldBe([5L, 2L, 1L], ignoreOrder: true);
        memberships.Of("nobody", moved).ShouldBeEmpty();
        new Memberships(new Dictionary<string, IReadOnlyList<(long, IReadOnlyList<long>)>> { ["x"] = [(0, [1L])] }, new Dictionary<long, long?> { [1] = 2, [2] = 1 }).Of("x", moved).ShouldBe([1L, 2L], ignoreOrder: true);
    }

    internal static ShiftPlan Plan(string assignments, string calendar = "")
    {
        var (plan, fault) = PlanReader.Read($"{{ {Shifts}, \"assignments\": [ {assignments} ], \"calendar\": [ {calendar} ] }}");
        fault.ShouldBeNull();
        return plan!;
    }
}
