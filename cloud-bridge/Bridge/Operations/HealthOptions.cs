using System.Globalization;
using NodaTime.Text;

namespace Devices.Bridge.Operations;

/// <summary>Settings below <c>Bridge:Health</c>: when the absence of punches is an alarm of its own.</summary>
public sealed record HealthOptions
{
    /// <summary>Working hours without an accepted punch after which operators are told; 0: never.</summary>
    public double NoPunchHours { get; set; } = 4;

    /// <summary>When punches are to be expected, at the site's time.</summary>
    public string WorkHours { get; set; } = "08:00-18:00";

    /// <summary>On which days, 1 is Monday.</summary>
    public string WorkDays { get; set; } = "1-5";

    /// <summary>Null where every setting is in range, else a sentence that names the first that is not.</summary>
    public string? Check() =>
        NoPunchHours is not (>= 0 and <= 1_000) ? $"Bridge:Health:NoPunchHours is {NoPunchHours}: give 0 to 1000 hours."
        : Hours() is null ? $"Bridge:Health:WorkHours is '{WorkHours}': give something like 08:00-18:00."
        : Days() is null ? $"Bridge:Health:WorkDays is '{WorkDays}': give days from 1 (Monday) to 7, such as 1-5 or 1,3,5."
        : null;

    /// <summary>Begin and end within a day; null where they cannot be read or end before they begin.</summary>
    internal (NodaTime.LocalTime From, NodaTime.LocalTime To)? Hours()
    {
        LocalTimePattern pattern = LocalTimePattern.Create("HH:mm", CultureInfo.InvariantCulture);
        return WorkHours.Split('-') is [var from, var to] && pattern.Parse(from.Trim()).TryGetValue(default, out NodaTime.LocalTime begin)
            && pattern.Parse(to.Trim()).TryGetValue(default, out NodaTime.LocalTime end) && begin < end ? (begin, end) : null;
    }

    internal HashSet<NodaTime.IsoDayOfWeek>? Days()
    {
        HashSet<NodaTime.IsoDayOfWeek> days = [];
        foreach (string part in WorkDays.Split(',', StringSplitOptions.TrimEntries))
        {
            string[] ends = part.Split('-');
            if (ends.Length > 2 || ends.Any(end => end.Length != 1 || end[0] is < '1' or > '7') || ends[0][0] > ends[^1][0]) return null;
            for (int day = ends[0][0] - '0'; day <= ends[^1][0] - '0'; day++) days.Add((NodaTime.IsoDayOfWeek)day);
        }
        return days;
    }
}
