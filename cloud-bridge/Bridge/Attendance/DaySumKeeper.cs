using System.Diagnostics;
using Devices.Bridge.Store;
using NodaTime;

namespace Devices.Bridge.Attendance;

/// <summary>
/// Works out the days that are over before somebody asks: after the first start with a store all of them, newest first, later yesterday, and what late punches
/// and corrections touch. It rests as long as it works, so that at most half of one core is taken.
/// </summary>
public sealed class DaySumKeeper(DaySums sums, IReportStore reports, BridgeOptions bridge, TimeProvider clock, ILogger<DaySumKeeper> log)
    : PeriodicService(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1), "Days could not be worked out ahead; pages do it when they are asked for.", LogLevel.Warning, clock, log)
{
    // Before it there is nothing that anybody would look at: clocks that were never set.
    private static readonly LocalDate Earliest = new(2015, 1, 1);

    private readonly DateTimeZone _zone = DateTimeZoneProviders.Tzdb[bridge.Site.TimeZone];

    protected override async Task<TimeSpan?> WorkAsync(CancellationToken cancellationToken)
    {
        Stopwatch watch = Stopwatch.StartNew();
        if (!await KeepOneAsync(cancellationToken)) return null;
        return watch.Elapsed;
    }

    /// <summary>Works out one day; false where all are.</summary>
    public async Task<bool> KeepOneAsync(CancellationToken cancellationToken)
    {
        if (await reports.EarliestAsync(Start(Earliest), cancellationToken) is not { } first) return false;
        LocalDate today = Instant.FromDateTimeOffset(Clock.GetUtcNow()).InZone(_zone).Date, begin = Instant.FromUnixTimeMilliseconds(first).InZone(_zone).Date;
        List<(LocalDate, long, long)> days = [];
        for (LocalDate day = today; day >= begin; day = day.PlusDays(-1)) days.Add((day, Start(day), Start(day.PlusDays(1))));
        return await sums.KeepOneAsync(days, cancellationToken);
    }

    private long Start(LocalDate day) => day.AtStartOfDayInZone(_zone).ToInstant().ToUnixTimeMilliseconds();
}
