namespace Devices.Standins.DingTalk.Events;

/// <summary>Sends what is due, by push where an address is set and by stream else, until it is confirmed or given up.</summary>
internal sealed class EventPump(Cloud cloud, StreamGateway gateway) : BackgroundService
{
    private const int Attempts = 3;

    private readonly CallbackSender _callback = new(cloud);

    public override void Dispose()
    {
        _callback.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            StandinSettings settings;
            List<(PlayedEvent Event, IReadOnlyList<FaultRequest> Faults)> due = [];
            lock (cloud.Gate)
            {
                settings = cloud.Settings;
                bool push = settings.CallbackUrl.Length > 0;
                // Stream: again within a minute. Push: after 10 s, then after 30 s.
                TimeSpan Wait(int attempt) => TimeSpan.FromSeconds(push ? settings.EventRetrySeconds / (attempt == 1 ? 6 : 2) : settings.EventRetrySeconds);
                foreach (var played in cloud.Events.Take(DateTime.UtcNow, Wait, Attempts))
                {
                    due.Add((played, cloud.Faults.Take(push ? "event/callback" : "event/stream")));
                }
            }

            // Whoever is played out of order goes behind the others.
            foreach (var (played, faults) in due.OrderBy(d => d.Faults.Any(f => f.Kind == FaultKind.OutOfOrder)))
            {
                await SendAsync(played, settings, faults);
            }

            await gateway.TickAsync();
            await Task.Delay(20, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SendAsync(PlayedEvent played, StandinSettings settings, IReadOnlyList<FaultRequest> faults)
    {
        if (settings.CallbackUrl.Length == 0)
        {
            await gateway.SendAsync(played, faults);
            return;
        }

        var (confirmed, answer) = await _callback.SendAsync(played, settings, faults);
        lock (cloud.Gate)
        {
            played.Answer = answer;
            played.State = confirmed ? EventState.Acknowledged : played.State;
        }
    }
}
