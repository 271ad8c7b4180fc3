using System.Net.Sockets;
using Devices.Bridge.Store.Sql;
using Npgsql;

namespace Devices.Bridge.Store.Postgres;

/// <summary>PostgreSQL's own ways.</summary>
public sealed class PostgresDialect : SqlDialect
{
    // Tags of advisory locks of transactions: the numbers of arrival that a writer may give, and turns that one bridge has at a time.
    private const long NumbersTag = 0x4465;
    private const int TurnClass = 0x4465_764C;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly string BeginNumbered = $"BEGIN; SELECT pg_advisory_xact_lock_shared(({NumbersTag}::bigint << 48) | (SELECT last_value FROM punches_id))";

    private readonly bool _several;

    private PostgresDialect(bool several) => _several = several;

    /// <summary>One bridge writes.</summary>
    public static PostgresDialect Instance { get; } = new(several: false);

    /// <summary>Several bridges write.</summary>
    public static PostgresDialect Several { get; } = new(several: true);

    public override string Name => "postgres";

    // Npgsql 10 runs an automatically prepared command with its first parameters again where they were cleared and added anew.
    public override bool KeepsCommands => false;

    // A migration or a month that moves may take as long as it needs; a statement of every day may not.
    public override int? ScriptTimeout => 0;

    // Where several write, each says in a lock of its transaction from which number of arrival on it may give numbers: Settled reads that.
    public override string Begin => _several ? BeginNumbered : "BEGIN";

    public override string BeginMigration => "BEGIN; SELECT pg_advisory_xact_lock(1147500098, 0)";

    public override string Locked => " FOR UPDATE";

    public override string SkipLocked(string table) => $" FOR UPDATE OF {table} SKIP LOCKED";

    public override bool Again(Exception fault) => fault is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure };

    public override bool TryTurn(SqlSession session, string name)
    {
        ArgumentNullException.ThrowIfNull(session);
        return !_several || session.Number($"SELECT pg_try_advisory_xact_lock({TurnClass}, hashtext(@name))", ("@name", name)) != 0;
    }

    public override void WaitForTurn(SqlSession session, string name)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (_several) session.Execute($"SELECT pg_advisory_xact_lock({TurnClass}, hashtext(@name))", ("@name", name));
    }

    /// <summary>
    /// The last number given, once every transaction that was under way then has ended; where one takes long, the number below which none is
    /// under way. What begins later gives higher ones.
    /// </summary>
    public override long? Settled(SqlSession session, bool waits)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (!_several) return null;
        long last = session.Number("SELECT last_value FROM punches_id");
        long began = System.Diagnostics.Stopwatch.GetTimestamp();
        while (true)
        {
            // Of a transaction that began at number n all numbers are above n.
            long oldest = session.Number(
                $"""
                SELECT COALESCE(MIN(((classid::bigint & 65535) << 32) | objid::bigint), {long.MaxValue}) FROM pg_locks
                WHERE locktype = 'advisory' AND objsubid = 1 AND (classid::bigint >> 16) = {NumbersTag} AND granted AND pid <> pg_backend_pid()
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                """);
            if (oldest >= last) return last;
            if (!waits || System.Diagnostics.Stopwatch.GetElapsedTime(began) > Patience) return oldest;
            Thread.Sleep(2);
        }
    }

    public override long Insert(SqlSession session, string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        ArgumentNullException.ThrowIfNull(session);
        return session.Number($"{sql} RETURNING id", values);
    }

    public override string Matches(string column, string parameter) => $@"{column} ILIKE {parameter} ESCAPE '\'";

    public override string NewestOfEach(string keys, string newest) =>
        $"SELECT q.at, q.id FROM ({keys}) d CROSS JOIN LATERAL (SELECT r.at, r.id {newest}) q";

    /// <summary>A text cannot hold U+0000 there; hostile input must not stop what came with it.</summary>
    public override object? Value(object? value) =>
        value is string text && text.Contains('\0', StringComparison.Ordinal) ? text.Replace('\0', '\uFFFD') : value;

    // https://www.postgresql.org/docs/15/errcodes-appendix.html
    public override FaultReach Reach(Exception fault) => fault switch
    {
        PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow } => FaultReach.Connection,
        PostgresException { Severity: "FATAL" or "PANIC" } => FaultReach.Connection,
        PostgresException answer => Class(answer) switch
        {
            "08" => FaultReach.Connection,
            // Resources, operator intervention, system error, corruption, deadlock or serialization, a lock not got in time, read-only, failed transaction.
            "53" or "57" or "58" or "XX" or "40" or "55" or "25" => FaultReach.Group,
            _ => FaultReach.Work,
        },
        NpgsqlException or SocketException or IOException or TimeoutException or ObjectDisposedException => FaultReach.Connection,
        _ => FaultReach.Work,
    };

    public override string Explain(Exception fault) => fault switch
    {
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => "The disk of the database server is full; nothing was stored.",
        _ when Reach(fault) == FaultReach.Connection => "The connection to the database server was lost; nothing was stored.",
        PostgresException answer => $"The store cannot commit now: {answer.MessageText}",
        _ => $"The store cannot commit now: {fault?.Message}",
    };

    public override long Schema(SqlSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return session.Number("SELECT COUNT(*) FROM pg_catalog.pg_class WHERE oid = to_regclass('schema_migrations')") == 0
            ? 0 : session.Number("SELECT MAX(number) FROM schema_migrations");
    }

    public override void SetSchema(SqlSession session, int number)
    {
        ArgumentNullException.ThrowIfNull(session);
        session.Script("CREATE TABLE IF NOT EXISTS schema_migrations (number BIGINT PRIMARY KEY, applied_at TIMESTAMPTZ NOT NULL DEFAULT now())");
        session.Execute("INSERT INTO schema_migrations (number) VALUES (@number)", ("@number", (long)number));
    }

    public override void MakeRoom(SqlSession session, IEnumerable<long> times, long now) => MonthPartitions.Ensure(session, times, now);

    public override void PrepareMonths(SqlSession session, long now) => MonthPartitions.EnsureAhead(session, now);

    public override IReadOnlyList<string> PartitionsBefore(SqlSession session, long before) => MonthPartitions.Before(session, before);

    public override void DropPartition(SqlSession session, string name) => MonthPartitions.Drop(session, name);

    public override void ForgetKeys(SqlSession session, string terminal, string ledger, long from, long until)
    {
        ArgumentNullException.ThrowIfNull(session);
        session.Execute("DELETE FROM punch_keys WHERE terminal = @terminal AND ledger = @ledger AND seq >= @from AND seq < @until",
            ("@terminal", terminal), ("@ledger", ledger), ("@from", from), ("@until", until));
    }

    private static string Class(PostgresException fault) => fault.SqlState.Length >= 2 ? fault.SqlState[..2] : "";
}
