using System.Data.Common;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IExportStore"/>
public sealed class SqlExportStore(SqlDatabase database, TimeProvider time) : IExportStore
{
    private const string Select =
        "SELECT id, owner, kind, format, filters, layout, state, rows_done, rows_total, file, bytes, problem, attempts, created_at, started_at, finished_at, expires_at FROM exports";

    public Task<ExportRow?> AddAsync(NewExport asked, int most, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(asked);
        return database.WriteAsync(session =>
        {
            if (session.Number("SELECT COUNT(*) FROM exports WHERE owner = @owner AND state IN ('waiting', 'running')", ("@owner", asked.Owner)) >= most) return null;
            long id = session.Number(
                """
                INSERT INTO exports (owner, kind, format, filters, layout, state, created_at) VALUES (@owner, @kind, @format, @filters, @layout, 'waiting', @now) RETURNING id
                """,
                ("@owner", asked.Owner), ("@kind", asked.Kind), ("@format", asked.Format), ("@filters", asked.Filters), ("@layout", asked.Layout), ("@now", Now()));
            return session.First($"{Select} WHERE id = @id", Read, ("@id", id));
        }, cancellationToken);
    }

    public Task<ExportRow?> FindAsync(long id, CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => session.First($"{Select} WHERE id = @id", Read, ("@id", id)), cancellationToken);

