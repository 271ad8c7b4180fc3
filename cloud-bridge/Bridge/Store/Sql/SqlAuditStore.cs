using System.Data.Common;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IAuditStore"/>
public sealed class SqlAuditStore(SqlDatabase database, TimeProvider time) : IAuditStore
{
    public Task AuditAsync(string actor, string action, string? target = null, string? detail = null, string? address = null, CancellationToken cancellationToken = default) =>
        database.WriteAsync(session => Write(session, time, actor, action, target, detail, address), cancellationToken);

    public Task<IReadOnlyList<AuditRow>> AuditLogAsync(int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<AuditRow>>(session => session.Query(
            "SELECT id, at, actor, action, target, detail, address FROM audit ORDER BY id DESC LIMIT @limit",
            Read, ("@limit", limit)), cancellationToken);

    public Task<IReadOnlyList<AuditRow>> SearchAsync(AuditFilter filter, long? before, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        List<string> terms = ["id < @before"];
        List<(string, object?)> values = [("@before", before ?? long.MaxValue), ("@limit", limit)];
        void Add(string term, string name, object? value)
        {
            if (value is null) return;
            terms.Add(term);
            values.Add((name, value));
        }

        Add("actor = @actor", "@actor", filter.Actor);
        Add("action = @action", "@action", filter.Action);
        Add("at >= @from", "@from", filter.From);
        Add("at < @to", "@to", filter.To);
        string where = string.Join(" AND ", terms);
        return database.ReadAsync<IReadOnlyList<AuditRow>>(session => session.Query(
            $"SELECT id, at, actor, action, target, detail, address FROM audit WHERE {where} ORDER BY id DESC LIMIT @limit", Read, [.. values]), cancellationToken);
    }

    public Task<(IReadOnlyList<string> Actors, IReadOnlyList<string> Actions)> NamesAsync(CancellationToken cancellationToken = default) =>
        database.ReadAsync<(IReadOnlyList<string>, IReadOnlyList<string>)>(session => (Names(session, "actor"), Names(session, "action")), cancellationToken);

    // One step along the index a name, however long the log is.
    private static List<string> Names(SqlSession session, string column) => session.Query(
        $"""
        WITH RECURSIVE names(name) AS (SELECT MIN({column}) FROM audit
          UNION ALL SELECT (SELECT MIN(a.{column}) FROM audit a WHERE a.{column} > names.name) FROM names WHERE names.name IS NOT NULL)
        SELECT name FROM names WHERE name IS NOT NULL ORDER BY name
        """, row => row.GetString(0));

    private static AuditRow Read(DbDataReader row) =>
        new(row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetString(3), row.TextOrNull(4), row.TextOrNull(5), row.TextOrNull(6));

    /// <summary>A row in the transaction of what it tells of.</summary>
    internal static int Write(SqlSession session, TimeProvider time, string actor, string action, string? target, string? detail, string? address) => session.Execute(
        "INSERT INTO audit (at, actor, action, target, detail, address) VALUES (@at, @actor, @action, @target, @detail, @address)",
        ("@at", time.GetUtcNow().ToUnixTimeMilliseconds()), ("@actor", actor), ("@action", action), ("@target", target), ("@detail", detail), ("@address", address));
}
