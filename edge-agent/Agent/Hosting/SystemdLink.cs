using System.Globalization;
using Microsoft.Extensions.Hosting.Systemd;

namespace Devices.Edge.Agent.Hosting;

/// <summary>
/// Tells systemd how the agent is (sd_notify(3)): ready when the whole terminal works, or after a grace period when only cards do; alive
/// only while every loop was heard. Without systemd it does nothing.
/// </summary>
public sealed class SystemdLink(ISystemdNotifier notifier, HealthBoard health, Heartbeats heartbeats, Narration narration, AgentOptions options, TimeProvider time)
{
    private bool _ready;
    private string _status = "";

    /// <summary>Whether systemd was told that the agent is ready.</summary>
    public bool IsReady => _ready;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        long begin = time.GetTimestamp();
        TimeSpan every = TimeSpan.FromSeconds(1);
        string? silence = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            bool cardsOnly = health.CanTakeCards && !health.IsWhole && time.GetElapsedTime(begin) > options.ReadyGrace;
            if (!_ready && (health.IsWhole || cardsOnly))
            {
                _ready = true;
                narration.Tell("agent", health.IsWhole ? "The terminal is ready." : "The terminal is ready for cards only.");
                notifier.Notify(ServiceState.Ready);
            }

            string status = health.IsWhole ? "whole" : health.CanTakeCards
                ? $"cards only: {(health.IsOk(HealthBoard.Models) ? health.TextOf(HealthBoard.Camera) : health.TextOf(HealthBoard.Models))}"
                : "not working";
            if (status != _status) notifier.Notify(new ServiceState($"STATUS={status}"));
            _status = status;

            IReadOnlyList<string> silent = heartbeats.Silent();
            if (silent.Count == 0) notifier.Notify(new ServiceState("WATCHDOG=1"));
            string now = string.Join(", ", silent);
            if (silent.Count > 0 && now != silence) narration.Warn("agent", $"No sign of life from: {now}. The watchdog restarts the agent.");
            silence = now;
            await Task.Delay(every, time, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Stopping() => notifier.Notify(ServiceState.Stopping);

    /// <summary>How long systemd waits for a sign of life; null where it does not watch.</summary>
    public static TimeSpan? WatchdogLimit =>
        long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long micro) ? TimeSpan.FromMicroseconds(micro) : null;
}
