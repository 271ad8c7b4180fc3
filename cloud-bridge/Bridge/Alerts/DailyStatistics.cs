using System.Globalization;
using System.Text;
using Devices.Bridge.Notices;
using NodaTime;
using NodaTime.Text;

namespace Devices.Bridge.Alerts;

/// <summary>
/// The day's sign-in statistics for the group, at set times: expected, signed in, late and missing, of everybody and by department, and
/// where. Numbers only: a group's members are not all meant to see names.
/// </summary>
public sealed class DailyStatistics(DaySheet sheet, AlertOptions options, BridgeOptions bridge, TimeProvider clock)
{
    private const int MostLines = 40;

    // After an outage yesterday evening's numbers are nobody's news.
    private static readonly Period Late = Period.FromHours(2);
    private static readonly LocalTimePattern Time = LocalTimePattern.CreateWithInvariantCulture("HH:mm");
    private static readonly LocalDateTimePattern Key = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm");
    private readonly DateTimeZone _zone = DateTimeZoneProviders.Tzdb[bridge.Site.TimeZone];

    /// <summary>Reads <c>09:30,18:30</c>; null where it is none.</summary>
    public static IReadOnlyList<LocalTime>? Times(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<LocalTime> times = [];
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Time.Parse(part).TryGetValue(default, out LocalTime time)) return null;
            times.Add(time);
        }

        return [.. times.Order()];
    }

    /// <summary>What is due now and was not made before; on a site with a shift, on its days of work only.</summary>
    /// <param name="last">Key of the last one, as <c>2026-11-26 09:30</c>.</param>
    public async Task<(string Key, AlertBook.Outgoing Message)?> DueAsync(string? last, CancellationToken cancellationToken)
    {
        LocalDateTime now = Instant.FromDateTimeOffset(clock.GetUtcNow()).InZone(_zone).LocalDateTime;
        foreach (LocalTime time in Times(options.DailyAt)!.Reverse())
        {
            LocalDateTime due = now.Date + time;
            string key = Key.Format(due);
            if (due > now || now >= due + Late || string.CompareOrdinal(key, last) <= 0) continue;
            if (bridge.Site.Shift.Length > 0 && sheet.StartOf(now.Date) is null) return null;
            return (key, Compose(await sheet.OfAsync(now.Date, cancellationToken), now));
        }

        return null;
    }

    private AlertBook.Outgoing Compose(DayCounts day, LocalDateTime now)
    {
        bool english = options.Language == "en", shift = day.Start is not null;
        string title = english ? "Sign-in statistics" : "考勤统计";
        StringBuilder text = new StringBuilder().Append("### ").Append(title).Append("\n\n").Append(Key.Format(now)).Append(' ').Append(_zone.Id).Append("\n\n");
        text.Append("- **").Append(english ? "All" : "全员").Append("** ").Append(Line(day.All, english, shift)).Append('\n');
        foreach (GroupCount group in day.Departments.Take(MostLines))
            text.Append("- ").Append(AlertMessage.Plain(group.Name ?? "?")).Append(english ? ": " : "：").Append(Line(group, english, shift)).Append('\n');
        if (day.Departments.Count > MostLines) text.Append("- ").Append(AlertWords.Of(options.Language).More(day.Departments.Count - MostLines)).Append('\n');
        if (day.Sites.Count > 1)
            text.Append("- ").Append(english ? "By place: " : "按地点：").AppendJoin(english ? ", " : "，", day.Sites.Take(MostLines).Select(s => AlertMessage.Plain($"{s.Site} {s.People.ToString(CultureInfo.InvariantCulture)}"))).Append('\n');
        if (day.Offline.Count > 0)
            text.Append("- ").Append(english ? "Offline, so punches may be on their way: " : "离线终端上可能仍有打卡：").AppendJoin(english ? ", " : "，", day.Offline.Take(MostLines).Select(AlertMessage.Plain)).Append('\n');
        return new(Guid.NewGuid().ToString("N"), title, text.ToString(), AlertRank.Normal, [], []);
    }

    private static string Line(GroupCount group, bool english, bool shift) => string.Create(CultureInfo.InvariantCulture, $"{(english ? "expected" : "应到")} {group.Expected}, {(english ? "signed in" : "已到")} {group.Present}{(shift ? $", {(english ? "late" : "迟到")} {group.Late}" : "")}, {(english ? "missing" : "未到")} {group.Missing.Count}");
}
