using Devices.Bridge.Attendance;
using Devices.Bridge.Delivery;
using Devices.Bridge.Delivery.Schedules;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Delivery;
using NodaTime;
using Until = Devices.Bridge.Tests.Delivery.Until;

namespace Devices.Bridge.Tests.Attendance;

/// <summary>The platform's schedule as the site's plan: asked within the month's calls, kept, followed, and never worse than the one before.</summary>
public sealed class PlatformPlanTests
{
    private static readonly LocalDate Wednesday = new(2026, 9, 16);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static readonly string[] Settings = ["--Bridge:Site:Plan=platform", "--Bridge:Site:PlanOperator=boss", "--Bridge:Site:PermitLate=5"];

    [Fact]
    public async Task Everybodys_days_are_the_platforms_and_a_change_there_moves_no_day_that_is_past_also_after_a_restart()
    {
        ShiftedClock clock = new("2026-09-16 08:00");
        await using Bench bench = await StartAsync(clock, new() { ["2026-09-16"] = "22:00-06:00", ["2026-09-17"] = "08:00-12:00,13:30-17:30", ["2026-09-18"] = "rest" });
        (await bench.Get<PlatformPlanPull>().PullAsync(Stop)).ShouldBeNull();

        void Check()
        {
            SitePlan plan = bench.Get<SitePlan>();
            plan.On(Wednesday, "ada")!.Sections.ShouldBe([new(540, 1080)]);
            plan.On(Wednesday, "ada")!.PermitLate.ShouldBe(5);
            plan.On(Wednesday.PlusDays(3), "ada").ShouldBeNull("Saturday");
            plan.On(Wednesday, "grace")!.Sections.ShouldBe([new(1320, 1800)]);
            plan.On(Wednesday.PlusDays(2), "grace").ShouldBeNull();
            plan.On(Wednesday, "alan").ShouldBeNull("in no attendance group");
            (plan.Works(Wednesday), plan.Works(Wednesday.PlusDays(3)), plan.Works(new(2026, 12, 2))).ShouldBe((true, false, true));
        }

        Check();
        bench.Get<SitePlan>().On(Wednesday.PlusDays(1), "grace")!.Sections.Count.ShouldBe(2);
        (await bench.Get<CallBudget>().CallsAsync(bench.Get<IPlatformTarget>(), Stop))["schedule"].ShouldBe(await bench.Platform.CallsAsync("topapi/attendance/schedule/listbyusers"));

        // Asked again on the next day: nothing new, and nothing kept twice; then a change.
        clock.Advance(TimeSpan.FromDays(1));
        (await bench.Get<PlatformPlanPull>().PullAsync(Stop)).ShouldBeNull();
        (await bench.Get<IPlanStore>().PlansAsync(Stop)).Count.ShouldBe(1);
        await PlanAsync(bench, new() { ["2026-09-16"] = "rest", ["2026-09-17"] = "07:00-15:00", ["2026-09-18"] = "rest" });
        (await bench.Get<PlatformPlanPull>().PullAsync(Stop)).ShouldBeNull();
        Check();
        bench.Get<SitePlan>().On(Wednesday.PlusDays(1), "grace")!.Sections.ShouldBe([new(420, 900)]);
        await bench.ReopenAsync();
        Check();
        bench.Get<SitePlan>().On(Wednesday.PlusDays(1), "grace")!.Sections.ShouldBe([new(420, 900)]);
    }

    [Fact]
    public async Task Without_a_call_left_or_an_answer_the_plan_before_stays_and_HR_sees_why_until_it_comes()
    {
        ShiftedClock clock = new("2026-09-16 08:00");
        await using Bench bench = await StartAsync(clock, []);
        (await bench.Get<PlatformPlanPull>().PullAsync(Stop)).ShouldBeNull();
        await PlanAsync(bench, new() { ["2026-09-16"] = "10:00-19:00" });
        int fault = await bench.Platform.FaultAsync(new { kind = "throttle", api = "topapi/attendance/schedule/listbyusers" });
        (await bench.Get<PlatformPlanPull>().PullAsync(Stop)).ShouldNotBeNull();
        bench.Get<SitePlan>().On(Wednesday, "grace")!.Sections.ShouldBe([new(540, 1080)]);
        (await RowsAsync(bench)).ShouldHaveSingleItem();
        await bench.Platform.ClearFaultsAsync();
        (await bench.Get<PlatformPlanPull>().PullAsync(Stop)).ShouldBeNull();
        bench.Get<SitePlan>().On(Wednesday, "grace")!.Sections.ShouldBe([new(600, 1140)]);
        (await RowsAsync(bench)).ShouldBeEmpty();
        fault.ShouldBeGreaterThan(0);

        await bench.ReopenAsync("--Bridge:Platform:MonthlyCalls=2", "--Bridge:Platform:KeptForProofs=1");
        await PlanAsync(bench, new() { ["2026-09-16"] = "11:00-20:00" });
        (await bench.Get<PlatformPlanPull>().PullAsync(Stop)).ShouldBe(OutcomeHandler.OwnBudget);
        bench.Get<SitePlan>().On(Wednesday, "grace")!.Sections.ShouldBe([new(600, 1140)]);
        (await RowsAsync(bench)).ShouldHaveSingleItem();
    }

