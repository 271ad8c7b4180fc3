namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="ICallStore"/>
public sealed class SqlCallStore(SqlDatabase database) : ICallStore
{
    private const string All = "metered";

    public Task<bool> TakeAsync(string month, string kind, long most, string? firstOn, CancellationToken cancellationToken = default) =>
        database.WriteAsync(session =>
        {
            if (session.Number("SELECT calls FROM platform_calls WHERE month = @month AND api = @api", ("@month", month), ("@api", All)) >= most) return false;
            Count(session, month, kind, 1, firstOn);
            return true;
        }, cancellationToken);

    public Task ReturnAsync(string month, string kind, string? firstOn, CancellationToken cancellationToken = default) =>
        database.WriteAsync(session => Count(session, month, kind, -1, firstOn), cancellationToken);

    public Task<IReadOnlyDictionary<string, long>> CallsAsync(string month, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyDictionary<string, long>>(session => session
            .Query("SELECT api, calls FROM platform_calls WHERE month = @month", row => (row.GetString(0), row.GetInt64(1)), ("@month", month))
            .ToDictionary(one => one.Item1, one => one.Item2, StringComparer.Ordinal), cancellationToken);

    public Task<IReadOnlyDictionary<string, long>> FirstsAsync(string first, string last, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyDictionary<string, long>>(session => session
            .Query("SELECT day, firsts FROM platform_days WHERE day >= @first AND day <= @last", row => (row.GetString(0), row.GetInt64(1)), ("@first", first), ("@last", last))
            .ToDictionary(one => one.Item1, one => one.Item2, StringComparer.Ordinal), cancellationToken);

    private static void Count(SqlSession session, string month, string kind, int calls, string? firstOn)
    {
        foreach (string api in (string[])[All, kind])
            session.Execute(
                """
                INSERT INTO platform_calls (month, api, calls) VALUES (@month, @api, @calls)
                ON CONFLICT (month, api) DO UPDATE SET calls = platform_calls.calls + excluded.calls
                """,
                ("@month", month), ("@api", api), ("@calls", (long)calls));
        if (firstOn is not null)
            session.Execute(
                """
                INSERT INTO platform_days (day, firsts) VALUES (@day, @calls)
                ON CONFLICT (day) DO UPDATE SET firsts = platform_days.firsts + excluded.firsts
                """,
                ("@day", firstOn), ("@calls", (long)calls));
    }
}
