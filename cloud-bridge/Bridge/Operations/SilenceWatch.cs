using Devices.Bridge.Store;

namespace Devices.Bridge.Operations;

/// <summary>Puts a silence among the exceptions (and so into the operators' group) and takes it away when a punch comes.</summary>
public sealed class SilenceWatch(PunchSilence silence, IExceptionStore exceptions, ILogger<SilenceWatch> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(Every);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await LookAsync(stoppingToken);
                }
                catch (Exception fault) when (fault is not OperationCanceledException) // tried again in a minute
                {
                    log.LogDebug("The age of the last punch could not be read now: {Fault}", fault.Message);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    /// <summary>One look.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        Silence now = await silence.LookAsync(cancellationToken);
        if (now.Alarm) await exceptions.RaiseAsync(new("operations", PunchSilence.Code, silence.Sentence(now)) { Cause = PunchSilence.Code }, cancellationToken);
        else await exceptions.ResolveAllAsync("operations", PunchSilence.Code, null, "bridge", cancellationToken);
    }
}
