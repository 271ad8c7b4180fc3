using Devices.Bridge.Store.Sql;
using Devices.Bridge.Store.Sqlite;
using Microsoft.Data.Sqlite;

namespace Devices.Seed;

internal sealed class SqliteFiller(SqliteConnection connection) : Filler(new SqlSession(connection, SqliteDialect.Instance))
{
    public static SqliteFiller Open(string file)
    {
        SqliteDatabase.Open(file).DisposeAsync().AsTask().GetAwaiter().GetResult();
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        connection.Open();
        SqliteFiller filler = new(connection);
        // Nothing here is worth more than a run of this tool: no wait for the disk.
        filler.Session.Script("PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-300000; PRAGMA foreign_keys=OFF;");
        return filler;
    }

    public override void Finish(long lastId) => Session.Script(
        """
        BEGIN;
        DELETE FROM outbox_counts;
        INSERT INTO outbox_counts (target, state, n) SELECT target, state, COUNT(*) FROM outbox GROUP BY target, state;
        COMMIT;
        PRAGMA analysis_limit=2000;
        ANALYZE;
        PRAGMA locking_mode=NORMAL;
        PRAGMA journal_mode=WAL;
        """);

    protected override List<(string Drop, string Make)> Parts() => Session.Query(
        "SELECT type, name, sql FROM sqlite_master WHERE tbl_name IN ('punches', 'outbox') AND type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY type, name",
        row => ($"DROP {row.GetString(0)} {row.GetString(1)}", row.GetString(2)));

    protected override void Write(IReadOnlyList<SeedRow> rows)
    {
        using SqliteCommand punch = Command(
            "INSERT INTO punches (id, terminal, ledger, seq, person, at, clock, uncertainty_ms, method, direction, score, threshold, liveness, pack, chain, received_at) "
            + "VALUES (@0, @1, @2, @3, @4, @5, @6, @7, @8, @9, @10, @11, @12, @13, @14, @15)", 16);
        using SqliteCommand outbox = Command(
            "INSERT INTO outbox (punch_id, person, at, state, attempts, next_attempt_at, sent_at, delivered_at, proved_at, reason_code, reason, updated_at) "
            + "VALUES (@0, @1, @2, @3, @4, @5, @6, @7, @8, @9, @10, @11)", 12);
        foreach (SeedRow row in rows)
        {
            Run(punch, row.Id, row.Punch.Terminal, row.Punch.Ledger.ToString("D"), row.Punch.Seq, row.Punch.Person, row.Punch.At, SeedWords.Clock(row.Punch.Clock), row.Punch.UncertaintyMs,
                SeedWords.Method(row.Punch.Method), SeedWords.Direction(row.Punch.Direction), (double?)row.Punch.Score, (double?)row.Punch.Threshold, (double?)row.Punch.Liveness,
                row.Punch.Pack, row.Chain, row.ReceivedAt);
            Run(outbox, row.Id, row.Punch.Person, row.Punch.At, row.State, row.Attempts, row.NextAttemptAt, row.SentAt, row.DeliveredAt, row.ProvedAt, row.ReasonCode, row.Reason, row.UpdatedAt);
        }
    }

    private static void Run(SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        for (int i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i] ?? DBNull.Value;
        command.ExecuteNonQuery();
    }

    private SqliteCommand Command(string sql, int parameters)
    {
        SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // constants
        command.CommandText = sql;
#pragma warning restore CA2100
        for (int i = 0; i < parameters; i++) command.Parameters.Add(new SqliteParameter { ParameterName = $"@{i}" });
        return command;
    }
}
