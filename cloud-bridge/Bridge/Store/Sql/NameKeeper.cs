namespace Devices.Bridge.Store.Sql;

/// <summary>Fills in the sort keys of names that have none: after an upgrade, a restore from an older copy, or with another version of the collation.</summary>
public sealed class NameKeeper(SqlDatabase database, TimeProvider time) : IHostedService
{
    private const string Known = "names.collation";
    private const int AtOnce = 1000;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await database.WriteAsync(session =>
        {
            if (session.Text("SELECT value FROM settings WHERE key = @key", ("@key", Known)) == NameKeys.Version) return 0;
            session.Execute("INSERT INTO settings (key, value, updated_at) VALUES (@key, @value, @now) ON CONFLICT (key) DO UPDATE SET value = @value, updated_at = @now",
                ("@key", Known), ("@value", NameKeys.Version), ("@now", time.GetUtcNow().ToUnixTimeMilliseconds()));
            return session.Execute("UPDATE people SET order_en = NULL, order_zh = NULL WHERE order_en IS NOT NULL");
        }, cancellationToken);
        while (await database.WriteAsync(Fill, cancellationToken) == AtOnce)
        {
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    internal static int Fill(SqlSession session)
    {
        List<(string Id, string Name)> without = session.Query("SELECT userid, name FROM people WHERE order_en IS NULL LIMIT @most", row => (row.GetString(0), row.GetString(1)), ("@most", (long)AtOnce));
        foreach ((string id, string name) in without)
            session.Execute("UPDATE people SET order_en = @en, order_zh = @zh WHERE userid = @id", ("@en", NameKeys.Of(name, NameOrder.English)), ("@zh", NameKeys.Of(name, NameOrder.Chinese)), ("@id", id));
        return without.Count;
    }
}
