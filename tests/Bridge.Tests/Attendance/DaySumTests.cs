using System.Globalization;
using Devices.Bridge.Attendance;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Corrections;
using Devices.Bridge.Tests.Kit;
using Devices.Bridge.Tests.Store;
using Devices.Contract.Punches;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;

namespace Devices.Bridge.Tests.Attendance;

/// <summary>The short way to a day says what the long way says, whatever happens and in whichever order it is asked.</summary>
public sealed class DaySumTests
{
    private static readonly DateTimeZone Zone = DateTimeZoneProviders.Tzdb["Asia/Shanghai"];
    private static readonly LocalDate First = new(2026, 3, 2);
    private static readonly string[] People = ["ada", "bob", "eve", "joe", "kim", "李雷", "x-nobody"];
    private static readonly StringComparer Names = StringComparer.Create(CultureInfo.GetCultureInfo("en"), ignoreCase: true);

    private static readonly string[] Plans =
    [
        """{ "shifts": { "day": { "times": "09:00-18:00", "permitLate": 5, "seriousLate": 60 } }, "assignments": [ { "week": { "1-5": "day" } } ] }""",
        """
        { "shifts": { "split": { "times": "08:00-12:00,13:30-17:30" }, "night": { "times": "22:00-06:00", "opensBefore": 120, "closesAfter": 240 }, "free": { "times": "06:00-22:00", "required": 480, "break": 60 } },
          "assignments": [ { "week": { "1-6": "split" } }, { "rotation": ["night", "night", "rest"], "from": "2026-02-20", "people": ["bob", "李雷"] }, { "week": { "1-7": "free" }, "departments": [2] } ] }
        """,
    ];

    [Theory]
    [InlineData(StoreKind.Sqlite, 1, 0)]
    [InlineData(StoreKind.Sqlite, 2, 1)]
    [InlineData(StoreKind.Sqlite, 3, 1)]
    [InlineData(StoreKind.Postgres, 4, 1)]
    [InlineData(StoreKind.Sqlite, 5, -1)]
    public async Task Over_random_days_with_late_punches_and_corrections_both_ways_agree(StoreKind kind, int seed, int planned)
    {
        await using CorrectionBench bench = new(kind);
        Random random = new(seed);
        await bench.Store.People.ReconcileAsync(
            [new(1, null, "all"), new(2, 1, "part")],
            [.. People.Take(6).Select((p, i) => new Person(p, $"N{9 - i}", null, true, i == 5 ? [] : i % 2 == 0 ? [1L] : [1L, 2L]))]);
        SitePlan plan = planned < 0 ? SitePlan.Of(new() { TimeZone = Zone.Id }) : PlanOf(Plans[planned]);
        TestLedger[] ledgers = [await bench.TerminalAsync("a"), await bench.TerminalAsync("b", "north"), await bench.TerminalAsync("c", "north")];
        SqlDayStore store = new(bench.Store.Database, bench.Store.Time);
        DaySums sums = Sums(store, plan, bench);
        List<Punch> made = [];
        for (int step = 0; step < 60; step++)
        {
            switch (random.Next(8))
            {
                case 0 or 1 or 2:
                    for (int i = 0; i < 12; i++)
                    {
                        TestLedger ledger = ledgers[random.Next(3)];
                        // Now and then two in one millisecond, at the very end of a day, or long ago.
                        long at = made.Count > 0 && random.Next(10) == 0 ? made[^1].At : Start(First.PlusDays(random.Next(6))) + (random.Next(20) == 0 ? 0 : random.NextInt64(86_400_000));
                        made.Add(ledger.Add(People[random.Next(People.Length)], at, PunchMethod.Card, random.Next(12) == 0 ? ClockQuality.Held : ClockQuality.Synced));
                        (await bench.Store.Punches.AppendAsync(ledger.Batch(ledger.Punches.Count, 1))).Problem.ShouldBeNull();
                    }

                    break;
                case 3 or 4 when made.Count > 0:
                    Punch punch = made[random.Next(made.Count)];
                    CorrectionKind what = (CorrectionKind)random.Next(4);
                    string to = People[random.Next(6)];
                    if (what == CorrectionKind.Reassign && to == punch.Person) break;
                    await bench.ApplyAsync(what == CorrectionKind.Add
                        ? bench.New(what, person: to, at: punch.At + random.Next(10_000_000), site: random.Next(2) == 0 ? "" : "north")
                        : bench.New(what, await bench.ByKeyAsync(punch), to: what == CorrectionKind.Reassign ? to : null));
                    break;
                case 5:
                    bench.Store.Time.Advance(TimeSpan.FromMinutes(random.Next(900)));
                    break;
                case 6 when random.Next(3) == 0:
                    // A terminal goes elsewhere, and its punches with it.
                    await bench.Store.Database.WriteAsync(session => session.Execute("UPDATE terminals SET site = @site WHERE name = 'c'", ("@site", random.Next(2) == 0 ? "north" : "south")));
                    break;
                case 7 when random.Next(4) == 0:
                    // The bridge starts again: what was kept is all there is.
                    sums = Sums(store, plan, bench);
                    break;
            }

            await AgreeAsync(bench, plan, sums, random, $"seed {seed}, step {step}");
        }

        (await bench.Store.CountAsync("day_sums")).ShouldBeGreaterThan(5);
    }

