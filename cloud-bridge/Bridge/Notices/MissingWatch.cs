using Devices.Bridge.Store;
using NodaTime;

namespace Devices.Bridge.Notices;

/// <summary>Tells managers, some minutes after the shift began, who has not punched: once a day and department.</summary>
public sealed class MissingWatch(DaySheet sheet, INoticeStore notices, NoticeOptions options, BridgeOptions bridge, TimeProvider clock)
{
    // After an outage of the bridge a late list would be wrong more than useful.
    private static readonly Duration Late = Duration.FromHours(2);
    private readonly DateTimeZone _zone = DateTimeZoneProviders.Tzdb[bridge.Site.TimeZone];
    private LocalDate? _done;

    /// <summary>Looks whether it is time. Returns how many notices were made.</summary>
    public async Task<int> StepAsync(CancellationToken cancellationToken)
    {
        if (options.MissingMinutes == 0) return 0;
        Instant now = Instant.FromDateTimeOffset(clock.GetUtcNow());
        LocalDate today = now.InZone(_zone).Date;
        // A night's shift may have begun yesterday.
        foreach (LocalDate day in (LocalDate[])[today.PlusDays(-1), today])
        {
            if (_done is { } done && day <= done) continue;
            if (sheet.DueOf(day) is not { } start) continue;
            Instant due = start + Duration.FromMinutes(options.MissingMinutes);
            if (now < due || now >= due + Late) continue;
            DayCounts counts = await sheet.OfAsync(day, cancellationToken);
            // Before the first pull of the roster nobody is expected; that is no day without absences.
            if (counts.All.Expected == 0) return 0;
            int made = await TellAsync(day, start, counts, cancellationToken);
            _done = day;
            return made;
        }

        return 0;
    }

    private async Task<int> TellAsync(LocalDate day, Instant start, DayCounts counts, CancellationToken cancellationToken)
    {
        List<NewNotice> fresh = [];
        foreach (ManagerOptions manager in options.Managers)
        {
            GroupCount? group = manager.Department == 0 ? counts.All : counts.Departments.FirstOrDefault(d => d.Department == manager.Department);
            if (group is null || group.Missing.Count == 0) continue;
            string name = group.Name ?? (options.Language == "en" ? "everybody" : "全员");
            // The cause is the day and the department: after a restart the same list is not told again.
            fresh.Add(new(
                string.Create(System.Globalization.CultureInfo.InvariantCulture, $"missing:{day:uuuu-MM-dd}:{manager.Department}"), NoticeKind.Missing, null,
                NoticeText.OfMissing(day, start.InZone(_zone).TimeOfDay, name, group.Expected, group.Missing, counts.Offline, options.Language), manager.List));
        }

        return await notices.AddAsync(fresh, null, cancellationToken);
    }
}
