namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IMonthStore"/>
public sealed class SqlMonthStore(SqlDatabase database, TimeProvider time) : IMonthStore
{
    public Task<bool> SetAsync(string month, bool closed, string by, string reason, CancellationToken cancellationToken = default) => database.WriteAsync(
        session =>
        {
            if (Closed(session, month) == closed) return false;
            session.Execute(
                "INSERT INTO month_closings (month, action, by_whom, at, reason) VALUES (@month, @action, @by, @now, @reason)",
                ("@month", month), ("@action", closed ? "close" : "reopen"), ("@by", by), ("@now", time.GetUtcNow().ToUnixTimeMilliseconds()), ("@reason", reason));
            return true;
        }, cancellationToken);

    public Task<IReadOnlyList<MonthRow>> MonthsAsync(CancellationToken cancellationToken = default) => ListAsync(
        "WHERE m.id = (SELECT MAX(n.id) FROM month_closings n WHERE n.month = m.month) ORDER BY m.month DESC", null, cancellationToken);

    public Task<IReadOnlyList<MonthRow>> HistoryAsync(string month, CancellationToken cancellationToken = default) => ListAsync("WHERE m.month = @month ORDER BY m.id DESC", month, cancellationToken);

    public Task<bool> IsClosedAsync(string month, CancellationToken cancellationToken = default) => database.ReadAsync(session => Closed(session, month), cancellationToken);

    internal static bool Closed(SqlSession session, string month) =>
        session.Text("SELECT action FROM month_closings WHERE month = @month ORDER BY id DESC LIMIT 1", ("@month", month)) == "close";

    private Task<IReadOnlyList<MonthRow>> ListAsync(string which, string? month, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<MonthRow>>(
        session => session.Query(
            $"SELECT m.month, m.action, m.by_whom, m.at, m.reason FROM month_closings m {which}",
            row => new MonthRow(row.GetString(0), row.GetString(1) == "close", row.GetString(2), row.GetInt64(3), row.GetString(4)),
            month is null ? [] : [("@month", month)]), cancellationToken);
}
