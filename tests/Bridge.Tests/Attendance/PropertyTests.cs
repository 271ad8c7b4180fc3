using System.Globalization;
using Devices.Bridge.Attendance;
using Devices.Contract.Punches;
using NodaTime;

namespace Devices.Bridge.Tests.Attendance;

/// <summary>Made-up plans and punches, thousands of them, from seeds that are named in the failure.</summary>
public sealed class PropertyTests
{
    // Half an hour of summer time, a day left out, changes at midnight, quarter hours, changes that countries made up at short notice.
    private static readonly string[] Zones =
        ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo", "Africa/Casablanca", "Asia/Kathmandu", "Pacific/Kiritimati", "America/St_Johns"];

    // Around changes of the clocks, over the day Samoa left out, and at a year's end.
    private static readonly LocalDate[] Starts = [new(2026, 3, 27), new(2026, 10, 23), new(2011, 12, 28), new(2026, 12, 29), new(2018, 11, 2), new(2026, 6, 1)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_punch_belongs_to_exactly_one_attendance_day_whichever_day_is_asked_about(int seed)
    {
        Made made = new(seed);
        foreach (Instant at in made.Punches(120))
        {
            LocalDate calendar = at.InZone(made.Zone).Date;
            LocalDate[] claimed = [.. Enumerable.Range(-4, 9).Select(calendar.PlusDays).Where(day => Belongs(made, day, at))];
            claimed.Length.ShouldBe(1, $"seed {seed}, {made.ZoneId}, {at}: {string.Join(' ', claimed)}");
            Period.DaysBetween(calendar, claimed[0]).ShouldBeInRange(-2, 1);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void No_day_loses_doubles_or_changes_a_punch_and_the_order_of_arrival_does_not_matter(int seed)
    {
        Made made = new(seed);
        TimedPunch[] punches = [.. made.Punches(80).Select((at, i) => made.Timed(at, i))];
        AttendanceWindows windows = made.Windows();
        Instant now = punches.Max(p => p.At) + Duration.FromDays(3);

        IReadOnlyList<AttendanceDay> days = AttendanceCalculator.Days(windows, punches, now);

        days.SelectMany(d => d.Punches.Concat(d.Held)).OrderBy(p => p.Key.Seq).SequenceEqual(punches).ShouldBeTrue($"seed {seed}");
        days.Select(d => d.Day).ShouldBeUnique();
        Summary(AttendanceCalculator.Days(windows, [.. made.Shuffle(punches), .. punches.Take(20)], now)).ShouldBe(Summary(days), $"seed {seed}");
        foreach (AttendanceDay day in days)
        {
            day.Worked.ShouldBeGreaterThanOrEqualTo(Duration.Zero);
            if (day.Planned is { } planned) day.Worked.ShouldBeLessThanOrEqualTo(planned.End - planned.Start + Duration.FromMinutes(planned.Shift.Flexible), $"seed {seed}, {day.Day}");
            if (day is { FirstIn: { } first, LastOut: { } last }) last.At.ShouldBeGreaterThan(first.At);
            day.Points.Where(p => p.Punch is not null).Select(p => p.Punch!.At).ShouldBeInOrder(SortDirection.Ascending, $"seed {seed}, {day.Day}");
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Another_zone_moves_punches_between_days_but_never_between_people_and_loses_none(int seed)
    {
        Made one = new(seed);
        TimedPunch[] ada = [.. one.Punches(40).Select((at, i) => one.Timed(at, i))], grace = [.. one.Punches(40).Select((at, i) => one.Timed(at, i + 1000))];
        foreach (string zone in Zones)
        {
            AttendanceWindows windows = one.Windows(DateTimeZoneProviders.Tzdb[zone]);
            foreach (TimedPunch[] own in new[] { ada, grace })
                AttendanceCalculator.Days(windows, own, own.Max(p => p.At)).SelectMany(d => d.Punches.Concat(d.Held)).Select(p => p.Key.Seq).Order()
                    .ShouldBe(own.Select(p => p.Key.Seq), $"seed {seed}, {zone}");
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_late_correction_changes_its_own_day_and_the_one_it_came_from_only(int seed)
    {
        Made made = new(seed);
        TimedPunch[] punches = [.. made.Punches(60).Select((at, i) => made.Timed(at, i) with { Uncertainty = Duration.Zero })];
        AttendanceWindows windows = made.Windows();
        Instant now = punches.Max(p => p.At) + Duration.FromDays(30);
        TimedPunch old = punches[seed % punches.Length], corrected = old with { At = old.At + Duration.FromMinutes(90) };

        Dictionary<LocalDate, string> before = ByDay(punches), after = ByDay([.. punches.Where(p => p != old), corrected]);

        LocalDate[] touched = [windows.DayOf(old.At), windows.DayOf(corrected.At)];
        before.Keys.Union(after.Keys).Where(d => before.GetValueOrDefault(d) != after.GetValueOrDefault(d)).ShouldBeSubsetOf(touched);

        Dictionary<LocalDate, string> ByDay(IEnumerable<TimedPunch> all) => AttendanceCalculator.Days(windows, all, now).ToDictionary(d => d.Day, d => Summary([d]));
    }

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 60)];

    // As the day's page decides: by what lies around that day only.
    private static bool Belongs(Made made, LocalDate day, Instant at)
    {
        var (start, until) = made.Plan.Reach(day, (made.Midnight(day), made.Midnight(day.PlusDays(1))));
        long ms = at.ToUnixTimeMilliseconds();
        return ms >= start && ms < until && made.Plan.Around(day, "ada").DayOf(at) == day;
    }

    private static string Summary(IEnumerable<AttendanceDay> days) => string.Join('\n', days.Select(d => string.Create(CultureInfo.InvariantCulture,
        $"{d.Day} {d.FirstIn?.Key.Seq} {d.LastOut?.Key.Seq} {d.Worked} {string.Join(',', d.Points.Select(p => $"{p.Verdict}{p.Minutes}{p.Punch?.Key.Seq}"))} {string.Join(',', d.Punches.Select(p => p.Key.Seq))}")));

#pragma warning disable CA5394 // Seeded, so that a failure repeats.
    private sealed class Made
    {
        private static readonly Guid Ledger = Guid.Parse("0192f0c4-0000-7000-8000-000000000001");

        private readonly Random _dice;
        private readonly LocalDate _start;

        public Made(int seed)
        {
            _dice = new(seed);
            ZoneId = Zones[seed % Zones.Length];
            Zone = DateTimeZoneProviders.Tzdb[ZoneId];
            _start = Starts[_dice.Next(Starts.Length)];
            List<Shift> shifts = [];
            while (shifts.Count < 4)
                if (Shift(shifts.Count) is { } shift && shift.Fault() is null) shifts.Add(shift);
            // Days in any order: also such as run into each other, as a change of assignment may bring about.
            Shift?[] pattern = [.. Enumerable.Range(0, 1 + _dice.Next(9)).Select(_ => _dice.Next(4) == 0 ? null : shifts[_dice.Next(4)])];
            Assignment assignment = new()
            {
                From = _start.PlusDays(-20), To = null, Departments = new HashSet<long>(), People = new HashSet<string>(), Pattern = pattern, Rotates = true, Holidays = false,
            };
            Plan = SitePlan.Of(new() { TimeZone = ZoneId });
            Plan.Set(PlanHistory.Of(new([assignment], new Dictionary<LocalDate, IsoDayOfWeek?>(), null)), Memberships.None);
        }

        public string ZoneId { get; }

        public DateTimeZone Zone { get; }

        public SitePlan Plan { get; }

        public long Midnight(LocalDate day) => (Zone.MapLocal(day.AtMidnight()).Count == 0 ? Zone.MapLocal(day.AtMidnight()).EarlyInterval.End : Zone.AtStartOfDay(day).ToInstant()).ToUnixTimeMilliseconds();

        public IEnumerable<Instant> Punches(int count)
        {
            AttendanceWindows windows = Windows();
            Instant[] borders = [.. windows.Windows.SelectMany(w => new[] { w.Window.Start, w.Window.End, w.Shift.Start, w.Shift.End })];
            for (int i = 0; i < count; i++)
            {
                // One in four lies exactly on a border or a hair beside it.
                yield return borders.Length > 0 && i % 4 == 0
                    ? borders[_dice.Next(borders.Length)].Plus(Duration.FromMilliseconds(_dice.Next(-1, 2)))
                    : Instant.FromUnixTimeMilliseconds(Midnight(_start) + _dice.NextInt64(8 * 86_400_000L));
            }
        }

        public TimedPunch Timed(Instant at, int i) =>
            new(new("m2-001", Ledger, i + 1), at, _dice.Next(10) == 0 ? null : Duration.FromSeconds(_dice.Next(3)), (PunchDirection)_dice.Next(3));

        public AttendanceWindows Windows(DateTimeZone? zone = null)
        {
            List<PlannedShift> shifts = [];
            for (int i = -6; i <= 14; i++)
                if (Plan.On(_start.PlusDays(i), "ada") is { } shift) shifts.Add(new(_start.PlusDays(i), shift, zone ?? Zone));
            return new(zone ?? Zone, shifts, takeOver: true);
        }

        public TimedPunch[] Shuffle(TimedPunch[] punches)
        {
            TimedPunch[] copy = [.. punches];
            _dice.Shuffle(copy);
            return copy;
        }

        private Shift Shift(int number)
        {
            List<ShiftSection> sections = [];
            int at = _dice.Next(1440);
            for (int i = 0; i <= _dice.Next(3); i++)
            {
                int end = at + 1 + _dice.Next(600);
                sections.Add(new(at, end));
                at = end + _dice.Next(120);
            }

            return new()
            {
                Name = $"s{number}", Sections = sections, PermitLate = _dice.Next(20), PermitEarly = _dice.Next(20), Flexible = _dice.Next(3) * 30,
                OpensBefore = _dice.Next(3) == 0 ? _dice.Next(600) : null, ClosesAfter = _dice.Next(3) == 0 ? _dice.Next(600) : null,
            };
        }
    }
#pragma warning restore CA5394
}
