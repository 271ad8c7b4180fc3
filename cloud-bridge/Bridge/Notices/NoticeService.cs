using Devices.Bridge.Store;

namespace Devices.Bridge.Notices;

/// <summary>Looks for what is to be told, and tells it.</summary>
public sealed class NoticeService(GuardianFeed guardians, MissingWatch missing, NoticeSender sender, INoticeStore notices, NoticeOptions options, TimeProvider clock, ILogger<NoticeService> log)
    : PeriodicService(TimeSpan.Zero, TimeSpan.FromSeconds(Math.Max(5, options.PollSeconds)), "Notices could not be sent now; tried again.", LogLevel.Error, clock, log)
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

        DateTimeOffset now = Clock.GetUtcNow();
        if (now - _purged >= Purge)
        {
            await notices.PurgeAsync(now.AddDays(-options.KeepDays).ToUnixTimeMilliseconds(), cancellationToken);
            _purged = now;
        }

        if (options.Guardians) await guardians.StepAsync(cancellationToken);
        await missing.StepAsync(cancellationToken);
        return await sender.StepAsync(cancellationToken) ?? TimeSpan.FromSeconds(options.PollSeconds);
    }

    protected override async Task<TimeSpan?> WorkAsync(CancellationToken cancellationToken) => await StepAsync(cancellationToken);
}