    [Fact]
    public async Task Another_plan_for_a_day_that_is_over_gives_another_answer_and_the_first_one_again_its_own()
    {
        await using CorrectionBench bench = new(StoreKind.Sqlite);
        TestLedger terminal = await bench.TerminalAsync("a");
        await bench.PunchAsync(terminal, "ada", CorrectionBench.At(9, 30));
        bench.Store.Time.Advance(TimeSpan.FromDays(5));
        SitePlan plan = PlanOf(Plans[0]);
        SqlDayStore store = new(bench.Store.Database, bench.Store.Time);
        DaySums sums = Sums(store, plan, bench);
        async Task<SeenMarks> MarksAsync() => (await sums.OfAsync(SiteScope.All, First, (Start(First), Start(First.PlusDays(1))))).Single().Marks;
        (await MarksAsync() & SeenMarks.Late).ShouldBe(SeenMarks.Late);
        plan.Set(PlanHistory.Of(PlanReader.Read(Plans[0].Replace("09:00", "10:00", StringComparison.Ordinal)).Plan!), Memberships.None);
        (await MarksAsync() & SeenMarks.Late).ShouldBe(SeenMarks.None);
        plan.Set(PlanHistory.Of(PlanReader.Read(Plans[0]).Plan!), Memberships.None);
        (await MarksAsync() & SeenMarks.Late).ShouldBe(SeenMarks.Late);
        await bench.Store.Database.WriteAsync(session => session.Execute("UPDATE day_sums SET body = @body", ("@body", new byte[] { 1, 2, 0xFF })));
        sums = Sums(store, plan, bench);
        (await MarksAsync() & SeenMarks.Late).ShouldBe(SeenMarks.Late);
    }

    [Fact]
    public void What_is_written_is_read_again_for_any_name_and_time()
    {
        SeenDay[] seen =
        [
            new("u1", 1_772_438_400_000, 1_772_438_400_000, 1, "a", SeenMarks.None), new("u10", 1_772_438_500_000, 1_772_538_400_000, 300, "终端-b", SeenMarks.Late | SeenMarks.Held),
            new("李雷", 1_772_438_400_001, 1_772_438_400_002, 2, "a", SeenMarks.Planned), new(new string('x', 3000), 1_772_438_400_000, 1_772_438_400_000, 1, "a", SeenMarks.Early | SeenMarks.Incomplete),
        ];
        SeenCodec.Read(SeenCodec.Write(seen, 1_772_438_400_000), []).ShouldBe(seen, ignoreOrder: true);
        SeenCodec.Read(SeenCodec.Write([], 0), []).ShouldBeEmpty();
    }

