using Devices.Bridge.Store.Postgres;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Store.Sqlite;
using Microsoft.Data.Sqlite;

namespace Devices.Bridge.Store.Backup;

/// <summary>A copy of the store as one <c>bridge.db</c>, of one moment, while a bridge writes on.</summary>
internal static class Snapshot
{
    /// <exception cref="BridgeStartException">The store cannot be read.</exception>
    public static void Make(BridgeOptions options, string file)
    {
        try
        {
            if (options.Store == "postgres") FromPostgres(options.Postgres.ConnectionFile, file);
            else FromSqlite(options.DatabaseFile, file);
        }
        catch (Exception fault) when (fault is System.Data.Common.DbException or System.Net.Sockets.SocketException)
        {
            throw new BridgeStartException($"The store cannot be copied: {fault.Message}", fault);
        }
    }

    /// <summary>Opens a copy by itself: to check it, or to change it before it is taken into use.</summary>
    public static SqlSession Open(string file, bool write = false)
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder
        {
            DataSource = file, Pooling = false, Mode = write ? SqliteOpenMode.ReadWrite : SqliteOpenMode.ReadOnly,
        }.ToString());
        connection.Open();
        return new(connection, SqliteDialect.Instance);
    }

    // One step of SQLite's backup API reads a snapshot of the WAL: writers neither wait nor show in it.
    private static void FromSqlite(string from, string file)
    {
        using SqlSession source = Open(from);
        source.Script("PRAGMA busy_timeout=10000;");
        using (SqliteConnection to = new($"Data Source={file};Pooling=False"))
        {
            to.Open();
            ((SqliteConnection)source.Connection).BackupDatabase(to);
        }
        // Alone and without a WAL beside it.
        using SqlSession copy = Open(file, write: true);
        copy.Script("PRAGMA journal_mode=DELETE;");
    }

    private static void FromPostgres(string connectionFile, string file)
    {
        PostgresServer server = new(ConnectionFile.Read(connectionFile), StoreSeat.Beside);
        using SqlSession source = server.OpenReader();
        source.Script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
        long schema = source.Dialect.Schema(source);
        if (schema != Migrations.Newest)
            throw new BridgeStartException($"{server.Name} has schema {schema}, and this program knows {Migrations.Newest}: start the bridge of this version on it once, or make the backup with the version that serves it.");
        using SqliteConnection connection = new($"Data Source={file};Pooling=False");
        connection.Open();
        using SqlSession copy = new(connection, SqliteDialect.Instance);
        Migrations.Apply(copy, file);
        TableCopy.ToSqlite(source, copy);
        foreach ((string table, long count) in StoreVerifier.Describe(copy).Rows)
            if (source.Number($"SELECT COUNT(*) FROM {table}") is var there && there != count)
                throw new BridgeStartException($"The copy has {count} rows of {table} and {server.Name} {there}: no backup was made. This is a fault of the program; report it.");
        source.Script("COMMIT");
    }
}
