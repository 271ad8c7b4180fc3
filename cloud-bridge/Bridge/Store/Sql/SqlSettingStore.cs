namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="ISettingStore"/>
public sealed class SqlSettingStore(SqlDatabase database, TimeProvider time) : ISettingStore
{
    public Task<string?> GetSettingAsync(string key, CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => session.Text("SELECT value FROM settings WHERE key = @key", ("@key", key)), cancellationToken);

    public Task SetSettingAsync(string key, string value, CancellationToken cancellationToken = default) =>
        database.WriteAsync(session => session.Execute(
            "INSERT INTO settings (key, value, updated_at) VALUES (@key, @value, @now) ON CONFLICT (key) DO UPDATE SET value = @value, updated_at = @now",
            ("@key", key), ("@value", value), ("@now", time.GetUtcNow().ToUnixTimeMilliseconds())), cancellationToken);
}
