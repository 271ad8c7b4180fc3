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

    private readonly string _writer;
    private readonly string _reader;

    public PostgresServer(NpgsqlConnectionStringBuilder given)
    {
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

    /// <summary>Takes the lock that only one serving bridge may hold; the server frees it when the connection ends.</summary>
    public static bool TryLock(SqlSession session) =>
        session.Number($"SELECT pg_try_advisory_lock({LockClass}, hashtext(current_schema()))") != 0;

    /// <summary>Ends the server's side of a lost connection where it still holds the lock: what it was doing is over afterwards.</summary>
    public static void EndHolder(SqlSession session, int process) => session.Execute(
        $"""
        SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND classid = {LockClass}::oid
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid = @pid
        """,
        ("@pid", process));

    private static SqlSession Open(string connectionString)
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
        return new(connection, PostgresDialect.Instance);
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
