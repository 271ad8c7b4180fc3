using Devices.Bridge.Store.Postgres;
using Devices.Bridge.Store.Sql;
using Npgsql;
using NpgsqlTypes;

namespace Devices.Seed;

internal sealed class PostgresFiller(NpgsqlConnection connection) : Filler(new SqlSession(connection, PostgresDialect.Instance))
{
    public static PostgresFiller Open(string connectionFile)
    {
        PostgresDatabase.Open(connectionFile, exclusive: false).DisposeAsync().AsTask().GetAwaiter().GetResult();
        NpgsqlConnection connection = new(new NpgsqlConnectionStringBuilder(File.ReadAllText(connectionFile).Trim()) { Pooling = false, CommandTimeout = 0 }.ToString());
        connection.Open();
        PostgresFiller filler = new(connection);
        filler.Session.Script("SET synchronous_commit = off; SET maintenance_work_mem = '512MB'; SET max_parallel_maintenance_workers = 1;");
        return filler;
    }

    public override void Finish(long lastId)
    {
        Session.Script(
            """
            BEGIN;
            DELETE FROM outbox_counts;
            INSERT INTO outbox_counts (target, state, shard, n) SELECT target, state, 0, COUNT(*) FROM outbox GROUP BY target, state;
            COMMIT;
            """);
        Session.Number("SELECT setval('punches_id', @last)", ("@last", lastId));
        // Freezes the rows and sets the visibility map, as autovacuum would have done over the months.
        Session.Script("VACUUM (ANALYZE) punches");
        Session.Script("VACUUM (ANALYZE) outbox");
        Session.Script("VACUUM (ANALYZE) punch_keys");
        Session.Script("ANALYZE");
    }

    protected override void MakeRoom(SeedWorld world) => PostgresDialect.Instance.MakeRoom(
        Session, Enumerable.Range(0, world.Days).Select(world.StartOf).Append(world.StartOf(world.Days)), world.StartOf(world.Days));

    protected override List<(string Drop, string Make)> Parts() =>
    [
        .. Session.Query(
            """
            SELECT 'ALTER TABLE ' || conrelid::regclass || ' DROP CONSTRAINT ' || conname, 'ALTER TABLE ' || conrelid::regclass || ' ADD CONSTRAINT ' || conname || ' ' || pg_get_constraintdef(oid)
            FROM pg_constraint WHERE contype = 'f' AND confrelid IN ('punch_keys'::regclass) AND conrelid IN ('outbox'::regclass)
            """, Pair),
        .. Session.Query(
            """
            SELECT 'ALTER TABLE ' || conrelid::regclass || ' DROP CONSTRAINT ' || conname, 'ALTER TABLE ' || conrelid::regclass || ' ADD CONSTRAINT ' || conname || ' ' || pg_get_constraintdef(oid)
            FROM pg_constraint WHERE contype IN ('u', 'p') AND conrelid IN ('outbox'::regclass, 'punch_keys'::regclass)
              AND NOT EXISTS (SELECT 1 FROM pg_constraint f WHERE f.contype = 'f' AND f.confrelid = pg_constraint.conrelid AND f.conrelid <> 'outbox'::regclass) ORDER BY conname
            """, Pair),
        .. Session.Query(
            """
            SELECT 'DROP INDEX ' || indexrelid::regclass, pg_get_indexdef(indexrelid) FROM pg_index
            WHERE indrelid IN ('punches'::regclass, 'outbox'::regclass) AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = indexrelid) ORDER BY indexrelid::regclass::text
            """, Pair),
        .. Session.Query(
            """
            SELECT 'DROP TRIGGER ' || tgname || ' ON ' || tgrelid::regclass, pg_get_triggerdef(oid) FROM pg_trigger
            WHERE NOT tgisinternal AND tgparentid = 0 AND tgrelid IN ('punches'::regclass, 'outbox'::regclass) ORDER BY tgname
            """, Pair),
    ];

