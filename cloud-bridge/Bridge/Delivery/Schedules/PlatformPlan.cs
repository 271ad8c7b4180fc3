using System.Globalization;
using System.Text.Json;
using NodaTime;
using NodaTime.Text;

namespace Devices.Bridge.Delivery.Schedules;

/// <summary>Writes the platform's schedule as a plan file's text, so that it is kept, read and followed as a file would be.</summary>
public static class PlatformPlan
{
    private const string Rest = "rest";

    /// <summary>The text, and whose days could not be understood (they count as days of rest).</summary>
    /// <param name="people">Everybody who was asked about; whoever has no point has days of rest.</param>
    /// <param name="first">First of <paramref name="days"/> days.</param>
    public static (string Text, IReadOnlyList<(string Person, LocalDate Day)> Unread) Compose(
        IEnumerable<string> people, IEnumerable<SchedulePoint> points, LocalDate first, int days, LocalDate validFrom, SiteOptions site)
    {
        ArgumentNullException.ThrowIfNull(people);
        ArgumentNullException.ThrowIfNull(site);
        ILookup<(string, LocalDate), SchedulePoint> planned = points.ToLookup(p => (p.Person, p.Day));
        List<(string, LocalDate)> unread = [];
        SortedSet<string> shifts = new(StringComparer.Ordinal);
        SortedDictionary<string, List<string>> byPattern = new(StringComparer.Ordinal);
        foreach (string person in people.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            string[] pattern = new string[days];
            for (int i = 0; i < days; i++)
            {
                LocalDate day = first.PlusDays(i);
                SchedulePoint[] own = [.. planned[(person, day)].Distinct().OrderBy(p => p.At)];
                string? times = own.Length == 0 ? Rest : Times(own, day);
                if (times is null) unread.Add((person, day));
                pattern[i] = times ?? Rest;
                if (pattern[i] != Rest) shifts.Add(pattern[i]);
            }

            string key = string.Join('|', pattern);
            if (!byPattern.TryGetValue(key, out List<string>? same)) byPattern[key] = same = [];
            same.Add(person);
        }

        // The reader wants a shift, also where nobody has one: it is assigned to nobody.
        if (shifts.Count == 0) shifts.Add("09:00-18:00");
        string text = JsonSerializer.Serialize(new
        {
            validFrom = LocalDatePattern.Iso.Format(validFrom),
            shifts = shifts.ToDictionary(s => s, s => new { times = s, permitLate = site.PermitLate, permitEarly = site.PermitEarly, flexible = site.Flexible }, StringComparer.Ordinal),
            assignments = byPattern.Select(p => new
            {
                // The day of rest at the end parts the last day from the first, which do not follow each other.
                rotation = (string[])[.. p.Key.Split('|'), Rest],
                from = LocalDatePattern.Iso.Format(first),
                to = LocalDatePattern.Iso.Format(first.PlusDays(days - 1)),
                people = p.Value,
            }),
        });
        return (text, unread);
    }

    /// <summary>What of a text says who works when: equal where only the date from which it counts differs.</summary>
    public static string Body(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int at = text.IndexOf("\"shifts\"", StringComparison.Ordinal);
        return at < 0 ? text : text[at..];
    }

    // Start and end in turn, on the day or over its midnight; null for anything else.
    private static string? Times(SchedulePoint[] points, LocalDate day)
    {
        if (points.Length % 2 != 0 || points.Length > 8 || points[0].At.Date != day) return null;
        List<string> sections = [];
        for (int i = 0; i < points.Length; i += 2)
        {
            if (!points[i].IsStart || points[i + 1].IsStart || points[i + 1].At <= points[i].At || (i > 0 && points[i].At <= points[i - 1].At)) return null;
            sections.Add($"{Clock(points[i].At)}-{Clock(points[i + 1].At)}");
        }

        return Period.Between(points[0].At, points[^1].At, PeriodUnits.Minutes).Minutes > 1440 ? null : string.Join(',', sections);
    }

    private static string Clock(LocalDateTime at) => at.ToString("HH:mm", CultureInfo.InvariantCulture);
}
