using System.Globalization;
using Devices.Bridge.Store;
using NodaTime;

namespace Devices.Bridge.Operations;

/// <summary>How long no punch was accepted.</summary>
/// <param name="LastAt">When the last was accepted, ms since the Unix epoch; null where none ever was.</param>
/// <param name="Working">How much of the time since then was working time.</param>
/// <param name="Alarm">Whether that is longer than it should be.</param>
public sealed record Silence(long? LastAt, TimeSpan Working, bool Alarm);

/// <summary>
/// frappe/biometric-attendance-sync-tool#90: the service runs, there is no error in any log, and nothing comes. So silence in working time
/// is an alarm of its own, counted in working hours: Monday at nine is not late after Friday evening.
/// </summary>
public sealed class PunchSilence(HealthOptions options, BridgeOptions bridge, ICounterStore counters, ITerminalStore terminals, TimeProvider time)
{
    public const string Code = "no-punches";
    private const int MostDays = 40;

    public async Task<Silence> LookAsync(CancellationToken cancellationToken)
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        long? last = await counters.LastStoredAtAsync(cancellationToken);
        // Before the first punch the first terminal's enrolment counts; without any terminal nothing is expected.
        List<TerminalRow> active = [.. (await terminals.ListTerminalsAsync(SiteScope.All, cancellationToken)).Where(one => one.RevokedAt is null)];
        if (active.Count == 0 || options.NoPunchHours == 0) return new(last, TimeSpan.Zero, false);
        TimeSpan working = Working(Math.Max(last ?? 0, active.Min(one => one.CreatedAt)), now);
        return new(last, working, working.TotalHours >= options.NoPunchHours);
    }

    /// <summary>Working time between two moments, ms since the Unix epoch; of the last forty days at most.</summary>
    public TimeSpan Working(long from, long until)
    {
        (LocalTime begin, LocalTime end) = options.Hours()!.Value;
        HashSet<IsoDayOfWeek> days = options.Days()!;
        DateTimeZone zone = DateTimeZoneProviders.Tzdb[bridge.Site.TimeZone];
        Instant first = Instant.FromUnixTimeMilliseconds(Math.Max(from, until - MostDays * 86_400_000L)), last = Instant.FromUnixTimeMilliseconds(until);
        Duration sum = Duration.Zero;
        for (LocalDate day = first.InZone(zone).Date; day <= last.InZone(zone).Date; day = day.PlusDays(1))
        {
            if (!days.Contains(day.DayOfWeek)) continue;
            Instant opens = zone.AtLeniently(day + begin).ToInstant(), closes = zone.AtLeniently(day + end).ToInstant();
            Duration part = Instant.Min(closes, last) - Instant.Max(opens, first);
            if (part > Duration.Zero) sum += part;
        }
        return sum.ToTimeSpan();
    }

    public string Sentence(Silence silence)
    {
        ArgumentNullException.ThrowIfNull(silence);
        string since = silence.LastAt is { } at
            ? Instant.FromUnixTimeMilliseconds(at).InZone(DateTimeZoneProviders.Tzdb[bridge.Site.TimeZone]).ToString("uuuu-MM-dd HH:mm", CultureInfo.InvariantCulture)
            : "the first terminal was enrolled";
        return string.Create(CultureInfo.InvariantCulture, $"No punch was accepted for {silence.Working.TotalHours:0.#} working hours, since {since}: look at the terminals and at their way to the bridge.");
    }
}
