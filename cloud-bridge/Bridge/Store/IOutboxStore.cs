namespace Devices.Bridge.Store;

/// <summary>
/// The transactional outbox: one row a punch and target, made with the punch by <see cref="IPunchStore.AppendAsync"/>. A target is
/// <see cref="OutboxTarget.Platform"/> or the name of another; <see cref="PlatformOutbox"/> has the same without naming the platform.
/// </summary>
public interface IOutboxStore
{
    /// <summary>
    /// Takes due rows of a target (pending; waiting or ambiguous whose time has come) and marks them sending, at most one a person and only
    /// that person's earliest open one by the time of the punch (a terminal that was offline may bring the morning after the evening). Held,
    /// deferred, dead, delivered and skipped rows block nobody, and no target another.
    /// </summary>
    Task<IReadOnlyList<OutboxItem>> LeaseAsync(string target, long now, int limit, CancellationToken cancellationToken = default);

    /// <summary>The same, but ambiguous rows only: asking about them goes on where nothing may be sent.</summary>
    Task<IReadOnlyList<OutboxItem>> LeaseAmbiguousAsync(string target, long now, int limit, CancellationToken cancellationToken = default);

    /// <summary>Writes the outcome of a lease, or HR's decision.</summary>
    Task MarkAsync(string target, long punchId, OutboxChange change, CancellationToken cancellationToken = default);

    /// <summary>At start: rows left in sending by a crash become ambiguous, or waiting where the target cannot be asked. Returns how many.</summary>
    /// <param name="asks">Whether the target can be asked what it has.</param>
    /// <param name="from">When it may be asked first (its list may lag), or the row be sent again, ms since the Unix epoch; 0 at once.</param>
    Task<int> RecoverAsync(string target, bool asks, long from = 0, CancellationToken cancellationToken = default);

    /// <summary>
    /// Moves dead, held, deferred or skipped rows back to pending with no attempts, to be sent whatever the policy is; dead ones that the
    /// platform may have after all (it said yes, or something nobody knows, or an earlier attempt had no answer) to ambiguous, so that it is
    /// asked before they are sent. Releasing a held punch of the platform releases it for every target. Ids outside the scope are left alone. Returns how many rows of the target changed.
    /// </summary>
    Task<int> ResendAsync(SiteScope scope, string target, IReadOnlyList<long> punchIds, CancellationToken cancellationToken = default);

    /// <summary>
    /// Rows by state, from counts that are kept as rows change. For a part of the sites they are counted from the rows, and without the
    /// delivered ones, which are many.
    /// </summary>
    Task<IReadOnlyDictionary<DeliveryState, long>> CountAsync(SiteScope scope, string target, CancellationToken cancellationToken = default);

    /// <summary>Adds calls to a monthly meter and returns what the month holds for it so far.</summary>
    Task<long> MeterAsync(string month, string api, int calls, CancellationToken cancellationToken = default);
}

/// <summary>The platform's rows, which are what HR sees as a punch's state.</summary>
public static class PlatformOutbox
{
    private const string Platform = OutboxTarget.Platform;

    /// <inheritdoc cref="IOutboxStore.LeaseAsync"/>
    public static Task<IReadOnlyList<OutboxItem>> LeaseAsync(this IOutboxStore outbox, long now, int limit, CancellationToken cancellationToken = default) => Of(outbox).LeaseAsync(Platform, now, limit, cancellationToken);

    /// <inheritdoc cref="IOutboxStore.MarkAsync"/>
    public static Task MarkAsync(this IOutboxStore outbox, long punchId, OutboxChange change, CancellationToken cancellationToken = default) => Of(outbox).MarkAsync(Platform, punchId, change, cancellationToken);

    /// <inheritdoc cref="IOutboxStore.RecoverAsync"/>
    public static Task<int> RecoverAsync(this IOutboxStore outbox, long askFrom = 0, CancellationToken cancellationToken = default) => Of(outbox).RecoverAsync(Platform, asks: true, askFrom, cancellationToken);

    /// <inheritdoc cref="IOutboxStore.ResendAsync"/>
    public static Task<int> ResendAsync(this IOutboxStore outbox, SiteScope scope, IReadOnlyList<long> punchIds, CancellationToken cancellationToken = default) => Of(outbox).ResendAsync(scope, Platform, punchIds, cancellationToken);

    /// <inheritdoc cref="IOutboxStore.CountAsync"/>
    public static Task<IReadOnlyDictionary<DeliveryState, long>> CountAsync(this IOutboxStore outbox, SiteScope scope, CancellationToken cancellationToken = default) => Of(outbox).CountAsync(scope, Platform, cancellationToken);

    private static IOutboxStore Of(IOutboxStore outbox)
    {
        ArgumentNullException.ThrowIfNull(outbox);
        return outbox;
    }
}
