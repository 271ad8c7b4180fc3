namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IRuleStore"/>
public sealed class SqlRuleStore(SqlDatabase database, TimeProvider time) : IRuleStore
{
    private const string Prefix = "rule:";

    public Task<IReadOnlyDictionary<string, string>> RulesAsync(CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyDictionary<string, string>>(session => session
            .Query("SELECT key, value FROM settings WHERE key >= 'rule:' AND key < 'rule;'", row => (Key: row.GetString(0), Value: row.GetString(1)))
            .ToDictionary(one => one.Key[Prefix.Length..], one => one.Value, StringComparer.Ordinal), cancellationToken);

    public Task<bool> ChangeAsync(IReadOnlyList<RuleChange> changes, string actor, string? address = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(changes);
        return database.WriteAsync(session =>
        {
            foreach (RuleChange change in changes)
                if (session.Text($"SELECT value FROM settings WHERE key = @key{session.Dialect.Locked}", ("@key", Prefix + change.Key)) != change.Was) return false;
            foreach (RuleChange change in changes)
            {
                if (change.Value is null) session.Execute("DELETE FROM settings WHERE key = @key", ("@key", Prefix + change.Key));
                else
                    session.Execute(
                        "INSERT INTO settings (key, value, updated_at) VALUES (@key, @value, @now) ON CONFLICT (key) DO UPDATE SET value = @value, updated_at = @now",
                        ("@key", Prefix + change.Key), ("@value", change.Value), ("@now", time.GetUtcNow().ToUnixTimeMilliseconds()));
                SqlAuditStore.Write(session, time, actor, "rule.change", change.Key, $"{change.Was ?? "(default)"} -> {change.Value ?? "(default)"}", address);
            }

            return true;
        }, cancellationToken);
    }
}
