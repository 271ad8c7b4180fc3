using System.Data.Common;
using System.Globalization;

namespace Devices.Bridge.Store.Sql;

/// <summary>
/// One connection with its prepared statements. Used by one thread at a time. Values go in by parameters (<c>@name</c>) only:
/// there is no way to pass text into SQL.
/// </summary>
public sealed class SqlSession : IDisposable
{
    // Enough for every statement of this program; a filter's combinations are few.
    private const int MaxPrepared = 256;

    private readonly Dictionary<string, DbCommand> _prepared = new(StringComparer.Ordinal);

    public SqlSession(DbConnection connection, SqlDialect dialect) => (Connection, Dialect) = (connection, dialect);

    /// <summary>What differs between the databases; few statements need it.</summary>
    public SqlDialect Dialect { get; }

    internal DbConnection Connection { get; }

    /// <summary>Runs a statement and returns the rows it changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> values) => Prepare(sql, values).ExecuteNonQuery();

    /// <summary>All rows of a query, read by <paramref name="read"/>.</summary>
    public List<T> Query<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        ArgumentNullException.ThrowIfNull(read);
        List<T> rows = [];
        using DbDataReader reader = Prepare(sql, values).ExecuteReader();
        while (reader.Read()) rows.Add(read(reader));
        return rows;
    }

    /// <summary>The first row; null where there is none.</summary>
    public T? First<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> values) where T : class
    {
        ArgumentNullException.ThrowIfNull(read);
        using DbDataReader reader = Prepare(sql, values).ExecuteReader();
        return reader.Read() ? read(reader) : null;
    }

    /// <summary>One number (true is 1); 0 where the query gives null or nothing.</summary>
    public long Number(string sql, params ReadOnlySpan<(string Name, object? Value)> values) =>
        // PostgreSQL gives a decimal for a sum and a boolean for EXISTS.
        Prepare(sql, values).ExecuteScalar() is { } value and not DBNull ? Convert.ToInt64(value, CultureInfo.InvariantCulture) : 0;

    /// <summary>One text; null where the query gives null or nothing.</summary>
    public string? Text(string sql, params ReadOnlySpan<(string Name, object? Value)> values) =>
        Prepare(sql, values).ExecuteScalar() as string;

    /// <summary>Runs a script of several statements, without parameters: migrations and settings of a connection.</summary>
    public void Script(string sql)
    {
        using DbCommand command = Connection.CreateCommand();
#pragma warning disable CA2100 // Constants and embedded migrations only; nothing from outside reaches here.
        command.CommandText = sql;
#pragma warning restore CA2100
        if (Dialect.ScriptTimeout is { } seconds) command.CommandTimeout = seconds;
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        Forget();
        Connection.Dispose();
    }

    private DbCommand Prepare(string sql, ReadOnlySpan<(string Name, object? Value)> values)
    {
        if (!_prepared.TryGetValue(sql, out DbCommand? command))
        {
            command = Connection.CreateCommand();
#pragma warning disable CA2100 // SQL text is built from constants of this assembly; every value is a parameter.
            command.CommandText = sql;
#pragma warning restore CA2100
            if (Dialect.KeepsCommands)
            {
                if (_prepared.Count >= MaxPrepared) Forget();
                _prepared.Add(sql, command);
            }
        }
        // The same statement comes with the same names, in hot paths thousands of times a second.
        if (Dialect.KeepsCommands && HasNames(command, values))
        {
            for (int i = 0; i < values.Length; i++) command.Parameters[i].Value = Dialect.Value(values[i].Value) ?? DBNull.Value;
            return command;
        }
        command.Parameters.Clear();
        foreach ((string name, object? value) in values)
        {
            DbParameter parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = Dialect.Value(value) ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }
        return command;
    }

    private static bool HasNames(DbCommand command, ReadOnlySpan<(string Name, object? Value)> values)
    {
        if (command.Parameters.Count != values.Length) return false;
        for (int i = 0; i < values.Length; i++)
            if (command.Parameters[i].ParameterName != values[i].Name) return false;
        return true;
    }

    private void Forget()
    {
        foreach (DbCommand command in _prepared.Values) command.Dispose();
        _prepared.Clear();
    }
}
