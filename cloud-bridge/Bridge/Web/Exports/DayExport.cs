using System.Runtime.CompilerServices;
using Devices.Bridge.Attendance;
using Devices.Bridge.Exports;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Filters;
using Devices.Bridge.Web.Time;
using Microsoft.AspNetCore.WebUtilities;
using NodaTime;

namespace Devices.Bridge.Web.Exports;

/// <summary>
/// One row a person and day: first-in, last-out, late, early, missing, as they count, and beside them what terminals recorded. Everybody with
/// a punch that day, and whoever had a shift and no punch.
/// </summary>
public sealed class DayExport(DayBoard board, SitePlan plan, RosterOf roster, SiteClock clock) : IExportSource
{
    private const int MostDays = 62;

    private sealed record Column(CellKind Kind, double Width, Func<PersonOfDay, object?> Value);

    private static readonly Dictionary<string, Column> Known = new(StringComparer.Ordinal)
    {
        ["employee_id"] = new(CellKind.Id, 16, r => r.Person),
        ["employee"] = new(CellKind.Text, 18, r => r.Name),
        ["department"] = new(CellKind.Text, 24, r => r.Department),
        ["date"] = new(CellKind.Date, 12, r => r.Day),
        ["shift"] = new(CellKind.Text, 18, r => r.Shift),
        ["first_in"] = new(CellKind.Time, 10, r => r.Time(r.Attended?.FirstIn)),
        ["last_out"] = new(CellKind.Time, 10, r => r.Time(r.Attended?.LastOut)),
        ["last_out_date"] = new(CellKind.Date, 12, r => r.Attended?.LastOut is { } last ? r.Clock.Wall(last.At.ToUnixTimeMilliseconds()).Date : null),
        ["count"] = new(CellKind.Whole, 10, r => r.Both?.Counts?.Count ?? 0),
        ["late_minutes"] = new(CellKind.Whole, 12, r => Minutes(r, PointVerdict.Late) + Minutes(r, PointVerdict.SeriouslyLate)),
        ["early_minutes"] = new(CellKind.Whole, 12, r => Minutes(r, PointVerdict.Early)),
        ["missing_points"] = new(CellKind.Whole, 12, r => r.Missing),
        ["worked_hours"] = new(CellKind.Number, 12, r => r.Attended is { } day ? Math.Round(day.Worked.TotalHours, 4) : null),
        ["held"] = new(CellKind.Whole, 10, r => r.Attended?.Held.Count ?? 0),
        ["corrections"] = new(CellKind.Whole, 12, r => r.Both?.Corrections ?? 0),
        ["recorded_first"] = new(CellKind.Time, 14, r => r.Time(r.Both?.AsRecorded.FirstIn)),
        ["recorded_last"] = new(CellKind.Time, 14, r => r.Time(r.Both?.AsRecorded.LastOut)),
        ["zone"] = new(CellKind.Text, 16, r => r.Clock.ZoneId),
    };

    /// <summary>Every column.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Known.Keys];

    /// <inheritdoc/>
    public string Kind => "days";

    /// <inheritdoc/>
    public IReadOnlyList<string> Columns => All;

    /// <inheritdoc/>
    public IReadOnlyList<string> Usual { get; } = [.. Known.Keys.Except(["zone", "last_out_date"])];

    /// <inheritdoc/>
    public async Task<ExportTable> OpenAsync(SiteScope scope, string filters, ExportLayout layout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(layout);
        PunchFilters read = PunchFilters.Parse(new QueryCollection(QueryHelpers.ParseQuery(filters)), clock);
        if (read.Problems.Count > 0) throw new ExportRefusedException("exports.bad_filters");
        LocalDate last = read.Filter.To is { } to ? clock.DateOf(to - 1) : clock.Today, first = read.Filter.From is { } from ? clock.DateOf(from) : last.PlusDays(-30);
        if (first > last || Period.DaysBetween(first, last) >= MostDays) throw new ExportRefusedException("exports.days_range");
        ExportWords words = new(layout.Culture);
        string[] names = [.. (layout.Columns.Count == 0 ? Usual : layout.Columns).Where(Known.ContainsKey)];
        PeopleOf people = await roster.ReadAsync(scope, read.Filter, cancellationToken);
        return new(
            words["exports.kind_days"], [.. names.Select(n => new ExportColumn(n, words[$"col.{n}"], Known[n].Kind, Known[n].Width))],
            RowsAsync(scope, first, last, read.Filter, people, [.. names.Select(n => Known[n].Value)], cancellationToken));
    }

    /// <summary>The people of one day, by userid.</summary>
    internal static async Task<List<PersonOfDay>> OfDayAsync(
        DayBoard board, SitePlan plan, SiteClock clock, SiteScope scope, LocalDate day, PunchFilter filter, PeopleOf people, CancellationToken cancellationToken)
    {
        List<PersonOfDay> rows = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        PunchFilter whose = new() { Person = filter.Person, Department = filter.Department, Site = filter.Site };
        foreach (BothDays both in await board.BothAsync(scope, day, clock.Range(day), whose, cancellationToken))
        {
            seen.Add(both.Person);
            rows.Add(new(both.Person, both.Name, people.DepartmentOf(both.Person), day, plan.On(day, both.Person), both, clock));
        }

        // Not on a day to come, and not today before the shift: that is nobody's fault yet.
        if (day < clock.Today)
            rows.AddRange(people.Everybody.Where(p => !seen.Contains(p.UserId)).Select(p => new PersonOfDay(p.UserId, p.Name, people.DepartmentOf(p.UserId), day, plan.On(day, p.UserId), null, clock))
                .Where(p => p.Planned is not null));
        rows.Sort((a, b) => string.CompareOrdinal(a.Person, b.Person));
        return rows;
    }

    private async IAsyncEnumerable<object?[]> RowsAsync(
        SiteScope scope, LocalDate first, LocalDate last, PunchFilter filter, PeopleOf people, Func<PersonOfDay, object?>[] columns, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (LocalDate day = first; day <= last; day = day.PlusDays(1))
            foreach (PersonOfDay row in await OfDayAsync(board, plan, clock, scope, day, filter, people, cancellationToken))
                yield return [.. columns.Select(c => c(row))];
    }

    private static int Minutes(PersonOfDay row, PointVerdict verdict) => row.Attended?.Points.Where(p => p.Verdict == verdict).Sum(p => p.Minutes) ?? 0;
}

/// <summary>A person's day for a file.</summary>
/// <param name="Both">Null where there is no punch at all.</param>
internal sealed record PersonOfDay(string Person, string? Name, string? Department, LocalDate Day, Shift? Planned, BothDays? Both, SiteClock Clock)
{
    public AttendanceDay? Attended => Both?.Counts?.Day;

    public string? Shift => Planned is null ? null : string.Join(" ", Planned.Sections.Select(s => $"{Text(s.Start)}-{Text(s.End)}"));

    /// <summary>Starts and ends of the shift without a punch.</summary>
    public int Missing => Attended?.Points.Count(p => p.Verdict == PointVerdict.Missing) ?? (Planned is null ? 0 : Planned.Sections.Count * 2);

    public object? Time(TimedPunch? punch) => punch is null ? null : Clock.Wall(punch.At.ToUnixTimeMilliseconds()).TimeOfDay;

    private static string Text(int minutes) => FormattableString.Invariant($"{minutes / 60 % 24:00}:{minutes % 60:00}");
}
