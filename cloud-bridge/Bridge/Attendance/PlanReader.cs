using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NodaTime;
using NodaTime.Text;

namespace Devices.Bridge.Attendance;

/// <summary>Reads a plan file; what cannot be meant is one sentence.</summary>
public static class PlanReader
{
    private const string RestWord = "rest";
    private const int LongestRange = 366;
    private const int LongestRotation = 366;

    /// <summary>The plan, or what is wrong with the text in one sentence.</summary>
    public static (ShiftPlan? Plan, string? Fault) Read(string text) => Judge(text) is var (plan, fault) ? (plan, fault?.Text) : default;

    /// <summary>The plan, or what is wrong with the text.</summary>
    public static (ShiftPlan? Plan, PlanFault? Fault) Judge(string text)
    {
        try
        {
            PlanFile file = JsonSerializer.Deserialize(text, PlanJson.Default.PlanFile) ?? throw new PlanFaultException("empty", $"It is empty.");
            if (file.Shifts is not { Count: > 0 }) throw new PlanFaultException("no_shifts", $"It has no shifts.");
            Dictionary<string, Shift> shifts = file.Shifts.ToDictionary(s => s.Key, s => ReadShift(s.Key, s.Value ?? new()), StringComparer.Ordinal);
            if (file.Assignments is not { Count: > 0 }) throw new PlanFaultException("no_assignments", $"It has no assignments, so nobody would work.");
            List<Assignment> assignments = [.. file.Assignments.Select((a, i) => ReadAssignment(a ?? new(), i + 1, shifts))];
            List<(int, LocalDate)> ranks = [.. assignments.Select(a => a.Order).Distinct().Order()];
            return (new([.. assignments.Select(a => a with { Rank = ranks.IndexOf(a.Order) })], ReadCalendar(file.Calendar ?? []), Date(file.ValidFrom, "date_valid", $"The validFrom is '{file.ValidFrom}': give a date such as 2026-10-01."))
            {
                Fingerprint = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32],
            }, null);
        }
        catch (PlanFaultException fault)
        {
            return (null, fault.Fault);
        }
        catch (JsonException fault)
        {
            string at = fault.LineNumber is { } line ? string.Create(CultureInfo.InvariantCulture, $" (line {line + 1})") : "";
            return (null, new("json", $"It is not such JSON as the README shows: {fault.Message.Split(" Path: ", 2)[0]}{at}"));
        }
    }

    private static Shift ReadShift(string name, ShiftEntry entry)
    {
        if (name == RestWord) throw new PlanFaultException("rest_name", $"A shift cannot be called '{RestWord}': that is the word for a day without one.");
        if (ShiftTimes.Sections(entry.Times ?? "") is not { Count: > 0 } sections)
            throw new PlanFaultException("times", $"The times of shift '{name}' are '{entry.Times}': give such as 09:00-18:00, 08:00-12:00,13:30-17:30, or 22:00-06:00 over midnight.");
        Shift shift = new()
        {
            Name = name,
            Sections = sections,
            PermitLate = entry.PermitLate,
            PermitEarly = entry.PermitEarly,
            SeriousLate = entry.SeriousLate,
            Flexible = entry.Flexible,
            Required = entry.Required,
            Break = entry.Break,
            BreakAfter = entry.BreakAfter,
            Pairs = entry.Pairs,
            OpensBefore = entry.OpensBefore,
            ClosesAfter = entry.ClosesAfter,
        };
        return shift.Fault() is { } fault ? throw new PlanFaultException(fault) : shift;
    }

    private static Assignment ReadAssignment(AssignmentEntry entry, int number, Dictionary<string, Shift> shifts)
    {
        Shift? Named(string? name) => name is null ? throw new PlanFaultException("no_shift", $"Assignment {number} has a day without a shift; write \"rest\" for a day of rest.") : name == RestWord ? null
            : shifts.TryGetValue(name, out Shift? shift) ? shift : throw new PlanFaultException("unknown_shift", $"Assignment {number} names shift '{name}', which is not among the shifts ({string.Join(", ", shifts.Keys)}).");

        LocalDate? from = Date(entry.From, "date_from", $"The from of assignment {number} is '{entry.From}': give a date such as 2026-10-01.");
        LocalDate? to = Date(entry.To, "date_to", $"The to of assignment {number} is '{entry.To}': give a date such as 2026-10-01.");
        if (to < from) throw new PlanFaultException("ends_before", $"Assignment {number} ends on {entry.To}, before it begins on {entry.From}.");
        if (entry.Week is null == entry.Rotation is null) throw new PlanFaultException("week_or_rotation", $"Assignment {number} needs either week, such as {{\"1-5\": \"office\"}}, or rotation.");
        if (entry.Rotation is not null && from is null) throw new PlanFaultException("rotation_from", $"Assignment {number} has a rotation: give from, the date on which its first day falls.");
        if (entry.Rotation is { Count: < 1 or > LongestRotation }) throw new PlanFaultException("rotation_length", $"Assignment {number} has a rotation of {entry.Rotation.Count} days; give 1 to {LongestRotation}.");
        if (entry.People is { } names && names.Any(string.IsNullOrWhiteSpace)) throw new PlanFaultException("person_id", $"Assignment {number} names a person without an id.");
        if (entry is { Departments.Count: > 0, People.Count: > 0 }) throw new PlanFaultException("both", $"Assignment {number} names departments and people; write two assignments.");
        Shift?[] pattern = entry.Rotation is { } rotation ? [.. rotation.Select(Named)] : new Shift?[7];
        HashSet<IsoDayOfWeek> given = [];
        foreach (var (days, name) in entry.Week ?? [])
        {
            foreach (IsoDayOfWeek day in ShiftTimes.Days(days) is { Count: > 0 } read ? read : throw new PlanFaultException("days", $"Assignment {number} has days '{days}': give days from 1 (Monday) to 7, such as 1-5 or 1,3,5."))
            {
                if (!given.Add(day)) throw new PlanFaultException("day_twice", $"Assignment {number} gives day {(int)day} twice.");
                pattern[(int)day - 1] = Named(name);
            }
        }

        for (int i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] is { } one && pattern[(i + 1) % pattern.Length] is { } next && one.Sections[^1].End - 1440 > next.Sections[0].Start)
                throw new PlanFaultException("overlap", $"Assignment {number} has shift '{one.Name}' still running when '{next.Name}' begins on the next day.");
        }

        return new()
        {
            From = from,
            To = to,
            Departments = (entry.Departments ?? []).ToHashSet(),
            People = (entry.People ?? []).OfType<string>().ToHashSet(StringComparer.Ordinal),
            Pattern = pattern,
            Rotates = entry.Rotation is not null,
            // Who works by rotation works on holidays too, unless the plan says otherwise.
            Holidays = entry.Holidays ?? entry.Rotation is null,
        };
    }

    private static Dictionary<LocalDate, IsoDayOfWeek?> ReadCalendar(List<CalendarEntry?> entries)
    {
        Dictionary<LocalDate, IsoDayOfWeek?> calendar = [];
        foreach (CalendarEntry entry in entries.Select(e => e ?? new()))
        {
            LocalDate first = Date(entry.Date ?? "", "date_day", $"The date of a calendar entry is '{entry.Date}': give a date such as 2026-10-01.")!.Value;
            LocalDate last = Date(entry.To, "date_until", $"The to of the calendar entry of {entry.Date} is '{entry.To}': give a date such as 2026-10-01.") ?? first;
            if (last < first) throw new PlanFaultException("calendar_ends", $"The calendar entry of {entry.Date} ends on {entry.To}, before it begins.");
            if (Period.DaysBetween(first, last) >= LongestRange) throw new PlanFaultException("calendar_long", $"The calendar entry of {entry.Date} is longer than {LongestRange} days.");
            if (entry.Rest == entry.WorksAs is not null) throw new PlanFaultException("calendar_kind", $"The calendar entry of {entry.Date} needs either \"rest\": true or \"worksAs\": a day from 1 (Monday) to 7.");
            if (entry.WorksAs is < 1 or > 7) throw new PlanFaultException("calendar_day", $"The calendar entry of {entry.Date} works as day {entry.WorksAs}; days are 1 (Monday) to 7.");
            for (LocalDate day = first; day <= last; day = day.PlusDays(1))
                if (!calendar.TryAdd(day, (IsoDayOfWeek?)entry.WorksAs)) throw new PlanFaultException("calendar_twice", $"The calendar has {LocalDatePattern.Iso.Format(day)} twice.");
        }

        return calendar;
    }

    private static LocalDate? Date(string? text, string code, FormattableString wrong)
    {
        if (text is null) return null;
        ParseResult<LocalDate> date = LocalDatePattern.Iso.Parse(text);
        return date.Success && date.Value.Year is >= 1970 and <= 9000 ? date.Value : throw new PlanFaultException(code, wrong);
    }
}
