using System.Data.Common;
using Devices.Bridge.Store.Postgres;
using Devices.Bridge.Store.Sql;
using Npgsql;
using NpgsqlTypes;

namespace Devices.Bridge.Store.Backup;

/// <summary>
/// Carries all rows between a PostgreSQL database and a <c>bridge.db</c> of the same schema: the tables and columns are the same (a test
/// holds them so), only booleans are numbers in SQLite.
/// </summary>
internal static class TableCopy
{
    // Counted anew by triggers on the other side; or worked out anew, which needs the marks and the days both or neither; or of the moment.
    private const string Derived = "('outbox_counts', 'hour_marks', 'day_sums', 'bridge_nodes', 'terminal_places', 'engine_parts')";

    /// <summary>The tables of a <c>bridge.db</c> that hold something of its own.</summary>
    public static List<string> Tables(SqlSession sqlite) => sqlite.Query(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite|_%' ESCAPE '|' AND name NOT IN " + Derived + " ORDER BY name", row => row.GetString(0));

    /// <summary>From PostgreSQL into a new, migrated file. <paramref name="from"/> stands in one transaction that sees one moment.</summary>
    public static void ToSqlite(SqlSession from, SqlSession to)
    {
        to.Script("PRAGMA foreign_keys=OFF; PRAGMA synchronous=OFF;");
        to.Script("BEGIN");
        foreach (string table in Tables(to))
        {
            List<string> columns = Columns(to, table);
            string names = string.Join(", ", columns);
            to.Execute($"DELETE FROM {table}");
            string insert = $"INSERT INTO {table} ({names}) VALUES ({string.Join(", ", columns.Select((_, i) => $"@p{i}"))})";
            (string, object?)[] values = new (string, object?)[columns.Count];
            from.Query($"SELECT {names} FROM {table}", row =>
            {
                for (int i = 0; i < values.Length; i++) values[i] = ($"@p{i}", row.IsDBNull(i) ? null : row.GetValue(i));
                return to.Execute(insert, values);
            });
        }
        // An id that was given once, even to a punch that retention has removed, is not given again.
        to.Execute("UPDATE sqlite_sequence SET seq = @last WHERE name = 'punches'", ("@last", from.Number("SELECT last_value FROM punches_id")));
        to.Execute("INSERT INTO sqlite_sequence (name, seq) SELECT 'punches', @last WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'punches')", ("@last", from.Number("SELECT last_value FROM punches_id")));
        to.Script("COMMIT");
    }

    /// <summary>From a checked file into an empty, migrated database, in the transaction in hand.</summary>
    public static void ToPostgres(SqlSession from, SqlSession to, long now)
    {
        List<string> tables = Ordered(Tables(from), to);
        foreach (string table in Enumerable.Reverse(tables)) to.Execute($"DELETE FROM {table}");
        MonthPartitions.Ensure(to, from.Query("SELECT DISTINCT CAST(strftime('%s', at / 1000, 'unixepoch', 'start of month') AS INTEGER) * 1000 FROM punches", row => row.GetInt64(0)), now);
        NpgsqlConnection connection = (NpgsqlConnection)to.Connection;
        foreach (string table in tables)
        {
            List<string> columns = Columns(from, table);
            string names = string.Join(", ", columns);
            Dictionary<string, NpgsqlDbType> types = Types(to, table);
            using NpgsqlBinaryImporter importer = connection.BeginBinaryImport($"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)");
            from.Query($"SELECT {names} FROM {table}", row =>
            {
                importer.StartRow();
                for (int i = 0; i < columns.Count; i++) Write(importer, row, i, types[columns[i]]);
                return true;
            });
            importer.Complete();
        }
        foreach ((string table, string column) in to.Query(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema() AND is_identity = 'YES'", row => (row.GetString(0), row.GetString(1))))
            to.Number($"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), (SELECT COALESCE(MAX({column}), 0) + 1 FROM {table}), false)");
        long last = from.Number("SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'punches'");
        to.Number("SELECT setval('punches_id', @last, false)", ("@last", last + 1));
    }

    private static List<string> Columns(SqlSession sqlite, string table) =>
        sqlite.Query("SELECT name FROM pragma_table_info(@table) ORDER BY cid", row => row.GetString(0), ("@table", table));

    private static void Write(NpgsqlBinaryImporter importer, DbDataReader row, int column, NpgsqlDbType type)
    {
        if (row.IsDBNull(column)) importer.WriteNull();
        else if (type == NpgsqlDbType.Boolean) importer.Write(row.GetInt64(column) != 0, type);
        else if (type == NpgsqlDbType.Bigint) importer.Write(row.GetInt64(column), type);
        else if (type == NpgsqlDbType.Double) importer.Write(row.GetDouble(column), type);
        else if (type == NpgsqlDbType.Bytea) importer.Write(row.Bytes(column), type);
        // As the writer does: a text cannot hold U+0000 there.
        else importer.Write(row.GetString(column).Replace('\0', '\uFFFD'), type);
    }

    private static Dictionary<string, NpgsqlDbType> Types(SqlSession postgres, string table) => postgres.Query(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = @table",
        row => (row.GetString(0), row.GetString(1) switch
        {
            "bigint" => NpgsqlDbType.Bigint,
            "boolean" => NpgsqlDbType.Boolean,
            "double precision" => NpgsqlDbType.Double,
            "bytea" => NpgsqlDbType.Bytea,
            "text" => NpgsqlDbType.Text,
            { } other => throw new InvalidOperationException($"{table} has a column of type {other}, which no backup can carry."),
        }),
        ("@table", table)).ToDictionary();

    /// <summary>Those referred to first; the keys of punches come with punches.</summary>
    private static List<string> Ordered(List<string> tables, SqlSession postgres)
    {
        List<(string From, string To)> references = postgres.Query(
            "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND conrelid <> confrelid", row => (row.GetString(0), row.GetString(1) == "punch_keys" ? "punches" : row.GetString(1)));
        List<string> ordered = [];
        while (ordered.Count < tables.Count)
        {
            List<string> next = [.. tables.Where(table => !ordered.Contains(table) && references.All(one => one.From != table || !tables.Contains(one.To) || ordered.Contains(one.To)))];
            if (next.Count == 0) throw new InvalidOperationException("Tables refer to each other in a circle.");
            ordered.AddRange(next);
        }
        return ordered;
    }
}
