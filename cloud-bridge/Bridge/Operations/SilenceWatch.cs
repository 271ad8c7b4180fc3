using Devices.Bridge.Store;

namespace Devices.Bridge.Operations;

/// <summary>Puts a silence among the exceptions (and so into the operators' group) and takes it away when a punch comes.</summary>
public sealed class SilenceWatch(PunchSilence silence, IExceptionStore exceptions, TimeProvider clock, ILogger<SilenceWatch> log)
    : PeriodicService(Every, Every, "The age of the last punch could not be read now.", LogLevel.Debug, clock, log)
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    protected override async Task<TimeSpan?> WorkAsync(CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken);
        return null;
    }

    /// <summary>One look.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        Silence now = await silence.LookAsync(cancellationToken);
        if (now.Alarm) await exceptions.RaiseAsync(new("operations", PunchSilence.Code, silence.Sentence(now)) { Cause = PunchSilence.Code }, cancellationToken);
        else await exceptions.ResolveAllAsync("operations", PunchSilence.Code, null, "bridge", cancellationToken);
    }
}
