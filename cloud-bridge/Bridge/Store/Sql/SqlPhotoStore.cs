using System.Data.Common;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IPhotoStore"/>
public sealed class SqlPhotoStore(SqlDatabase database, TimeProvider time) : IPhotoStore
{
    private const string Select = "SELECT sha256, terminal, ledger, seq, person, at, bytes, received_at, removed_at, removed_why FROM photos";

    public Task<IReadOnlyList<PunchKey>> NamedByAsync(string terminal, string sha256, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<PunchKey>>(session => [.. Naming(session, terminal, sha256).Select(one => one.Key)], cancellationToken);

    public Task<bool> AddAsync(string terminal, string sha256, int bytes, CancellationToken cancellationToken = default) => database.WriteAsync(session =>
    {
        List<(PunchKey Key, string Person, long At)> punches = Naming(session, terminal, sha256);
        // A photo that was still on its way when its person was erased is not taken any more.
        foreach ((PunchKey key, string person, long at) in punches)
            session.Execute(
                """
                INSERT INTO photos (terminal, ledger, seq, sha256, person, at, bytes, received_at)
                SELECT @terminal, @ledger, @seq, @sha, @person, @at, @bytes, @now
                WHERE NOT EXISTS (SELECT 1 FROM privacy_erasures e WHERE e.person = @person AND e.erased_at >= @at)
                ON CONFLICT (terminal, ledger, seq) DO NOTHING
                """,
                ("@terminal", key.Terminal), ("@ledger", key.Ledger.Text()), ("@seq", key.Seq), ("@sha", sha256), ("@person", person), ("@at", at),
                ("@bytes", bytes), ("@now", Now()));
        return session.Number("SELECT COUNT(*) FROM photos WHERE terminal = @terminal AND sha256 = @sha AND removed_at IS NULL", ("@terminal", terminal), ("@sha", sha256)) > 0;
    }, cancellationToken);

    public Task<PhotoRow?> FindAsync(SiteScope scope, PunchKey punch, CancellationToken cancellationToken = default) => database.ReadAsync(session => session.First(
        $"{Select} WHERE terminal = @terminal AND ledger = @ledger AND seq = @seq AND {scope.Terminal("terminal")}", Read,
        scope.With(("@terminal", punch.Terminal), ("@ledger", punch.Ledger.Text()), ("@seq", punch.Seq))), cancellationToken);

    public Task<IReadOnlyList<PhotoRow>> ReceivedBeforeAsync(long before, int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<PhotoRow>>(session => session.Query(
            $"{Select} WHERE removed_at IS NULL AND received_at < @before ORDER BY received_at LIMIT @limit", Read, ("@before", before), ("@limit", limit)), cancellationToken);

    public Task<IReadOnlyList<PhotoRow>> OfPersonAsync(string person, int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<PhotoRow>>(session => session.Query(
            $"{Select} WHERE removed_at IS NULL AND person = @person ORDER BY received_at LIMIT @limit", Read, ("@person", person), ("@limit", limit)), cancellationToken);

    public Task RemoveAsync(IReadOnlyList<PhotoRow> photos, string why, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(photos);
        return database.WriteAsync(session =>
        {
            foreach (PhotoRow photo in photos)
                session.Execute(
                    "UPDATE photos SET removed_at = @now, removed_why = @why WHERE terminal = @terminal AND ledger = @ledger AND seq = @seq AND removed_at IS NULL",
                    ("@now", Now()), ("@why", why), ("@terminal", photo.Punch.Terminal), ("@ledger", photo.Punch.Ledger.Text()), ("@seq", photo.Punch.Seq));
        }, cancellationToken);
    }

    public Task<bool> IsKeptAsync(string sha256, CancellationToken cancellationToken = default) => database.ReadAsync(session =>
        session.Number("SELECT COUNT(*) FROM photos WHERE sha256 = @sha AND removed_at IS NULL", ("@sha", sha256)) > 0, cancellationToken);

    public Task<(long Count, long Bytes)> TotalAsync(CancellationToken cancellationToken = default) => database.ReadAsync(session =>
        (session.Number("SELECT COUNT(*) FROM photos WHERE removed_at IS NULL"), session.Number("SELECT SUM(bytes) FROM photos WHERE removed_at IS NULL")), cancellationToken);

    private static List<(PunchKey Key, string Person, long At)> Naming(SqlSession session, string terminal, string sha256) => session.Query(
        "SELECT ledger, seq, person, at FROM punches WHERE photo = @sha AND terminal = @terminal",
        row => (new PunchKey(terminal, Guid.Parse(row.GetString(0)), row.GetInt64(1)), row.GetString(2), row.GetInt64(3)), ("@sha", sha256), ("@terminal", terminal));

    private static PhotoRow Read(DbDataReader row) => new(
        row.GetString(0), new(row.GetString(1), Guid.Parse(row.GetString(2)), row.GetInt64(3)), row.GetString(4), row.GetInt64(5), row.GetInt32(6),
        row.GetInt64(7), row.LongOrNull(8), row.TextOrNull(9));

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