    public Task<IReadOnlyList<ExportRow>> OfOwnerAsync(string owner, int limit, CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<ExportRow>>(
        session => session.Query($"{Select} WHERE owner = @owner ORDER BY id DESC LIMIT @limit", Read, ("@owner", owner), ("@limit", (long)limit)), cancellationToken);

    public Task<ExportRow?> TakeAsync(CancellationToken cancellationToken = default) => database.WriteAsync(
        session =>
        {
            if (session.First($"{Select} WHERE state = 'waiting' ORDER BY id LIMIT 1", Read) is not { } next) return null;
            session.Execute("UPDATE exports SET state = 'running', attempts = attempts + 1, started_at = @now, rows_done = 0 WHERE id = @id", ("@now", Now()), ("@id", next.Id));
            return session.First($"{Select} WHERE id = @id", Read, ("@id", next.Id));
        }, cancellationToken);

    public Task<int> RecoverAsync(int most, string problem, CancellationToken cancellationToken = default) => database.WriteAsync(
        session =>
        {
            session.Execute(
                "UPDATE exports SET state = 'failed', problem = @problem, finished_at = @now WHERE state = 'running' AND attempts >= @most",
                ("@problem", problem), ("@now", Now()), ("@most", (long)most));
            return session.Execute("UPDATE exports SET state = 'waiting' WHERE state = 'running'");
        }, cancellationToken);

    public Task<bool> ProgressAsync(long id, long rows, CancellationToken cancellationToken = default) => database.WriteAsync(
        session => session.Execute("UPDATE exports SET rows_done = @rows WHERE id = @id AND state = 'running'", ("@rows", rows), ("@id", id)) == 1, cancellationToken);

    public Task<bool> FinishAsync(long id, long rows, string file, long bytes, long expiresAt, CancellationToken cancellationToken = default) => database.WriteAsync(
        session => session.Execute(
            """
            UPDATE exports SET state = 'done', rows_done = @rows, rows_total = @rows, file = @file, bytes = @bytes, finished_at = @now, expires_at = @expires
            WHERE id = @id AND state = 'running'
            """,
            ("@rows", rows), ("@file", file), ("@bytes", bytes), ("@now", Now()), ("@expires", expiresAt), ("@id", id)) == 1, cancellationToken);

    public Task FailAsync(long id, string problem, CancellationToken cancellationToken = default) => database.WriteAsync(
        session => session.Execute(
            "UPDATE exports SET state = 'failed', problem = @problem, finished_at = @now WHERE id = @id AND state = 'running'",
            ("@problem", problem), ("@now", Now()), ("@id", id)), cancellationToken);

    public Task<string?> RemoveAsync(long id, CancellationToken cancellationToken = default) => database.WriteAsync(
        session =>
        {
            string? file = session.Text("SELECT file FROM exports WHERE id = @id AND state = 'done'", ("@id", id));
            session.Execute(
                """
                UPDATE exports SET state = CASE WHEN state = 'done' THEN 'expired' ELSE 'cancelled' END, file = NULL, finished_at = COALESCE(finished_at, @now)
                WHERE id = @id AND state IN ('waiting', 'running', 'done')
                """,
                ("@now", Now()), ("@id", id));
            return file;
        }, cancellationToken);

    public Task<IReadOnlyList<string>> ExpireAsync(CancellationToken cancellationToken = default) => database.WriteAsync<IReadOnlyList<string>>(
        session =>
        {
            List<(long Id, string File)> over = session.Query(
                "SELECT id, file FROM exports WHERE state = 'done' AND expires_at <= @now", row => (row.GetInt64(0), row.GetString(1)), ("@now", Now()));
            foreach ((long id, _) in over) session.Execute("UPDATE exports SET state = 'expired', file = NULL WHERE id = @id", ("@id", id));
            return [.. over.Select(one => one.File)];
        }, cancellationToken);

    public Task<IReadOnlySet<string>> FilesAsync(CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlySet<string>>(
        session => session.Query("SELECT file FROM exports WHERE state = 'done'", row => row.GetString(0)).ToHashSet(StringComparer.Ordinal), cancellationToken);

    public Task<IReadOnlyList<ExportTemplate>> TemplatesAsync(SiteScope scope, string owner, string kind, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return database.ReadAsync<IReadOnlyList<ExportTemplate>>(session => session.Query(
            $"""
            SELECT id, name, owner, site, kind, columns, culture, date_format, struck FROM export_templates
            WHERE kind = @kind AND (owner = @owner OR (site IS NOT NULL AND {scope.Site("site")})) ORDER BY name, owner
            """,
            row => new ExportTemplate(row.GetInt64(0), row.GetString(1), row.GetString(2), row.TextOrNull(3), row.GetString(4), row.GetString(5).Split(','), row.GetString(6), row.GetString(7), row.GetBoolean(8)),
            scope.With(("@kind", kind), ("@owner", owner))), cancellationToken);
    }

    public Task<long> SaveTemplateAsync(ExportTemplate kept, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(kept);
        return database.WriteAsync(session => session.Number(
            """
            INSERT INTO export_templates (name, owner, site, kind, columns, culture, date_format, struck, updated_at)
            VALUES (@name, @owner, @site, @kind, @columns, @culture, @format, @struck, @now)
            ON CONFLICT (owner, kind, name) DO UPDATE SET site = @site, columns = @columns, culture = @culture, date_format = @format, struck = @struck, updated_at = @now
            RETURNING id
            """,
            ("@name", kept.Name), ("@owner", kept.Owner), ("@site", kept.Site), ("@kind", kept.Kind), ("@columns", string.Join(',', kept.Columns)),
            ("@culture", kept.Culture), ("@format", kept.DateFormat), ("@struck", kept.Struck), ("@now", Now())), cancellationToken);
    }

    public Task<bool> RemoveTemplateAsync(string owner, long id, CancellationToken cancellationToken = default) => database.WriteAsync(
        session => session.Execute("DELETE FROM export_templates WHERE id = @id AND owner = @owner", ("@id", id), ("@owner", owner)) == 1, cancellationToken);

    private static ExportRow Read(DbDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Owner = row.GetString(1),
        Kind = row.GetString(2),
        Format = row.GetString(3),
        Filters = row.GetString(4),
        Layout = row.GetString(5),
        State = Columns.Enum<ExportState>(row.GetString(6)),
        RowsDone = row.GetInt64(7),
        RowsTotal = row.LongOrNull(8),
        File = row.TextOrNull(9),
        Bytes = row.LongOrNull(10),
        Problem = row.TextOrNull(11),
        Attempts = row.GetInt32(12),
        CreatedAt = row.GetInt64(13),
        StartedAt = row.LongOrNull(14),
        FinishedAt = row.LongOrNull(15),
        ExpiresAt = row.LongOrNull(16),
    };

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
