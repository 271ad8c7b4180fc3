using System.Data.Common;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="ICsvDropStore"/>
public sealed class SqlCsvDropStore(SqlDatabase database, TimeProvider time) : ICsvDropStore
{
    private const string Columns = "id, name, state, rows_of, row_count, sha256, created_at, placed_at";

    public Task<int> TakeAsync(IReadOnlyList<long> punchIds, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(punchIds);
        return database.WriteAsync(session =>
        {
            int added = 0;
            foreach (long id in punchIds)
                added += session.Execute("INSERT INTO csv_rows (punch_id, taken_at) VALUES (@id, @now) ON CONFLICT (punch_id) DO NOTHING", ("@id", id), ("@now", Now()));
            return added;
        }, cancellationToken);
    }

    public Task<CsvWaiting> WaitingAsync(CancellationToken cancellationToken = default) => database.ReadAsync(
        session => session.First("SELECT COUNT(*), MIN(taken_at) FROM csv_rows WHERE file_id IS NULL", row => new CsvWaiting((int)row.GetInt64(0), row.LongOrNull(1)))!, cancellationToken);

    public Task<CsvFileRow?> PlanAsync(int most, Func<long, long, string> name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return database.WriteAsync(session =>
        {
            List<long> ids = session.Query("SELECT punch_id FROM csv_rows WHERE file_id IS NULL ORDER BY punch_id LIMIT @most", row => row.GetInt64(0), ("@most", (long)most));
            if (ids.Count == 0) return null;
            CsvFileRow file = Insert(session, name(ids[0], ids[^1]), null, ids.Count);
            foreach (long id in ids) session.Execute("UPDATE csv_rows SET file_id = @file WHERE punch_id = @id", ("@file", file.Id), ("@id", id));
            return file;
        }, cancellationToken);
    }

    public Task<CsvFileRow?> PlanAgainAsync(string name, Func<int, string> again, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(again);
        return database.WriteAsync(session =>
        {
            CsvFileRow? first = session.First($"SELECT {Columns} FROM csv_files WHERE name = @name", Read, ("@name", name));
            if (first is null) return null;
            long copies = session.Number("SELECT COUNT(*) FROM csv_files WHERE rows_of = @of", ("@of", first.RowsOf));
            return Insert(session, again((int)copies), first.RowsOf, first.RowCount);
        }, cancellationToken);
    }

    public Task<IReadOnlyList<CsvFileRow>> UnplacedAsync(CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<CsvFileRow>>(
        session => session.Query($"SELECT {Columns} FROM csv_files WHERE state <> 'placed' ORDER BY id", Read), cancellationToken);

    public Task<IReadOnlyList<CsvFileRow>> FilesAsync(int limit, CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<CsvFileRow>>(
        session => session.Query($"SELECT {Columns} FROM csv_files ORDER BY id DESC LIMIT @limit", Read, ("@limit", (long)limit)), cancellationToken);

    public Task<IReadOnlyList<StoredPunch>> RowsAsync(CsvFileRow file, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        return database.ReadAsync<IReadOnlyList<StoredPunch>>(session => session.Query(
            $"SELECT {PunchQuery.Select} {PunchQuery.From} JOIN csv_rows c ON c.punch_id = p.id WHERE c.file_id = @file ORDER BY p.at, p.id",
            PunchQuery.Read, ("@file", file.RowsOf)), cancellationToken);
    }

    public Task MarkAsync(long id, CsvFileState state, string? sha256, CancellationToken cancellationToken = default) => database.WriteAsync(session => session.Execute(
        """
        UPDATE csv_files SET state = @state, sha256 = COALESCE(@sha, sha256), placed_at = CASE WHEN @state = 'placed' THEN @now ELSE placed_at END WHERE id = @id
        """,
        ("@state", Sql.Columns.Text(state)), ("@sha", sha256), ("@now", Now()), ("@id", id)), cancellationToken);

    private CsvFileRow Insert(SqlSession session, string name, long? rowsOf, int count)
    {
        long now = Now();
        long id = session.Number(
            "INSERT INTO csv_files (name, state, rows_of, row_count, created_at) VALUES (@name, 'planned', @of, @count, @now) RETURNING id",
            ("@name", name), ("@of", rowsOf ?? 0), ("@count", (long)count), ("@now", now));
        if (rowsOf is null) session.Execute("UPDATE csv_files SET rows_of = id WHERE id = @id", ("@id", id));
        return new(id, name, CsvFileState.Planned, rowsOf ?? id, count, null, now, null);
    }

    private static CsvFileRow Read(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), Sql.Columns.Enum<CsvFileState>(row.GetString(2)), row.GetInt64(3), (int)row.GetInt64(4), row.TextOrNull(5), row.GetInt64(6), row.LongOrNull(7));

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
