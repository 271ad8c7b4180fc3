using System.Runtime.CompilerServices;
using Devices.Contract.Messages;
using Devices.Contract.Punches;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IPunchStore"/>
/// <param name="clock">Which times are doubted; where left out the defaults, at any age.</param>
/// <param name="targets">Targets beside the platform; none where left out.</param>
public sealed class SqlPunchStore(SqlDatabase database, TimeProvider time, ClockRules? clock = null, OutboxTargets? targets = null) : IPunchStore
{
    private readonly ClockRules _clock = clock ?? new() { ClockOldDays = 0 };

    private const int StreamPage = 1000;

    public Task<IngestResult> AppendAsync(PunchBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Punches.Count == 0) throw new ArgumentException("A batch holds at least one punch.", nameof(batch));
        return database.WriteSurelyAsync(session => new LedgerKeeper(session, Now(), _clock, targets).Append(batch), cancellationToken);
    }

    public Task<IngestResult> GreetAsync(HelloMessage hello, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(hello);
        if (!PunchChain.TryParseHex(hello.LastChain, out byte[] chain)) throw new ArgumentException("last_chain is not 64 hex digits.", nameof(hello));
        return database.WriteAsync(session => new LedgerKeeper(session, Now(), _clock).Greet(hello, chain), cancellationToken);
    }

    public Task<LedgerMark?> FindLedgerAsync(string terminal, Guid ledger, CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => new LedgerKeeper(session, Now(), _clock).Load(terminal, ledger), cancellationToken);

    public Task<PunchPage> ListAsync(SiteScope scope, PunchFilter filter, PunchCursor? cursor, int pageSize, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfLessThan(pageSize, 1);
        return database.ReadAsync(session =>
        {
            PunchSearch search = new(session, scope, filter);
            // One more than the page tells whether there is another.
            List<StoredPunch> items = search.Rows(cursor, pageSize + 1);
            bool more = items.Count > pageSize;
            if (more) items.RemoveAt(pageSize);
            bool newer = cursor?.Newer == true;
            if (newer) items.Reverse();
            long before = cursor is null || (newer && !more) ? 0 : newer ? Math.Max(0, cursor.Before - items.Count) : cursor.Before;
            bool older = items.Count > 0 && (newer || more);
            return new PunchPage(
                items,
                search.Uncounted ? new((int)Math.Min(BoundedCount.Most, before + items.Count + (older ? 1 : 0)), older) : search.Count(),
                items.Count > 0 && (newer ? more : cursor is not null) ? Beside(items[0], newer: true, before) : null,
                older ? Beside(items[^1], newer: false, before + items.Count) : null,
                before + 1);
        }, cancellationToken);
    }

    private static PunchCursor Beside(StoredPunch punch, bool newer, long before) => new(punch.Punch.At, punch.Id, newer, before);

    public async IAsyncEnumerable<StoredPunch> StreamAsync(SiteScope scope, PunchFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(filter);
        PunchCursor? cursor = null;
        while (true)
        {
            // By cursor: rows that arrive meanwhile neither repeat nor hide others.
            List<StoredPunch> items = await database.ReadAsync(session => new PunchSearch(session, scope, filter).Rows(cursor, StreamPage), cancellationToken);
            foreach (StoredPunch item in items) yield return item;
            if (items.Count < StreamPage) yield break;
            cursor = Beside(items[^1], newer: false, 0);
        }
    }

    public Task<IReadOnlyList<StoredPunch>> ListAfterAsync(SiteScope scope, long after, int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<StoredPunch>>(session =>
        {
            (string settled, (string, object?)[] through) = Arrivals.Settled(session, "r.id");
            return session.Query(
                // The punches first: PostgreSQL takes a punch and its outbox row for a rare match and would read both tables whole.
                $"SELECT {PunchQuery.Select} FROM (SELECT * FROM punches r WHERE r.id > @after AND {scope.Terminal("r.terminal")}{settled} ORDER BY r.id LIMIT @limit) p {PunchQuery.Joins} ORDER BY p.id",
                PunchQuery.Read, scope.With([("@after", after), ("@limit", limit), .. through]));
        }, cancellationToken);

    public Task<StoredPunch?> FindAsync(SiteScope scope, PunchKey key, CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => session.First(
            $"SELECT {PunchQuery.Select} {PunchQuery.From} WHERE p.terminal = @terminal AND p.ledger = @ledger AND p.seq = @seq AND {scope.Terminal("p.terminal")}",
            PunchQuery.Read, scope.With(("@terminal", key.Terminal), ("@ledger", key.Ledger.Text()), ("@seq", key.Seq))), cancellationToken);

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
