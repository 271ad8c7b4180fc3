namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IReportStore"/>
public sealed class SqlReportStore(SqlDatabase database, TimeProvider time) : IReportStore
{
    private const string Zone = "report.zone";

    public Task SetDaysAsync(string zone, IReadOnlyList<SiteDay> days, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(days);
        return database.WriteAsync(session =>
        {
            if (session.Text("SELECT value FROM settings WHERE key = @key", ("@key", Zone)) != zone)
            {
                session.Execute("DELETE FROM site_days");
                session.Execute(
                    "INSERT INTO settings (key, value, updated_at) VALUES (@key, @value, @now) ON CONFLICT (key) DO UPDATE SET value = @value, updated_at = @now",
                    ("@key", Zone), ("@value", zone), ("@now", time.GetUtcNow().ToUnixTimeMilliseconds()));
            }

            HashSet<string> there = [.. session.Query("SELECT day FROM site_days", row => row.GetString(0))];
            foreach (SiteDay day in days.Where(day => !there.Contains(day.Day)))
                session.Execute("INSERT INTO site_days (day, start_at, until_at) VALUES (@day, @start, @until)", ("@day", day.Day), ("@start", day.StartAt), ("@until", day.UntilAt));
        }, cancellationToken);
    }

    public Task<long?> EarliestAsync(long from, CancellationToken cancellationToken = default) => database.ReadAsync<long?>(
        session => session.Number("SELECT MIN(at) FROM punches WHERE at >= @from", ("@from", from)) is > 0 and long at ? at : null, cancellationToken);
}