    protected override void Write(IReadOnlyList<SeedRow> rows)
    {
        using (NpgsqlBinaryImporter punches = connection.BeginBinaryImport(
            "COPY punches (id, terminal, ledger, seq, person, at, clock, uncertainty_ms, method, direction, score, threshold, liveness, pack, chain, received_at) FROM STDIN (FORMAT BINARY)"))
        {
            foreach (SeedRow row in rows)
            {
                punches.StartRow();
                punches.Write(row.Id, NpgsqlDbType.Bigint);
                punches.Write(row.Punch.Terminal, NpgsqlDbType.Text);
                punches.Write(row.Punch.Ledger.ToString("D"), NpgsqlDbType.Text);
                punches.Write(row.Punch.Seq, NpgsqlDbType.Bigint);
                punches.Write(row.Punch.Person, NpgsqlDbType.Text);
                punches.Write(row.Punch.At, NpgsqlDbType.Bigint);
                punches.Write(SeedWords.Clock(row.Punch.Clock), NpgsqlDbType.Text);
                punches.Write(row.Punch.UncertaintyMs, NpgsqlDbType.Bigint);
                punches.Write(SeedWords.Method(row.Punch.Method), NpgsqlDbType.Text);
                punches.Write(SeedWords.Direction(row.Punch.Direction), NpgsqlDbType.Text);
                Float(punches, row.Punch.Score);
                Float(punches, row.Punch.Threshold);
                Float(punches, row.Punch.Liveness);
                Text(punches, row.Punch.Pack);
                punches.Write(row.Chain, NpgsqlDbType.Bytea);
                punches.Write(row.ReceivedAt, NpgsqlDbType.Bigint);
            }

            punches.Complete();
        }

        using (NpgsqlBinaryImporter keys = connection.BeginBinaryImport("COPY punch_keys (id, terminal, ledger, seq) FROM STDIN (FORMAT BINARY)"))
        {
            foreach (SeedRow row in rows)
            {
                keys.StartRow();
                keys.Write(row.Id, NpgsqlDbType.Bigint);
                keys.Write(row.Punch.Terminal, NpgsqlDbType.Text);
                keys.Write(row.Punch.Ledger.ToString("D"), NpgsqlDbType.Text);
                keys.Write(row.Punch.Seq, NpgsqlDbType.Bigint);
            }

            keys.Complete();
        }

        using NpgsqlBinaryImporter outbox = connection.BeginBinaryImport(
            "COPY outbox (punch_id, person, at, state, attempts, next_attempt_at, sent_at, delivered_at, proved_at, reason_code, reason, updated_at) FROM STDIN (FORMAT BINARY)");
        foreach (SeedRow row in rows)
        {
            outbox.StartRow();
            outbox.Write(row.Id, NpgsqlDbType.Bigint);
            outbox.Write(row.Punch.Person, NpgsqlDbType.Text);
            outbox.Write(row.Punch.At, NpgsqlDbType.Bigint);
            outbox.Write(row.State, NpgsqlDbType.Text);
            outbox.Write((long)row.Attempts, NpgsqlDbType.Bigint);
            Number(outbox, row.NextAttemptAt);
            Number(outbox, row.SentAt);
            Number(outbox, row.DeliveredAt);
            Number(outbox, row.ProvedAt);
            Text(outbox, row.ReasonCode);
            Text(outbox, row.Reason);
            outbox.Write(row.UpdatedAt, NpgsqlDbType.Bigint);
        }

        outbox.Complete();
    }

    private static (string, string) Pair(System.Data.Common.DbDataReader row) => (row.GetString(0), row.GetString(1));

    private static void Float(NpgsqlBinaryImporter to, float? value)
    {
        if (value is { } some) to.Write((double)some, NpgsqlDbType.Double);
        else to.WriteNull();
    }

    private static void Number(NpgsqlBinaryImporter to, long? value)
    {
        if (value is { } some) to.Write(some, NpgsqlDbType.Bigint);
        else to.WriteNull();
    }

    private static void Text(NpgsqlBinaryImporter to, string? value)
    {
        if (value is not null) to.Write(value, NpgsqlDbType.Text);
        else to.WriteNull();
    }
}
