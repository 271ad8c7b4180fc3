using Devices.Bridge.Store;
using NodaTime;

namespace Devices.Bridge.Attendance;

/// <summary>One person's row of a day.</summary>
/// <param name="First">Time of the first punch, ms since the Unix epoch.</param>
/// <param name="Last">Time of the last; equal to <paramref name="First"/> where there is one punch.</param>
/// <param name="Undelivered">Punches of the day that the platform does not have yet.</param>
/// <param name="Day">Against the shift.</param>
public sealed record DayRow(string Person, string? Name, long First, long Last, int Count, string LastTerminal, int Undelivered, AttendanceDay Day);

/// <summary>Who punched on an attendance day, and how that lies against everybody's shift: what counts, corrections included.</summary>
public sealed class DayBoard(IEffectivePunches punches, SitePlan plan, TimeProvider clock)
{
    /// <summary>Latest arrival first.</summary>
    /// <param name="calendar">The day's first moment and the next one's at the site, ms since the Unix epoch.</param>
    public async Task<IReadOnlyList<DayRow>> OfAsync(SiteScope scope, LocalDate day, (long Start, long Until) calendar, CancellationToken cancellationToken = default)
    {
        var (start, until) = plan.Reach(day, calendar);
        Dictionary<string, AttendanceWindows> windows = new(StringComparer.Ordinal);
        Dictionary<string, List<StoredPunch>> people = [];
        await foreach (StoredPunch punch in punches.StreamAsync(scope, new() { From = start, To = until }, struckToo: false, cancellationToken))
        {
            if (!windows.TryGetValue(punch.Punch.Person, out AttendanceWindows? belongs)) windows[punch.Punch.Person] = belongs = plan.Around(day, punch.Punch.Person);
            if (belongs.DayOf(Instant.FromUnixTimeMilliseconds(punch.Punch.At)) != day) continue;
            if (!people.TryGetValue(punch.Punch.Person, out List<StoredPunch>? own)) people[punch.Punch.Person] = own = [];
            own.Add(punch);
        }

        Instant now = Instant.FromDateTimeOffset(clock.GetUtcNow());
        return [.. people.Values.Select(own => Row(day, windows[own[0].Punch.Person], own, now)).OrderByDescending(r => r.First).ThenBy(r => r.Person, StringComparer.Ordinal)];
    }

    // Newest first, as they come from the store.
    private static DayRow Row(LocalDate day, AttendanceWindows windows, List<StoredPunch> own, Instant now) => new(
        own[0].Punch.Person, own[0].Name, own[^1].Punch.At, own[0].Punch.At, own.Count, own[0].Punch.Terminal,
        own.Count(p => p.Delivery is not (DeliveryState.Delivered or DeliveryState.Skipped)),
        AttendanceCalculator.Days(windows, own.Select(p => TimedPunch.Of(p.Punch)), now).Single(d => d.Day == day));
}
