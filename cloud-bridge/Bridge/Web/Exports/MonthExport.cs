using System.Runtime.CompilerServices;
using Devices.Bridge.Attendance;
using Devices.Bridge.Exports;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Filters;
using Devices.Bridge.Web.Time;
using Microsoft.AspNetCore.WebUtilities;
using NodaTime;

namespace Devices.Bridge.Web.Exports;

/// <summary>A month's grid: one row a person, one column a day with first-in and last-out, then the sums.</summary>
public sealed class MonthExport(DayBoard board, SitePlan plan, RosterOf roster, SiteClock clock) : IExportSource
{
    // A grid is held whole while it is made: a department's, not a corporation's.
    private const int MostPeople = 5_000;

    private sealed class Line(string person, string? name, string? department, int days)
    {
        public string Person { get; } = person;
        public string? Name { get; } = name;
        public string? Department { get; } = department;
        public string?[] Cells { get; } = new string?[days];
        public int Present { get; set; }
        public int Absent { get; set; }
        public int Late { get; set; }
        public int Early { get; set; }
        public int Missing { get; set; }
        public int Corrections { get; set; }
        public double Hours { get; set; }
    }

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
        SortedDictionary<string, Line> lines = new(StringComparer.Ordinal);
        foreach (Person person in people.Everybody) lines[person.UserId] = new(person.UserId, person.Name, people.DepartmentOf(person.UserId), days);
        for (int i = 0; i < days && first.PlusDays(i) <= clock.Today; i++)
        {
            foreach (PersonOfDay one in await DayExport.OfDayAsync(board, plan, clock, scope, first.PlusDays(i), filter, people, cancellationToken))
            {
                if (!lines.TryGetValue(one.Person, out Line? line)) lines[one.Person] = line = new(one.Person, one.Name, one.Department, days);
                Add(line, one, i, words);
            }

            if (lines.Count > 2 * MostPeople) throw new ExportRefusedException("exports.month_people");
        }

        foreach (Line line in lines.Values) yield return [.. names.SelectMany(n => Cells(n, line))];
    }

    private static void Add(Line line, PersonOfDay one, int i, ExportWords words)
    {
        line.Corrections += one.Both?.Corrections ?? 0;
        if (one.Attended is not { } day || (day.FirstIn is null && day.LastOut is null))
        {
            if (one.Planned is null) return;
            line.Absent++;
            line.Missing += one.Missing;
            line.Cells[i] = words["exports.absent"];
            return;
        }

        int late = day.Points.Count(p => p.Verdict is PointVerdict.Late or PointVerdict.SeriouslyLate), early = day.Points.Count(p => p.Verdict == PointVerdict.Early);
        line.Present++;
        line.Late += late;
        line.Early += early;
        line.Missing += one.Missing;
        line.Hours += day.Worked.TotalHours;
        string marks = string.Concat(late > 0 ? " " + words["exports.mark_late"] : "", early > 0 ? " " + words["exports.mark_early"] : "", one.Both!.Corrections > 0 ? " *" : "");
        line.Cells[i] = $"{Minute(one, day.FirstIn)}–{Minute(one, day.LastOut)}{marks}";
    }

    private static string Minute(PersonOfDay one, TimedPunch? punch) => punch is null ? "" : one.Clock.MinuteText(punch.At.ToUnixTimeMilliseconds());

    private static IEnumerable<object?> Cells(string name, Line line) => name switch
    {
        "days" => line.Cells,
        "employee_id" => [line.Person],
        "employee" => [line.Name],
        "department" => [line.Department],
        "days_present" => [line.Present],
        "days_absent" => [line.Absent],
        "times_late" => [line.Late],
        "times_early" => [line.Early],
        "missing_points" => [line.Missing],
        "worked_hours" => [Math.Round(line.Hours, 4)],
        _ => [line.Corrections],
    };
}