    [Fact]
    public void Points_that_are_no_shift_are_said_and_a_day_of_rest_parts_the_fortnights_ends()
    {
        LocalDate monday = new(2026, 9, 14);
        SchedulePoint At(string person, int day, int hour, bool start, int later = 0) => new(person, monday.PlusDays(day), monday.PlusDays(day + later).AtMidnight().PlusHours(hour), start);
        (string text, var unread) = PlatformPlan.Compose(
            ["ada", "grace", "alan"],
            [At("ada", 0, 5, true), At("ada", 0, 9, false), At("ada", 13, 20, true), At("ada", 13, 8, false, 1), At("grace", 1, 9, true), At("alan", 2, 9, false), At("alan", 2, 18, true)],
            monday, 14, monday, new());
        (ShiftPlan? plan, string? fault) = PlanReader.Read(text);
        fault.ShouldBeNull();
        unread.ShouldBe([("alan", monday.PlusDays(2)), ("grace", monday.PlusDays(1))], ignoreOrder: true);
        plan!.On(monday.PlusDays(13), "ada", new HashSet<long>())!.Sections.ShouldBe([new(1200, 1920)]);
        plan.On(monday.PlusDays(14), "ada", new HashSet<long>()).ShouldBeNull();
    }

    [Theory]
    [InlineData("Bridge:Site:Plan is 'file'", "--Bridge:Site:Plan=file")]
    [InlineData("Bridge:Site:PlanOperator is missing", "--Bridge:Site:Plan=platform")]
    [InlineData("leave one of them out", "--Bridge:Site:Plan=platform", "--Bridge:Site:PlanOperator=boss", "--Bridge:Site:Shift=09:00-18:00")]
    [InlineData("Bridge:Site:Plan is platform, but there is none", "--Bridge:Site:Plan=platform", "--Bridge:Site:PlanOperator=boss", "--Bridge:Platform:Kind=none")]
    public void What_cannot_be_meant_refuses_the_start(string words, params string[] settings)
    {
        string folder = Directory.CreateTempSubdirectory("bridge-tests-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "secret"), "x");
            Should.Throw<BridgeStartException>(() => BridgeApplication.Build([.. Bench.Arguments(folder, new("http://127.0.0.1:1")), .. settings])).Message.ShouldContain(words);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<ExceptionRow>> RowsAsync(Bench bench) =>
        [.. (await bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 20, Stop)).Where(r => r.Code == PlatformPlanPull.Code)];

    private static Task PlanAsync(Bench bench, Dictionary<string, string> grace) => bench.Platform.OrganisationAsync(new
    {
        users = new object[]
        {
            new { userid = "boss", name = "Boss" }, new { userid = "ada", name = "Ada" }, new { userid = "grace", name = "Grace", schedule = grace },
            new { userid = "alan", name = "Alan", attendance_group = false },
        },
    });

    private static async Task<Bench> StartAsync(ShiftedClock clock, Dictionary<string, string> grace)
    {
        Bench bench = await Bench.StartAtAsync(clock, Settings);
        await PlanAsync(bench, grace);
        await Until.Async(
            async () =>
            {
                await bench.Get<Devices.Bridge.Roster.RosterService>().PullAsync(confirmed: true, Stop);
                return (await bench.Get<IPeopleStore>().PeopleAsync(SiteScope.All, false, Stop)).Count(p => p.UserId is "boss" or "grace" or "alan" or "ada");
            }, count => count == 4, "the roster", 30);
        return bench;
    }
}
