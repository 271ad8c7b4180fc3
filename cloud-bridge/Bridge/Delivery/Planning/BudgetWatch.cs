using System.Globalization;
using Devices.Bridge.Attendance;
using Devices.Bridge.Store;
using NodaTime;

namespace Devices.Bridge.Delivery.Planning;

/// <summary>The month's outlook, from the counted calls and the site's working days; kept for a minute.</summary>
public sealed class BudgetWatch(IPlatformTarget target, CallBudget budget, ICallStore calls, SitePlan plan, PlatformOptions options, TimeProvider clock) : IDisposable
{
    // Working days that say what a day takes.
    private const int Measured = 10;
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _one = new(1, 1);
    private BudgetOutlook? _outlook;
    private DateTimeOffset _at;
    private long _spent;

    /// <summary>The outlook now.</summary>
    public async Task<BudgetOutlook> LookAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        LocalDate today = Date(target.MeteredDay(now));
        LocalDate first = new(today.Year, today.Month, 1), next = first.PlusMonths(1);
        double part = target.MeteredDayShare(now);
        bool works = plan.Works(today);
        var firsts = await calls.FirstsAsync(Text(today.PlusDays(-62)), Text(today), cancellationToken);
        List<long> past = [.. firsts.Where(f => Date(f.Key) < today && plan.Works(Date(f.Key)) && f.Value > 0).OrderByDescending(f => f.Key, StringComparer.Ordinal).Take(Measured).Select(f => f.Value)];
        return BudgetOutlook.Of(new()
        {
            Used = await budget.UsedAsync(target, cancellationToken),
            Limit = options.MonthlyCalls,
            Reserve = options.Reserve,
            DaysPast = Days(first, today).Count(plan.Works) + (works ? part : 0),
            DaysToCome = Days(today.PlusDays(1), next).Count(plan.Works),
            Today = works,
            FirstsToday = firsts.GetValueOrDefault(Text(today)),
            FirstsADay = past.Count == 0 ? 0 : past.Average(),
        });
    }

    /// <summary>Whether a punch that is neither first-in nor last-out may be sent now.</summary>
    public async Task<bool> HasRoomAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_outlook is null || clock.GetUtcNow() - _at >= Fresh || clock.GetUtcNow() < _at)
            {
                _outlook = await LookAsync(cancellationToken);
                _at = clock.GetUtcNow();
                Interlocked.Exchange(ref _spent, 0);
            }

            return _outlook.Spare > Interlocked.Read(ref _spent);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Notes that one such punch is sent.</summary>
    public void Spend() => Interlocked.Increment(ref _spent);

    /// <summary>Calls to spend on what waits for budget, as last seen.</summary>
    public async Task<long> SpareAsync(CancellationToken cancellationToken) =>
        await HasRoomAsync(cancellationToken) ? Math.Max(0, (_outlook?.Spare ?? 0) - Interlocked.Read(ref _spent)) : 0;

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private static IEnumerable<LocalDate> Days(LocalDate from, LocalDate until)
    {
        for (LocalDate day = from; day < until; day = day.PlusDays(1)) yield return day;
    }

    private static LocalDate Date(string day) => LocalDate.FromDateOnly(DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture));

    private static string Text(LocalDate day) => day.ToString("uuuu'-'MM'-'dd", CultureInfo.InvariantCulture);
}
