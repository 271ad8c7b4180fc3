using Microsoft.Data.Sqlite;

namespace Devices.Bridge.Store.Sqlite;

/// <summary>
/// One connection with its prepared statements. Used by one thread at a time. Values go in by parameters only:
/// there is no way to pass text into SQL.
/// </summary>
public sealed class SqliteSession : IDisposable
{
    // Enough for every statement of this program; a filter's combinations are few.
    private const int MaxPrepared = 256;

    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);

    public SqliteSession(SqliteConnection connection) => _connection = connection;

    /// <summary>Runs a statement and returns the rows it changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> values) => Prepare(sql, values).ExecuteNonQuery();

    /// <summary>All rows of a query, read by <paramref name="read"/>.</summary>
    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        ArgumentNullException.ThrowIfNull(read);
        List<T> rows = [];
        using SqliteDataReader reader = Prepare(sql, values).ExecuteReader();
        while (reader.Read()) rows.Add(read(reader));
        return rows;
    }

    /// <summary>The first row; null where there is none.</summary>
    public T? First<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> values) where T : class
    {
        ArgumentNullException.ThrowIfNull(read);
        using SqliteDataReader reader = Prepare(sql, values).ExecuteReader();
        return reader.Read() ? read(reader) : null;
    }

    /// <summary>One number; 0 where the query gives null or nothing.</summary>
    public long Number(string sql, params ReadOnlySpan<(string Name, object? Value)> values) =>
        Prepare(sql, values).ExecuteScalar() is long value ? value : 0;

    /// <summary>One text; null where the query gives null or nothing.</summary>
    public string? Text(string sql, params ReadOnlySpan<(string Name, object? Value)> values) =>
        Prepare(sql, values).ExecuteScalar() as string;

    /// <summary>Runs a script of several statements, without parameters: migrations and pragmas.</summary>
    public void Script(string sql)
    {
        using SqliteCommand command = _connection.CreateCommand();
#pragma warning disable CA2100 // Constants and embedded migrations only; nothing from outside reaches here.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        Forget();
        _connection.Dispose();
    }

    private SqliteCommand Prepare(string sql, ReadOnlySpan<(string Name, object? Value)> values)
    {
        if (!_prepared.TryGetValue(sql, out SqliteCommand? command))
        {
            if (_prepared.Count >= MaxPrepared) Forget();
            command = _connection.CreateCommand();
#pragma warning disable CA2100 // SQL text is built from constants of this assembly; every value is a parameter.
            command.CommandText = sql;
#pragma warning restore CA2100
            foreach ((string name, object? value) in values) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
            _prepared.Add(sql, command);
            return command;
        }
        command.Parameters.Clear();
        foreach ((string name, object? value) in values) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }

    private void Forget()
    {
        foreach (SqliteCommand command in _prepared.Values) command.Dispose();
        _prepared.Clear();
    }
}
