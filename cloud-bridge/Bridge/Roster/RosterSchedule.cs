using Devices.Bridge.Delivery;
using NodaTime;
using NodaTime.Text;

namespace Devices.Bridge.Roster;

/// <summary>When the roster is pulled whole: at start, at intervals, daily at a local time, and when the events may have been missed.</summary>
public sealed class RosterSchedule(RosterService roster, RosterOptions options, BridgeOptions bridge, TimeProvider clock, ILogger<RosterSchedule> log) : BackgroundService
{
    // Short, so that a clock that was set or a machine that slept is noticed.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly DateTimeZone _zone = DateTimeZoneProviders.Tzdb[bridge.Site.TimeZone];
    private readonly LocalTime _daily = LocalTimePattern.CreateWithInvariantCulture("HH:mm").Parse(options.DailyAt).Value;
    private readonly Lock _gate = new();
    private DateTimeOffset _wanted = DateTimeOffset.MinValue;
    private TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Something may have happened until now that nobody told: a pull that begins later has to see it.</summary>
    public void Request()
    {
        lock (_gate)
        {
            _wanted = clock.GetUtcNow();
            _asked.TrySetResult();
        }
    }

    /// <summary>When the next full pull is due.</summary>
    /// <param name="last">When the last one began.</param>
    /// <param name="wanted">Until when something may have been missed.</param>
    /// <param name="failures">Failed pulls in a row.</param>
    public DateTimeOffset Due(DateTimeOffset last, DateTimeOffset wanted, int failures)
    {
        if (last == DateTimeOffset.MinValue) return last;
        DateTimeOffset due = NextDaily(last);
        if (options.Minutes > 0 && last.AddMinutes(options.Minutes) is var next && next < due) due = next;
        if (wanted >= last && last.AddMinutes(options.RestMinutes) is var soon && soon < due) due = soon;
        // After a failure it is tried again sooner than at the next full hour.
        return failures > 0 && last + BackOff.After(failures, 5, 600) is var again && again < due ? again : due;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        int failures = 0;
        DateTimeOffset? due = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            Task asked;
            DateTimeOffset wanted;
            lock (_gate)
            {
                wanted = _wanted;
                if (_asked.Task.IsCompleted)
                {
                    _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
                    due = null;
                }

                asked = _asked.Task;
            }

            due ??= Due(roster.LastBegan, wanted, failures);
            TimeSpan wait = due.Value - clock.GetUtcNow();
            if (wait > TimeSpan.Zero)
            {
                await Task.WhenAny(asked, Task.Delay(wait < LongestWait ? wait : LongestWait, clock, stoppingToken));
                continue;
            }

            failures = await PullAsync(stoppingToken) ? 0 : failures + 1;
            due = null;
        }
    }

    private async Task<bool> PullAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await roster.PullAsync(confirmed: false, cancellationToken)).Problem is null or RosterStatus.HeldKey;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            log.LogError(exception, "The roster pull failed inside the bridge.");
            return false;
        }
    }

    private DateTimeOffset NextDaily(DateTimeOffset after)
    {
        Instant from = Instant.FromDateTimeOffset(after);
        LocalDate day = from.InZone(_zone).Date;
        for (int i = 0; ; i++)
        {
            // Leniently: a time that the clocks leave out is the moment they went on.
            Instant next = (day.PlusDays(i) + _daily).InZoneLeniently(_zone).ToInstant();
            if (next > from) return next.ToDateTimeOffset();
        }
    }
}
