using NodaTime;

namespace Devices.Bridge.Attendance;

/// <summary>
/// Who works when at the site: one shift from <c>Bridge:Site:Shift</c>, or the plan file with its history; or nothing, and a day is the
/// calendar's. Answers at once from what <see cref="PlanWatch"/> keeps fresh.
/// </summary>
public sealed class SitePlan
{
    // A window may reach from half a day before its day to a day and a half after it, so days this far off decide about it.
    private const int Neighbours = 4;

    private readonly DateTimeZone _zone;
    private volatile State _state;

    private SitePlan(DateTimeZone zone, Shift? shift, PlanHistory history, string? file)
    {
        (_zone, Shift, File) = (zone, shift, file);
        _state = new(history, Memberships.None);
    }

    /// <summary>The one shift of <c>Bridge:Site:Shift</c>; null where there is none or a plan file.</summary>
    public Shift? Shift { get; }

    /// <summary>The plan file; null where there is none.</summary>
    public string? File { get; }

    /// <summary>Whether the platform's own schedule is the plan.</summary>
    public bool FromPlatform { get; private init; }

    /// <summary>Whether the plan is made on a page (<see cref="PlanDesk"/>): the configuration names none.</summary>
    public bool FromPages => Shift is null && File is null && !FromPlatform;

    /// <summary>Whether anybody has a shift.</summary>
    public bool HasShifts => Shift is not null || File is not null || FromPlatform || _state.History.Plans.Any(p => p.Plan.Shifts.Count > 0);

    /// <summary>The plans as they were in force.</summary>
    public PlanHistory History => _state.History;

    /// <summary>Reads <c>Bridge:Site:*</c>.</summary>
    /// <exception cref="BridgeStartException">A value cannot work; the message names it.</exception>
    public static SitePlan Of(SiteOptions site)
    {
        ArgumentNullException.ThrowIfNull(site);
        DateTimeZone zone = DateTimeZoneProviders.Tzdb[site.TimeZone];
        if (!string.IsNullOrWhiteSpace(site.Plan))
        {
            if (site.Plan != "platform") throw new BridgeStartException($"Bridge:Site:Plan is '{site.Plan}': give platform, or leave it out.");
            if (!string.IsNullOrWhiteSpace(site.Shift) || !string.IsNullOrWhiteSpace(site.PlanFile)) throw new BridgeStartException("Bridge:Site:Plan is set beside Bridge:Site:Shift or Bridge:Site:PlanFile: leave one of them out.");
            if (string.IsNullOrWhiteSpace(site.PlanOperator)) throw new BridgeStartException("Bridge:Site:PlanOperator is missing: give the userid of an administrator of attendance, in whose name the platform is asked for its plan.");
            return new(zone, null, PlanHistory.Of(ShiftPlan.None), null) { FromPlatform = true };
        }

        if (!string.IsNullOrWhiteSpace(site.PlanFile))
        {
            if (!string.IsNullOrWhiteSpace(site.Shift)) throw new BridgeStartException("Bridge:Site:Shift and Bridge:Site:PlanFile are both set: write the shift into the plan file.");
            var (plan, fault) = PlanReader.Read(Text(site.PlanFile));
            return plan is null ? throw new BridgeStartException($"The plan file {site.PlanFile} cannot be used. {fault}") : new(zone, null, PlanHistory.Of(plan), site.PlanFile);
        }

        if (string.IsNullOrWhiteSpace(site.Shift)) return new(zone, null, PlanHistory.Of(ShiftPlan.None), null);
        if (ShiftTimes.Days(site.WorkDays) is not { Count: > 0 } days) throw new BridgeStartException($"Bridge:Site:WorkDays is '{site.WorkDays}': give days from 1 (Monday) to 7, such as 1-5 or 1,3,5.");
        if (ShiftTimes.Sections(site.Shift) is not { Count: > 0 } sections)
            throw new BridgeStartException($"Bridge:Site:Shift is '{site.Shift}': give times such as 09:00-18:00, 08:00-12:00,13:30-17:30, or 22:00-06:00 over midnight.");
        Shift shift = new() { Name = site.Shift, Sections = sections, PermitLate = site.PermitLate, PermitEarly = site.PermitEarly, Flexible = site.Flexible };
        if (shift.Fault() is { } wrong) throw new BridgeStartException($"Bridge:Site:Shift is '{site.Shift}'. {wrong.Text}");
        Assignment everybody = new()
        {
            From = null,
            To = null,
            Departments = new HashSet<long>(),
            People = new HashSet<string>(),
            Pattern = [.. Enumerable.Range(1, 7).Select(d => days.Contains((IsoDayOfWeek)d) ? shift : null)],
            Rotates = false,
            Holidays = false,
        };
        ShiftPlan only = new([everybody], new Dictionary<LocalDate, IsoDayOfWeek?>(), null) { Fingerprint = FormattableString.Invariant($"{site.Shift};{site.WorkDays};{site.PermitLate};{site.PermitEarly};{site.Flexible}") };
        return new(zone, shift, PlanHistory.Of(only), null);
    }

