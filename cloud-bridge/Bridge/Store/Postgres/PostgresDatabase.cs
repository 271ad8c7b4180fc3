using System.Data.Common;
using System.Net.Sockets;
using Devices.Bridge.Store.Sql;
using Npgsql;

namespace Devices.Bridge.Store.Postgres;

/// <summary>PostgreSQL 15 or newer. A completed write survives a crash of the server: its settings are checked at each connection.</summary>
public sealed class PostgresDatabase : SqlDatabase
{
    private readonly PostgresServer _server;

    private PostgresDatabase(PostgresServer server, SqlDialect dialect, WriterLink writer) : base(dialect, writer) => _server = server;

    /// <summary>Connects, brings the schema up to date and starts the writer.</summary>
    /// <param name="connectionFile">File of mode 0600 with the connection string.</param>
    /// <param name="exclusive">For the serving bridge: no second one may serve this database. Subcommands open it beside.</param>
    /// <exception cref="BridgeStartException">The server cannot be reached or is not fit, the schema is newer, or another bridge serves it.</exception>
    public static PostgresDatabase Open(string connectionFile, bool exclusive, TimeProvider? time = null) =>
        Open(connectionFile, exclusive ? StoreSeat.Alone : StoreSeat.Beside, time);

    /// <inheritdoc cref="Open(string, bool, TimeProvider?)"/>
    /// <param name="seat">Alone, as one node of several, or beside whoever serves.</param>
    public static PostgresDatabase Open(string connectionFile, StoreSeat seat, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(seat);
        PostgresServer server = new(ConnectionFile.Read(connectionFile), seat);
        time ??= TimeProvider.System;
        SqlSession? session = null;
        try
        {
            session = server.OpenWriter();
            if (server.Take(session) is { } taken) throw new BridgeStartException(taken);
            Migrations.Apply(session, server.Name);
            session.Script(session.Dialect.BeginMigration);
            MonthPartitions.EnsureAhead(session, time.GetUtcNow().ToUnixTimeMilliseconds());
            session.Script("COMMIT");
            return new(server, session.Dialect, new PostgresWriterLink(server, session, seat.Serving, time));
        }
        catch (Exception fault) when (fault is DbException or SocketException or TimeoutException)
        {
            session?.Dispose();
            throw new BridgeStartException(Sentence(server, fault), fault);
        }
        catch
        {
            session?.Dispose();
            throw;
        }
    }

    protected override SqlSession OpenReader() => _server.OpenReader();

    private static string Sentence(PostgresServer server, Exception fault) => fault switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } =>
            $"{server.Name} refuses the user or password: check the connection file.",
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } => $"{server.Name} does not exist: create it (createdb), or correct the connection file.",
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } answer =>
            $"{server.Name} does not let the bridge's role make its tables ({answer.MessageText}): make the role the owner of the schema.",
        PostgresException answer => $"{server.Name} cannot be used: {answer.MessageText}.",
        _ => $"{server.Name} cannot be reached ({fault.Message}): check that the server runs and that Host and Port in the connection file are right.",
    };
}
