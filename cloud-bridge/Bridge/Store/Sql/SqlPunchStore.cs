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

    private const int StreamPage = 500;

    public Task<IngestResult> AppendAsync(PunchBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Punches.Count == 0) throw new ArgumentException("A batch holds at least one punch.", nameof(batch));
        return database.WriteAsync(session => new LedgerKeeper(session, Now(), _clock, targets).Append(batch), cancellationToken);
    }

    public Task<IngestResult> GreetAsync(HelloMessage hello, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(hello);
        if (!PunchChain.TryParseHex(hello.LastChain, out byte[] chain)) throw new ArgumentException("last_chain is not 64 hex digits.", nameof(hello));
        return database.WriteAsync(session => new LedgerKeeper(session, Now(), _clock).Greet(hello, chain), cancellationToken);
    }

    public Task<LedgerMark?> FindLedgerAsync(string terminal, Guid ledger, CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => new LedgerKeeper(session, Now(), _clock).Load(terminal, ledger), cancellationToken);

    public Task<PunchPage> ListAsync(SiteScope scope, PunchFilter filter, int page, int pageSize, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfLessThan(page, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(pageSize, 1);
        PunchQuery query = new(scope, filter, database.Dialect);
        return database.ReadAsync(session =>
        {
            long total = session.Number($"SELECT COUNT(*) {PunchQuery.From} {query.Where}", [.. query.Values]);
            List<StoredPunch> items = session.Query(
                $"SELECT {PunchQuery.Select} {PunchQuery.From} {query.Where} ORDER BY p.at DESC, p.id DESC LIMIT @limit OFFSET @offset",
                PunchQuery.Read, [.. query.Values, ("@limit", pageSize), ("@offset", (long)(page - 1) * pageSize)]);
            return new PunchPage(items, total);
        }, cancellationToken);
    }

    public async IAsyncEnumerable<StoredPunch> StreamAsync(SiteScope scope, PunchFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(filter);
        PunchQuery query = new(scope, filter, database.Dialect);
        string and = query.Where.Length == 0 ? "WHERE" : "AND";
        long at = long.MaxValue, id = long.MaxValue;
        while (true)
        {
            // Keyset, not offset: rows that arrive meanwhile neither repeat nor hide others.
            List<StoredPunch> items = await database.ReadAsync(session => session.Query(
                $"SELECT {PunchQuery.Select} {PunchQuery.From} {query.Where} {and} (p.at, p.id) < (@lastAt, @lastId) ORDER BY p.at DESC, p.id DESC LIMIT @limit",
                PunchQuery.Read, [.. query.Values, ("@lastAt", at), ("@lastId", id), ("@limit", StreamPage)]), cancellationToken);
            foreach (StoredPunch item in items) yield return item;
            if (items.Count < StreamPage) yield break;
            (at, id) = (items[^1].Punch.At, items[^1].Id);
        }
    }

    public Task<IReadOnlyList<StoredPunch>> ListAfterAsync(SiteScope scope, long after, int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<StoredPunch>>(session => session.Query(
            $"SELECT {PunchQuery.Select} {PunchQuery.From} WHERE p.id > @after AND {scope.Terminal("p.terminal")} ORDER BY p.id LIMIT @limit",
            PunchQuery.Read, scope.With(("@after", after), ("@limit", limit))), cancellationToken);

    public Task<StoredPunch?> FindAsync(SiteScope scope, PunchKey key, CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => session.First(
            $"SELECT {PunchQuery.Select} {PunchQuery.From} WHERE p.terminal = @terminal AND p.ledger = @ledger AND p.seq = @seq AND {scope.Terminal("p.terminal")}",
            PunchQuery.Read, scope.With(("@terminal", key.Terminal), ("@ledger", key.Ledger.Text()), ("@seq", key.Seq))), cancellationToken);

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
