using System.Data;
using System.Data.Common;
using Devices.Bridge.Store.Sql;
using Npgsql;

namespace Devices.Bridge.Store.Postgres;

/// <summary>
/// The writer's connection: made again after a loss, with back-off. Each group of writes puts its number into <c>store_writers</c>, so
/// that a new connection can read whether a commit without an answer arrived. (pg_xact_status would not do: after a crash of the server
/// the number of a transaction that left no trace is given out again.)
/// </summary>
internal sealed class PostgresWriterLink : WriterLink
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly PostgresServer _server;
    private readonly bool _serving;
    private readonly TimeProvider _time;
    private readonly string _writer = Guid.NewGuid().ToString("N");

    private SqlSession? _session;
    private int _process;
    private long _retryFrom;
    private TimeSpan _wait = TimeSpan.Zero;
    private string _why = "The database server cannot be reached.";

    /// <param name="server">Where to connect.</param>
    /// <param name="session">The first connection, migrated and, where it serves, with its locks.</param>
    /// <param name="serving">Whether this is a serving bridge; a subcommand shares the database and does not outlive its connection.</param>
    public PostgresWriterLink(PostgresServer server, SqlSession session, bool serving, TimeProvider time)
    {
        (_server, _session, _serving, _time) = (server, session, serving, time);
        Register(session);
    }

    public override SqlSession Session => _session ?? throw new InvalidOperationException("The connection is lost.");

    public override string Why => _why;

    public override bool Ready()
    {
        if (_session is not null)
        {
            // A connection that the server or a time-out closed between two groups.
            if (_session.Connection.State == ConnectionState.Open) return true;
            Lose(new NpgsqlException("The connection is closed."));
        }
        if (!_serving || _time.GetElapsedTime(_retryFrom) < _wait) return false;
        SqlSession? session = null;
        try
        {
            session = _server.OpenWriter();
            if (_server.Take(session) is not null)
            {
                _server.EndHolder(session, _process);
                throw new BridgeStartException($"{_server.Name} is served by another bridge, or still holds this one's old connection.");
            }
            long found = session.Dialect.Schema(session);
            if (found != Migrations.Newest) throw new BridgeStartException($"{_server.Name} has schema {found} now, and this program knows {Migrations.Newest}: was it restored or upgraded meanwhile? Start the bridge again.");
            Register(session);
            _session = session;
            _wait = TimeSpan.Zero;
            return true;
        }
        catch (Exception fault) when (fault is DbException or BridgeStartException or System.Net.Sockets.SocketException or TimeoutException)
        {
            session?.Dispose();
            _why = fault is BridgeStartException ? fault.Message : $"{_server.Name} cannot be reached: {fault.Message}";
            _retryFrom = _time.GetTimestamp();
            _wait = _wait == TimeSpan.Zero ? FirstWait : _wait * 2 < LongestWait ? _wait * 2 : LongestWait;
            return false;
        }
    }

    public override void Mark(long group) => Session.Execute("UPDATE store_writers SET groups = @group WHERE writer = @writer", ("@group", group), ("@writer", _writer));

    public override bool Arrived(long group) => Session.Number("SELECT groups FROM store_writers WHERE writer = @writer", ("@writer", _writer)) == group;

    public override void Lose(Exception fault)
    {
        _session?.Dispose();
        _session = null;
        // The first attempt at once: a restarted server is back already.
        _wait = TimeSpan.Zero;
        _why = $"{_server.Name} cannot be reached.";
    }

    public override void End()
    {
        try
        {
            _session?.Execute("DELETE FROM store_writers WHERE writer = @writer", ("@writer", _writer));
        }
        catch (DbException)
        {
            // The next bridge sweeps it away.
        }
        _session?.Dispose();
    }

    private void Register(SqlSession session)
    {
        _process = ((NpgsqlConnection)session.Connection).ProcessID;
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        session.Execute("INSERT INTO store_writers (writer, groups, started_at) VALUES (@writer, 0, @now) ON CONFLICT (writer) DO NOTHING", ("@writer", _writer), ("@now", now));
        // Of bridges that were killed, long after anybody asks.
        session.Execute("DELETE FROM store_writers WHERE started_at < @old AND writer <> @writer", ("@old", now - 30L * 86_400_000), ("@writer", _writer));
    }
}
