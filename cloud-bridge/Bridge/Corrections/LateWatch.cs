using Devices.Bridge.Store;

namespace Devices.Bridge.Corrections;

/// <summary>Looks at what terminals bring late: a closed month's punches, and those beside one that HR had added.</summary>
public sealed class LateWatch(ILateStore late, CorrectionDesk desk, CorrectionOptions options, TimeProvider clock, ILogger<LateWatch> log)
    : PeriodicService(TimeSpan.Zero, TimeSpan.FromSeconds(5), "Late punches could not be looked at now.", LogLevel.Warning, clock, log)
{
    private const int Portion = 500;

    /// <summary>One portion; returns how many punches it held.</summary>
    public Task<int> StepAsync(CancellationToken cancellationToken) => late.LookAsync(Portion, options.RepeatMs, (person, at) => desk.DayOf(at, person), cancellationToken);

    /// <inheritdoc/>
    protected override async Task<TimeSpan?> WorkAsync(CancellationToken cancellationToken)
    {
        while (await StepAsync(cancellationToken) == Portion) await Task.Yield();
        return null;
    }
}
