using System.Globalization;
using Devices.Bridge.Ingest;
using Microsoft.Extensions.Hosting.Systemd;

namespace Devices.Bridge.Operations;

/// <summary>
/// Feeds systemd's watchdog (sd_notify, <c>WATCHDOG_USEC</c>) while the store's writer gets on. A full disk is not its business: restarting
/// mends nothing there.
/// </summary>
public sealed class SystemdWatchdog(ISystemdNotifier notifier, StorePressure pressure) : BackgroundService
{
    private static readonly TimeSpan Stuck = TimeSpan.FromMinutes(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!notifier.IsEnabled || Interval() is not { } interval) return;
        using PeriodicTimer timer = new(interval);
        try
        {
            do
            {
                if (pressure.Latency < Stuck) notifier.Notify(new ServiceState("WATCHDOG=1"));
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    // Twice as often as it must be (sd_watchdog_enabled(3)).
    private static TimeSpan? Interval() =>
        long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds) && microseconds > 0
            ? TimeSpan.FromMicroseconds(microseconds / 2.0) : null;
}
