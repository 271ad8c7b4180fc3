using Microsoft.Data.Sqlite;

namespace Devices.Edge.Ledger.Store;

/// <summary>Short forms for the statements of the ledger. Texts are constants of this assembly; values always go as parameters.</summary>
internal static class SqliteExtensions
{
    public static SqliteCommand Prepare(this SqliteConnection connection, string sql, params string[] parameters)
    {
        SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // only constants of this assembly come here
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (string name in parameters) command.Parameters.Add(new SqliteParameter(name, null));
        return command;
    }

    public static SqliteCommand With(this SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        for (int i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i] ?? DBNull.Value;
        return command;
    }

    public static void Execute(this SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.Prepare(sql);
        command.ExecuteNonQuery();
    }

    public static long ReadInt64(this SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.Prepare(sql);
        return command.ExecuteScalar() is long value ? value : 0;
    }

    public static string? ReadText(this SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.Prepare(sql);
        return command.ExecuteScalar() as string;
    }

    /// <summary>Rolls back where a transaction is still open; a failed statement may have ended it already.</summary>
    public static void TryRollback(this SqliteConnection connection)
    {
        try
        {
            connection.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite rolled back by itself.
        }
    }
}
