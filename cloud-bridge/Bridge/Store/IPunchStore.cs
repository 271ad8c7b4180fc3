using Devices.Contract.Messages;

namespace Devices.Bridge.Store;

/// <summary>Punches: insert-only, unique by (terminal, ledger, seq), each written together with its outbox row.</summary>
public interface IPunchStore
{
    /// <summary>
    /// Checks a batch against what is stored and appends what is new. Returns after the commit. A gap, a broken chain or a field out of
    /// range inside the batch keeps the sound punches before it; a fork keeps nothing and stops the ledger. Either way
    /// <see cref="IngestResult.Problem"/> says what was wrong.
    /// </summary>
    /// <exception cref="StoreUnavailableException">Nothing was committed; the sender may send again later.</exception>
    Task<IngestResult> AppendAsync(PunchBatch batch, CancellationToken cancellationToken = default);

    /// <summary>
    /// The watermark that answers <c>hello</c>. A last chain that differs from the one stored at that seq marks the ledger forked.
    /// </summary>
    Task<IngestResult> GreetAsync(HelloMessage hello, CancellationToken cancellationToken = default);

    /// <summary>The watermark; null for a ledger never seen.</summary>
    Task<LedgerMark?> FindLedgerAsync(string terminal, Guid ledger, CancellationToken cancellationToken = default);

    /// <summary>One page, newest first: the first one without a <paramref name="cursor"/>, else the one beside it.</summary>
    Task<PunchPage> ListAsync(SiteScope scope, PunchFilter filter, PunchCursor? cursor, int pageSize, CancellationToken cancellationToken = default);

    /// <summary>Every match, newest first, streamed in bounded memory: for exports.</summary>
    IAsyncEnumerable<StoredPunch> StreamAsync(SiteScope scope, PunchFilter filter, CancellationToken cancellationToken = default);

    /// <summary>Punches with an id above <paramref name="after"/>, in order of arrival.</summary>
    Task<IReadOnlyList<StoredPunch>> ListAfterAsync(SiteScope scope, long after, int limit, CancellationToken cancellationToken = default);

    /// <summary>One punch with its journey; null where there is none in the scope.</summary>
    Task<StoredPunch?> FindAsync(SiteScope scope, PunchKey key, CancellationToken cancellationToken = default);
}
