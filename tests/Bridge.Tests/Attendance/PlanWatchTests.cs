using Devices.Bridge.Attendance;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Kit;
using Devices.Bridge.Tests.Store;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;

namespace Devices.Bridge.Tests.Attendance;

/// <summary>The plan file while the bridge runs.</summary>
public sealed class PlanWatchTests
{
    private static readonly LocalDate Monday = new(2026, 3, 2), NextMonday = new(2026, 3, 9);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_changed_file_is_taken_and_moves_no_day_that_is_past_also_after_a_restart()
    {
        await using Site site = new("09:00-18:00");
        await site.Watch.LookAsync(Stop);
        site.Store.Time.Advance(TimeSpan.FromDays(7));
        site.Write("22:00-06:00");
        await site.Watch.LookAsync(Stop);

        void Check(SitePlan plan)
        {
            plan.On(Monday, "ada")!.Sections[0].Start.ShouldBe(540);
            plan.On(Monday.PlusDays(-300), "ada")!.Sections[0].Start.ShouldBe(540, "the first plan also serves the days before it");
            plan.On(NextMonday, "ada")!.Sections[0].Start.ShouldBe(1320);
        }

        Check(site.Plan);
        SitePlan again = SitePlan.Of(site.Options.Site);
        using PlanWatch watch = site.WatchOf(again);
        await watch.LookAsync(Stop);
        Check(again);
        (await new SqlRosterStore(site.Store.Database, site.Store.Time).PlansAsync(Stop)).Count.ShouldBe(2, "an unchanged file is no new plan");
    }

    [Fact]
    public async Task A_date_in_the_file_itself_says_from_when_it_counts()
    {
        await using Site site = new("09:00-18:00");
        await site.Watch.LookAsync(Stop);
        site.Write("22:00-06:00", "\"validFrom\": \"2026-03-09\",");
        await site.Watch.LookAsync(Stop);

        site.Plan.On(NextMonday.PlusDays(-1), "ada")!.Sections[0].Start.ShouldBe(540);
        site.Plan.On(NextMonday, "ada")!.Sections[0].Start.ShouldBe(1320);
    }

    [Fact]
    public async Task A_file_that_cannot_be_used_changes_nothing_and_is_shown_until_it_can()
    {
        await using Site site = new("09:00-18:00");
        await site.Watch.LookAsync(Stop);
        File.WriteAllText(site.Options.Site.PlanFile, "{ \"shifts\": ");
        await site.Watch.LookAsync(Stop);
        await site.Watch.LookAsync(Stop);

        site.Plan.On(Monday, "ada")!.Sections[0].Start.ShouldBe(540);
        ExceptionRow row = (await site.Store.Exceptions.ExceptionsAsync(SiteScope.All, false, 10, Stop)).ShouldHaveSingleItem();
        (row.Code, row.Count).ShouldBe(("reason.plan_file", 1));
        File.Delete(site.Options.Site.PlanFile);
        await site.Watch.LookAsync(Stop);
        (await site.Store.Exceptions.ExceptionsAsync(SiteScope.All, false, 10, Stop)).ShouldHaveSingleItem().Text.ShouldContain("cannot be read");

        site.Write("22:00-06:00");
        await site.Watch.LookAsync(Stop);
        (await site.Store.Exceptions.ExceptionsAsync(SiteScope.All, false, 10, Stop)).ShouldBeEmpty();
        site.Plan.On(Monday, "ada")!.Sections[0].Start.ShouldBe(1320);
    }

    [Fact]
    public async Task Who_moves_to_another_department_works_its_shift_from_the_next_day_on()
    {
        await using Site site = new("09:00-18:00");
        File.WriteAllText(site.Options.Site.PlanFile, """
            { "shifts": { "office": { "times": "09:00-18:00" }, "night": { "times": "22:00-06:00" } },
              "assignments": [ { "week": { "1-7": "office" } }, { "week": { "1-7": "night" }, "departments": [2] } ] }
            """);
        Department[] departments = [new(2, null, "Guards"), new(3, 2, "Gate"), new(4, null, "Office")];
        await site.Store.People.ReconcileAsync(departments, [new("ada", "Ada", null, true, [4])], Stop);
        await site.Watch.LookAsync(Stop);
        site.Plan.On(Monday, "ada")!.Name.ShouldBe("office");
        await site.Store.People.ReconcileAsync(departments, [new("ada", "Ada", null, true, [3])], Stop);
        await site.Watch.LookAsync(Stop);

        site.Plan.On(Monday, "ada")!.Name.ShouldBe("office");
        site.Plan.On(Monday.PlusDays(1), "ada")!.Name.ShouldBe("night", "a department's plan serves those below it");
    }

    [Theory]
    [InlineData(null, "cannot be read")]
    [InlineData("{}", "cannot be used")]
    public void A_file_that_cannot_be_used_at_start_is_refused_in_words(string? text, string sentence)
    {
        using TempDirectory folder = new();
        if (text is not null) File.WriteAllText(folder.File("plan.json"), text);
        Should.Throw<BridgeStartException>(() => SitePlan.Of(new() { PlanFile = folder.File("plan.json") })).Message.ShouldContain(sentence);
        Should.Throw<BridgeStartException>(() => SitePlan.Of(new() { PlanFile = folder.File("plan.json"), Shift = "09:00-18:00" })).Message.ShouldContain("both set");
    }

    private sealed class Site : IAsyncDisposable
    {
        private readonly TempDirectory _folder = new();

        public Site(string times)
        {
            Options = new() { Site = new() { PlanFile = _folder.File("plan.json") } };
            Write(times);
            Plan = SitePlan.Of(Options.Site);
            Watch = WatchOf(Plan);
        }

        public StoreFixture Store { get; } = new();

        public BridgeOptions Options { get; }

        public SitePlan Plan { get; }

        public PlanWatch Watch { get; }

        public void Write(string times, string more = "") => File.WriteAllText(Options.Site.PlanFile,
            $$"""{ {{more}} "shifts": { "s": { "times": "{{times}}" } }, "assignments": [ { "week": { "1-7": "s" } } ] }""");

        public PlanWatch WatchOf(SitePlan plan)
        {
            SqlRosterStore roster = new(Store.Database, Store.Time);
            return new(plan, roster, roster, Store.People, Store.Exceptions, Options, Store.Time, NullLogger<PlanWatch>.Instance);
        }

        public async ValueTask DisposeAsync()
        {
            Watch.Dispose();
            await Store.DisposeAsync();
            _folder.Dispose();
        }
    }
}