    private static async Task AgreeAsync(CorrectionBench bench, SitePlan plan, DaySums sums, Random random, string where)
    {
        // A board of its own each time: it keeps rows for some seconds.
        DayBoard board = new(bench.Effective, plan, bench.Store.Time);
        SiteScope scope = random.Next(3) switch { 0 => SiteScope.All, 1 => SiteScope.Of("north"), _ => SiteScope.Of("", "south") };
        List<LocalDate> days = [.. Enumerable.Range(-1, 9).Select(i => First.PlusDays(i)).Where(_ => random.Next(2) == 0)];
        IReadOnlyList<IReadOnlyList<SeenDay>> found = await sums.OfAsync(scope, [.. days.Select(d => (d, Start(d), Start(d.PlusDays(1))))]);
        IReadOnlyList<Person> people = await bench.Store.People.PeopleAsync(SiteScope.All), everybody = await bench.Store.People.PeopleAsync(SiteScope.All, includeLeft: true);
        PeopleOrder order = new(everybody, Names);
        Instant now = Instant.FromDateTimeOffset(bench.Store.Time.GetUtcNow());
        DayCounter counter = new(people, plan, Site, Zone, now);
        foreach (var (day, short1) in days.Zip(found))
        {
            var calendar = (Start(day), Start(day.PlusDays(1)));
            IReadOnlyList<DayRow> rows = await board.OfAsync(scope, day, calendar);
            short1.OrderBy(s => s.Person, StringComparer.Ordinal).ShouldBe(rows.Select(SeenDay.Of).OrderBy(s => s.Person, StringComparer.Ordinal), $"{where}, {day}, {scope}");
            Dictionary<string, int> undelivered = rows.Where(r => r.Undelivered > 0).ToDictionary(r => r.Person, r => r.Undelivered, StringComparer.Ordinal);
            (await sums.UndeliveredAsync(scope, day, calendar)).OrderBy(u => u.Key, StringComparer.Ordinal).ShouldBe(undelivered.OrderBy(u => u.Key, StringComparer.Ordinal), $"{where}, {day}, {scope}");

            // The page's rows, from the punches of a few.
            IReadOnlyDictionary<string, DayRow> some = await board.RowsAsync(scope, day, calendar, [.. rows.Take(3).Select(r => r.Person), "nobody"]);
            some.Values.Select(Summary).Order().ShouldBe(rows.Take(3).Select(Summary).Order(), $"{where}, {day}, {scope}");

            // Order and counts, against the plain way.
            IReadOnlyList<PersonDay> all = DayOverview.Of(day, short1, people, order, plan, Site, Zone, now);
            all.Select(p => p.Person).ShouldBe(all.OrderBy(p => p.Standing == Standing.Missing ? 0 : p.Standing == Standing.Late ? 1 : p.Remarkable ? 2 : p.Standing == Standing.Here ? 3 : p.Standing == Standing.NotDue ? 4 : 5)
                .ThenBy(p => p.Name ?? p.Person, Names).ThenBy(p => p.Person, StringComparer.Ordinal).Select(p => p.Person), $"{where}, {day}");
            all.Select(p => p.Person).Order(StringComparer.Ordinal).ShouldBe(people.Select(p => p.UserId).Union(rows.Select(r => r.Person)).Order(StringComparer.Ordinal));
            var (tally, departments, sites) = counter.Count(day, short1);
            tally.ShouldBe(DayTally.Of(all), $"{where}, {day}");
            departments.Where(d => d.Value != DayTally.Of([])).OrderBy(d => d.Key).ShouldBe(DayTally.ByDepartment(all).Where(d => d.Value != DayTally.Of([])).OrderBy(d => d.Key), $"{where}, {day}");
            sites.OrderBy(s => s.Key, StringComparer.Ordinal).ShouldBe(DayTally.BySite(all).OrderBy(s => s.Key, StringComparer.Ordinal), $"{where}, {day}");
        }
    }

    private static string Site(string terminal) => terminal == "a" ? "" : "north";

    private static string Summary(DayRow row) => $"{row.Person} {row.Name} {row.First} {row.Last} {row.Count} {row.LastTerminal} {row.Undelivered} {row.Day.Worked} {string.Join(',', row.Day.Points.Select(p => $"{p.Verdict}{p.Minutes}{p.Punch?.Key}"))}";

    private static DaySums Sums(SqlDayStore store, SitePlan plan, CorrectionBench bench) => new(store, plan, bench.Store.Time, NullLogger<DaySums>.Instance);

    private static SitePlan PlanOf(string text)
    {
        SitePlan plan = SitePlan.Of(new() { TimeZone = Zone.Id });
        IReadOnlyDictionary<string, IReadOnlyList<(long, IReadOnlyList<long>)>> steps = new Dictionary<string, IReadOnlyList<(long, IReadOnlyList<long>)>> { ["eve"] = [(0, [1L]), (Start(First.PlusDays(2)), [2L])], ["joe"] = [(0, [2L])] };
        plan.Set(PlanHistory.Of(PlanReader.Read(text).Plan!), new(steps, new Dictionary<long, long?> { [1] = null, [2] = 1 }));
        return plan;
    }

    private static long Start(LocalDate day) => day.AtStartOfDayInZone(Zone).ToInstant().ToUnixTimeMilliseconds();
}
