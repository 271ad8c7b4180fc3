using System.Data.Common;
using Devices.Bridge.Store.Sql;
using Npgsql;

namespace Devices.Bridge.Store.Postgres;

/// <summary>One database on one server: makes connections and checks that the server keeps its word about commits.</summary>
internal sealed class PostgresServer
{
    private const int OldestVersion = 150_000;

    // "DevB": the first half of the advisory lock; the second is the schema, so that two bridges may share a database in schemas of their own.
    private const int LockClass = 0x4465_7642;

    // The same for a node's name ("DevN") and for the one node that may do what is done once only ("DevK").
    private const int NodeClass = 0x4465_764E;
    private const int KeeperClass = 0x4465_764B;

    private readonly string _writer;
    private readonly string _reader;

    private readonly PostgresDialect _dialect;
    private readonly StoreSeat _seat;

    public PostgresServer(NpgsqlConnectionStringBuilder given, StoreSeat seat)
    {
        _seat = seat;
        _dialect = seat.Several ? PostgresDialect.Several : PostgresDialect.Instance;
        NpgsqlConnectionStringBuilder writer = new(given.ConnectionString)
        {
            // Connections are kept here, by role; a lost one must not come back from a pool.
            Pooling = false,
            Enlist = false,
            ApplicationName = "devices-bridge",
            IncludeErrorDetail = false,
            PersistSecurityInfo = false,
        };
        // Npgsql's own builder says of every setting it knows that it contains it.
        DbConnectionStringBuilder said = new() { ConnectionString = given.ConnectionString };
        if (!said.ContainsKey("Max Auto Prepare")) (writer.MaxAutoPrepare, writer.AutoPrepareMinUsages) = (256, 2);
        if (!said.ContainsKey("Timeout")) writer.Timeout = 5;
        if (!said.ContainsKey("Command Timeout")) writer.CommandTimeout = 60;
        if (!said.ContainsKey("Keepalive")) writer.KeepAlive = 15;
        // Each node counts in a shard of its own, so that no writer waits for another's commit; two nodes in one shard do, and count right.
        if (seat.Several) writer.Options = $"{writer.Options} -c devices.shard={1 + System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(seat.Node))[0] % 31}".TrimStart();
        _writer = writer.ConnectionString;
        NpgsqlConnectionStringBuilder reader = new(_writer);
        reader.Options = $"{reader.Options} -c default_transaction_read_only=on -c jit=off".TrimStart();
        _reader = reader.ConnectionString;
        Name = $"The database {given.Database} on {given.Host}";
    }

    /// <summary>For sentences: database and host, nothing secret.</summary>
    public string Name { get; }

    public SqlSession OpenReader() => Open(_reader);

    /// <summary>A connection for writing, to a server that is fit for it.</summary>
    /// <exception cref="BridgeStartException">The server or its settings are not.</exception>
    public SqlSession OpenWriter()
    {
        SqlSession session = Open(_writer);
        try
        {
            Check(session);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Takes the seat's locks; the server frees them when the connection ends.</summary>
    /// <returns>Null where it has them, else why not.</returns>
    public string? Take(SqlSession session)
    {
        if (!_seat.Serving) return null;
        if (!_seat.Several) return Try(session, "pg_try_advisory_lock", LockClass) ? null : $"{Name} is served by another bridge already: stop it, or give this one a database of its own.";
        if (session.Number($"SELECT pg_try_advisory_lock({NodeClass}, hashtext(current_schema() || '/' || @node))", ("@node", _seat.Node)) == 0)
            return $"A bridge called '{_seat.Node}' serves {Name} already: give each node a name of its own with Bridge:Node.";
        if (!Try(session, "pg_try_advisory_lock_shared", LockClass))
            return $"{Name} is served by a bridge of the role 'all', which is the only one: stop it, and start it again with Bridge:Role=web.";
        return !_seat.Keeper || Try(session, "pg_try_advisory_lock", KeeperClass) ? null
            : $"{Name} has a node of the role 'web' already; it alone delivers and keeps the roster. Stop it first, or start this one again once it is gone.";
    }

    /// <summary>Ends the server's side of a lost connection where it still holds this seat's lock: what it was doing is over afterwards.</summary>
    public void EndHolder(SqlSession session, int process) => session.Execute(
        $"""
        SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND classid = {(_seat.Several ? NodeClass : LockClass)}::oid
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid = @pid
          AND (NOT @several OR objid::bigint = (hashtext(current_schema() || '/' || @node)::bigint & 4294967295))
        """,
        ("@pid", process), ("@several", _seat.Several), ("@node", _seat.Node));

    private static bool Try(SqlSession session, string function, int type) => session.Number($"SELECT {function}({type}, hashtext(current_schema()))") != 0;

    private SqlSession Open(string connectionString)
    {
        NpgsqlConnection connection = new(connectionString);
        try
        {
            connection.Open();
        }
        catch
        {
            connection.Dispose();
            throw;
        }
        return new(connection, _dialect);
    }

    private void Check(SqlSession session)
    {
        if (session.Number("SELECT current_setting('server_version_num')::bigint") < OldestVersion)
            throw new BridgeStartException($"{Name} is PostgreSQL {session.Text("SHOW server_version")}: 15 or newer is needed.");
        if (session.Number("SELECT pg_is_in_recovery()") != 0)
            throw new BridgeStartException($"{Name} is a standby and takes no writes: connect to the primary server.");
        if (session.Text("SHOW fsync") == "off")
            throw new BridgeStartException($"{Name} runs with fsync = off: a power cut would lose punches that were acknowledged. Set fsync = on.");
        if (session.Text("SHOW synchronous_commit") == "off")
            throw new BridgeStartException($"{Name} runs with synchronous_commit = off: a power cut would lose punches that were acknowledged. Set synchronous_commit = on, for the server or for the bridge's role.");
        if (session.Text("SHOW server_encoding") != "UTF8")
            throw new BridgeStartException($"{Name} has the encoding {session.Text("SHOW server_encoding")}: names need UTF8; create the database with ENCODING 'UTF8' TEMPLATE template0.");
        if (session.Text("SELECT current_schema()") is null)
            throw new BridgeStartException($"{Name} has no schema that the bridge's role may use: create one and name it in Search Path of the connection string.");
    }
}
