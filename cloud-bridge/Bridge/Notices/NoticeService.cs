using Devices.Bridge.Store;

namespace Devices.Bridge.Notices;

/// <summary>Looks for what is to be told, and tells it.</summary>
public sealed class NoticeService(GuardianFeed guardians, MissingWatch missing, NoticeSender sender, INoticeStore notices, NoticeOptions options, TimeProvider clock, ILogger<NoticeService> log) : BackgroundService
{
    private static readonly TimeSpan Purge = TimeSpan.FromHours(1);
    private bool _recovered;
    private DateTimeOffset _purged;

    /// <summary>One look. Returns how long to rest.</summary>
    public async Task<TimeSpan> StepAsync(CancellationToken cancellationToken)
    {
        if (!_recovered)
        {
            await sender.RecoverAsync(cancellationToken);
            _recovered = true;
        }

        DateTimeOffset now = clock.GetUtcNow();
        if (now - _purged >= Purge)
        {
            await notices.PurgeAsync(now.AddDays(-options.KeepDays).ToUnixTimeMilliseconds(), cancellationToken);
            _purged = now;
        }

        if (options.Guardians) await guardians.StepAsync(cancellationToken);
        await missing.StepAsync(cancellationToken);
        return await sender.StepAsync(cancellationToken) ?? TimeSpan.FromSeconds(options.PollSeconds);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            TimeSpan rest = TimeSpan.FromSeconds(Math.Max(5, options.PollSeconds));
            try
            {
                rest = await StepAsync(stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.LogError(fault, "Notices could not be sent now; tried again.");
            }

            await Task.Delay(rest, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