    /// <summary>Whether a day is a working day for anybody; without shifts, Monday to Friday.</summary>
    public bool Works(LocalDate day)
    {
        // Of days that the platform has not planned yet nothing is known.
        if (HasShifts && History.On(day) is var then && (!FromPlatform || then.Covers(day))) return then.Works(day);
        return day.DayOfWeek is not (IsoDayOfWeek.Saturday or IsoDayOfWeek.Sunday);
    }

    /// <summary>Which punches belong to which day, around one day, for whoever is not named in the plan.</summary>
    public AttendanceWindows Around(LocalDate day) => Around(day, null);

    /// <summary>Which punches belong to which day, around one day, for one person.</summary>
    public AttendanceWindows Around(LocalDate day, string? person) => Around(day, person, null);

    /// <param name="lines">Keeps the windows of each line of shifts met before, for people with the same ones.</param>
    internal AttendanceWindows Around(LocalDate day, string? person, Dictionary<ShiftLine, AttendanceWindows>? lines)
    {
        State state = _state;
        Shift?[] line = new Shift?[(2 * Neighbours) + 1];
        for (int i = 0; i < line.Length; i++) line[i] = On(state, day.PlusDays(i - Neighbours), person);
        ShiftLine key = new(line);
        if (lines?.TryGetValue(key, out AttendanceWindows? known) == true) return known;
        List<PlannedShift> shifts = [];
        for (int i = 0; i < line.Length; i++)
            if (line[i] is { } shift) shifts.Add(new(day.PlusDays(i - Neighbours), shift, _zone));
        AttendanceWindows windows = new(_zone, shifts, takeOver: true);
        if (lines is not null) lines[key] = windows;
        return windows;
    }

    /// <summary>Whether everybody has the same shift on a day.</summary>
    public bool SameOn(LocalDate day) => _state.History.On(day).SameForAll;

    /// <summary>Whether everybody has the same shift on a day and around it.</summary>
    public bool SameForAll(LocalDate day)
    {
        State state = _state;
        for (int i = -Neighbours; i <= Neighbours; i++)
            if (!state.History.On(day.PlusDays(i)).SameForAll) return false;
        return true;
    }

    /// <summary>
    /// What a day's verdicts follow from beside the punches, as a text: the same text, the same verdicts. Where shifts go by department, who
    /// belonged to which one is in it too.
    /// </summary>
    public string StampOf(LocalDate day)
    {
        State state = _state;
        List<ShiftPlan> plans = [.. Enumerable.Range(-Neighbours, (2 * Neighbours) + 1).Select(i => state.History.On(day.PlusDays(i)))];
        return $"{_zone.Id}|{string.Join(',', plans.Select(p => p.Fingerprint).Distinct())}{(plans.Any(p => p.ByDepartment) ? "|" + state.Memberships.Fingerprint : "")}";
    }

    /// <summary>The shift of a person on a day; null on a day of rest.</summary>
    public Shift? On(LocalDate day, string? person) => On(_state, day, person);

    /// <summary>From when to when punches may belong to a day: the calendar's day, widened by its shift's window; ms since the Unix epoch.</summary>
    public static (long Start, long Until) Reach(LocalDate day, (long Start, long Until) calendar, AttendanceWindows windows)
    {
        ArgumentNullException.ThrowIfNull(windows);
        foreach (var (_, window) in windows.Windows.Where(w => w.Shift.Day == day))
            calendar = (Math.Min(calendar.Start, window.Start.ToUnixTimeMilliseconds()), Math.Max(calendar.Until, window.End.ToUnixTimeMilliseconds()));
        return calendar;
    }

    /// <summary>The same for whoever it may be: as wide as the widest window of any shift of that day.</summary>
    public (long Start, long Until) Reach(LocalDate day, (long Start, long Until) calendar)
    {
        foreach (Shift shift in History.On(day).Shifts) calendar = Reach(day, calendar, new(_zone, [new(day, shift, _zone)]));
        return calendar;
    }

    /// <summary>What is in force from now on.</summary>
    public void Set(PlanHistory history, Memberships memberships) => _state = new(history, memberships);

    /// <summary>The plan file's text.</summary>
    /// <exception cref="BridgeStartException">It cannot be read.</exception>
    internal static string Text(string file)
    {
        try
        {
            return System.IO.File.ReadAllText(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BridgeStartException($"Bridge:Site:PlanFile names {file}, which cannot be read: {exception.Message}", exception);
        }
    }

    private Shift? On(State state, LocalDate day, string? person)
    {
        ShiftPlan plan = state.History.On(day);
        if (!plan.ByDepartment) return plan.On(day, person, new HashSet<long>());
        return plan.On(day, person, state.Memberships.Of(person, day.AtMidnight().InZoneLeniently(_zone).ToInstant()));
    }

    private sealed record State(PlanHistory History, Memberships Memberships);
}
