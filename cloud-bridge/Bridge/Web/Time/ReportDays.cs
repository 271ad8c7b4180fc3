using Devices.Bridge.Store;
using NodaTime;
using NodaTime.Text;

namespace Devices.Bridge.Web.Time;

/// <summary>
/// Keeps the calendar's days at the site's zone in the store, from the first punch (no earlier than 2020) to two months ahead, for the views
/// that other systems read.
/// </summary>
internal sealed class ReportDays(IReportStore store, SiteClock clock, TimeProvider time, ILogger<ReportDays> log)
    : PeriodicService(TimeSpan.Zero, TimeSpan.FromHours(6), "The days of the views for other systems could not be brought up to date; it is tried again.", LogLevel.Warning, time, log)
{
    private const int Ahead = 62;
    private static readonly LocalDate Oldest = new(2020, 1, 1);

    protected override async Task<TimeSpan?> WorkAsync(CancellationToken cancellationToken)
    {
        await FillAsync(cancellationToken);
        return null;
    }

    internal async Task FillAsync(CancellationToken cancellationToken)
    {
        LocalDate today = clock.Today, first = today.PlusDays(-Ahead);
        if (await store.EarliestAsync(clock.Range(Oldest).Start, cancellationToken) is { } earliest && clock.DateOf(earliest) is { } date && date < first) first = date;
        List<SiteDay> days = [];
        for (LocalDate day = first; day <= today.PlusDays(Ahead); day = day.PlusDays(1))
        {
            var (start, until) = clock.Range(day);
            days.Add(new(LocalDatePattern.Iso.Format(day), start, until));
        }

        await store.SetDaysAsync(clock.ZoneId, days, cancellationToken);
    }
}
