using System.Runtime.CompilerServices;
using Devices.Bridge.Attendance;
using Devices.Bridge.Exports;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Filters;
using Devices.Bridge.Web.Time;
using Microsoft.AspNetCore.WebUtilities;
using NodaTime;

namespace Devices.Bridge.Web.Exports;

/// <summary>A month's grid: one row a person, one column a day with first-in and last-out, then the sums; as the pages show them, by the same <see cref="MonthBoard"/>.</summary>
public sealed class MonthExport(MonthBoard months, IEffectivePunches punches, RosterOf roster, SiteClock clock) : IExportSource
{
    // A grid is for people to read: a department's, not a corporation's.
    private const int MostPeople = 5_000;

    // As many as are read at once.
    private const int Together = 50;

    /// <summary>Every column; <c>days</c> is one for each day.</summary>
    public static IReadOnlyList<string> All { get; } = ["employee_id", "employee", "department", "days", "days_present", "days_absent", "times_late", "times_early", "missing_points", "worked_hours", "corrections"];

    /// <inheritdoc/>
    public string Kind => "month";

    /// <inheritdoc/>
    public IReadOnlyList<string> Columns => All;

    /// <inheritdoc/>
    public IReadOnlyList<string> Usual => All;

    /// <inheritdoc/>
    public async Task<ExportTable> OpenAsync(SiteScope scope, string filters, ExportLayout layout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(layout);
        QueryCollection query = new(QueryHelpers.ParseQuery(filters));
        PunchFilters read = PunchFilters.Parse(query, clock);
        if (read.Problems.Count > 0) throw new ExportRefusedException("exports.bad_filters");
        // A month of its own, or the one in which the filter begins.
        LocalDate first = (SiteClock.TryRead($"{query["month"]}-01", out LocalDateTime month, out bool whole) && whole ? month.Date : read.Filter.From is { } from ? clock.DateOf(from) : clock.Today)
            .With(DateAdjusters.StartOfMonth);
        PeopleOf people = await roster.ReadAsync(scope, read.Filter, cancellationToken);
        if (people.Everybody.Count > MostPeople) throw new ExportRefusedException("exports.month_people");
        ExportWords words = new(layout.Culture);
        string[] names = [.. (layout.Columns.Count == 0 ? All : layout.Columns).Where(All.Contains)];
        int days = first.Calendar.GetDaysInMonth(first.Year, first.Month);
        return new(
            $"{first.Year:0000}-{first.Month:00}", [.. names.SelectMany(n => Heads(n, first, days, words))], RowsAsync(scope, first, days, read.Filter, people, names, words, cancellationToken));
    }

    private static IEnumerable<ExportColumn> Heads(string name, LocalDate first, int days, ExportWords words) => name switch
    {
        "days" => Enumerable.Range(0, days).Select(i => first.PlusDays(i)).Select(d => new ExportColumn($"day{d.Day}", $"{d.Day} {words[$"weekday.{(int)d.DayOfWeek}"]}", CellKind.Text, 14)),
        "employee_id" => [new(name, words[$"col.{name}"], CellKind.Id, 16)],
        "employee" or "department" => [new(name, words[$"col.{name}"], CellKind.Text, 20)],
        _ => [new(name, words[$"col.{name}"], name == "worked_hours" ? CellKind.Number : CellKind.Whole, 12)],
    };

    private async IAsyncEnumerable<object?[]> RowsAsync(
        SiteScope scope, LocalDate first, int days, PunchFilter filter, PeopleOf people, string[] names, ExportWords words, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (filter.Site is { } site) scope = scope.Holds(site) ? SiteScope.Of(site) : SiteScope.None;
        // Whoever is named, and whoever else has a punch in it: who left, and whom the roster does not know.
        HashSet<string> named = [.. people.Everybody.Select(p => p.UserId)];
        PunchFilter whose = new() { Person = filter.Person, Department = filter.Department, From = clock.Range(first.PlusDays(-2)).Start, To = clock.Range(first.PlusDays(days + 2)).Start };
        List<string> all = [.. named.Union(await punches.PeopleAsync(scope, whose, cancellationToken)).Order(StringComparer.Ordinal)];
        if (all.Count > 2 * MostPeople) throw new ExportRefusedException("exports.month_people");
        foreach (string[] some in all.Chunk(Together))
        {
            IReadOnlyDictionary<string, PersonMonth> made = await months.OfAsync(scope, some, new(first.Year, first.Month), clock.Zone, cancellationToken);
            foreach (string person in some)
                if (named.Contains(person) || made[person].Days.Any(d => d.Punches.Count > 0))
                    yield return [.. names.SelectMany(n => Cells(n, person, people, made[person], words))];
        }
    }

    private string? Cell(MonthDay day, ExportWords words)
    {
        if (day.Absent) return words["exports.absent"];
        if (day.Attendance is not { Punches.Count: > 0 } seen) return null;
        string marks = string.Concat(day.Late ? " " + words["exports.mark_late"] : "", day.Early ? " " + words["exports.mark_early"] : "", day.Corrected ? " *" : "");
        return $"{Minute(seen.FirstIn)}–{Minute(seen.LastOut)}{marks}";
    }

    private string Minute(TimedPunch? punch) => punch is null ? "" : clock.MinuteText(punch.At.ToUnixTimeMilliseconds());

    private IEnumerable<object?> Cells(string name, string person, PeopleOf people, PersonMonth month, ExportWords words) => name switch
    {
        "days" => month.Days.Select(d => Cell(d, words)),
        "employee_id" => [person],
        "employee" => [people.Known.GetValueOrDefault(person)?.Name],
        "department" => [people.DepartmentOf(person)],
        "days_present" => [month.Totals.Present],
        "days_absent" => [month.Totals.Absent],
        "times_late" => [month.Totals.LateTimes],
        "times_early" => [month.Totals.EarlyTimes],
        "missing_points" => [month.Totals.MissingPoints],
        "worked_hours" => [Math.Round(month.Totals.Worked.TotalHours, 4)],
        _ => [month.Totals.Corrections],
    };
}
