using Devices.Bridge.Store;

namespace Devices.Bridge.Corrections;

/// <summary>Looks at what terminals bring late: a closed month's punches, and those beside one that HR had added.</summary>
public sealed class LateWatch(ILateStore late, CorrectionDesk desk, CorrectionOptions options, ILogger<LateWatch> log) : BackgroundService
{
    private const int Portion = 500;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    /// <summary>One portion; returns how many punches it held.</summary>
    public Task<int> StepAsync(CancellationToken cancellationToken) => late.LookAsync(Portion, options.RepeatMs, (person, at) => desk.DayOf(at, person), cancellationToken);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(Every);
        try
        {
            do
            {
                try
                {
                    while (await StepAsync(stoppingToken) == Portion) await Task.Yield();
                }
                catch (Exception fault) when (fault is not OperationCanceledException) // the next look tries again
                {
                    log.LogWarning("Late punches could not be looked at now: {Fault}", fault.Message);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }
}
