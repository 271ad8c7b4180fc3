using System.Globalization;
using NodaTime;
using NodaTime.Text;

namespace Devices.Bridge.Attendance;

/// <summary>Times and days as people write them.</summary>
internal static class ShiftTimes
{
    private static readonly LocalTimePattern Time = LocalTimePattern.Create("HH:mm", CultureInfo.InvariantCulture);

    /// <summary>
    /// <c>09:00-18:00</c>, <c>08:00-12:00,13:30-17:30</c> or <c>22:00-06:00</c>; null where it is none of these. Each time lies after the
    /// one before it; one that does not is of the next day.
    /// </summary>
    public static IReadOnlyList<ShiftSection>? Sections(string text)
    {
        List<ShiftSection> sections = [];
        int last = -1;
        int? Next(string time)
        {
            if (!Time.Parse(time.Trim()).TryGetValue(default, out LocalTime read)) return null;
            int minute = (read.Hour * 60) + read.Minute;
            while (minute <= last) minute += 1440;
            return last = minute;
        }

        foreach (string part in text.Split(','))
        {
            if (part.Split('-') is not [var from, var to] || Next(from) is not { } start || Next(to) is not { } end) return null;
            // An end that is the start again is a whole day round; a section that begins where the last ended is none of the next day.
            sections.Add(new(start, end));
        }

        return sections;
    }

    /// <summary><c>1-5</c> or <c>1,3,5</c>, 1 being Monday; null where it is neither.</summary>
    public static IReadOnlySet<IsoDayOfWeek>? Days(string text)
    {
        HashSet<IsoDayOfWeek> days = [];
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            string[] ends = part.Split('-');
            if (ends.Length > 2 || ends.Any(e => e.Length != 1 || e[0] is < '1' or > '7')) return null;
            for (int day = ends[0][0] - '0'; day <= ends[^1][0] - '0'; day++) days.Add((IsoDayOfWeek)day);
        }

        return days;
    }
}
