using System.Globalization;
using Devices.Bridge.Store.Sql;
using Microsoft.Data.Sqlite;

namespace Devices.Bridge.Store.Sqlite;

/// <summary>SQLite's own ways.</summary>
public sealed class SqliteDialect : SqlDialect
{
    public static SqliteDialect Instance { get; } = new();

    public override string Name => "sqlite";

    public override string Begin => "BEGIN IMMEDIATE";

    // RETURNING would gather its one row in a table of its own, for a fifth of the insert's time.
    public override long Insert(SqlSession session, string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        ArgumentNullException.ThrowIfNull(session);
        session.Execute(sql, values);
        return SQLitePCL.raw.sqlite3_last_insert_rowid(((SqliteConnection)session.Connection).Handle);
    }

    public override string Matches(string column, string parameter) => $@"{column} LIKE {parameter} ESCAPE '\'";

    // CROSS JOIN keeps the order of the loops.
    public override string NewestOfEach(string keys, string newest) =>
        $"SELECT q.at, q.id FROM ({keys}) d CROSS JOIN punches q ON q.id IN (SELECT r.id {newest})";

    // The plus keeps it from looking each of them up in the column's index.
    public override string Among(string column, string keys) => $"+{column} IN ({keys})";

    // These end the whole transaction inside SQLite, or would fail the commit anyway.
    public override FaultReach Reach(Exception fault) => fault is SqliteException sqlite && sqlite.SqliteErrorCode
        is SQLitePCL.raw.SQLITE_FULL or SQLitePCL.raw.SQLITE_IOERR or SQLitePCL.raw.SQLITE_NOMEM or SQLitePCL.raw.SQLITE_BUSY
        or SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_READONLY or SQLitePCL.raw.SQLITE_INTERRUPT
        ? FaultReach.Group : FaultReach.Work;

    public override string Explain(Exception fault) => fault is SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_FULL }
        ? "The bridge's disk is full; nothing was stored."
        : $"The store cannot commit now: {fault?.Message}";

    // PostgreSQL's autovacuum does it. So many rows of each index are enough to tell a rare value from a common one.
    public override bool Analyze(SqlSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        session.Script("PRAGMA analysis_limit=1000; ANALYZE;");
        return true;
    }

    public override long Schema(SqlSession session) => session.Number("PRAGMA user_version");

    public override void SetSchema(SqlSession session, int number) =>
        session.Script(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version={number};"));
}
