using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Devices.Contract.Messages;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IConfigStore"/>
public sealed class SqlConfigStore(SqlDatabase database, TimeProvider time) : IConfigStore
{
    private const string Columns = "l.scope, l.name, l.revision, l.settings, l.changed_at, l.changed_by";

    public Task<IReadOnlyList<ConfigLayer>> LayersAsync(string terminal, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<ConfigLayer>>(session => Layers(session, terminal), cancellationToken);

    public Task<IReadOnlyList<ConfigLayer>> AllLayersAsync(CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<ConfigLayer>>(session => [.. session.Query($"SELECT {Columns} FROM config_layers l", Read).OrderBy(one => one.Scope).ThenBy(one => one.Name, StringComparer.Ordinal)], cancellationToken);

    public Task<ConfigWish> WishAsync(string terminal, CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => ConfigWishes.Merge(Layers(session, terminal)), cancellationToken);

    public Task<ConfigVerdict> SetAsync(ConfigScope scope, string name, IReadOnlyDictionary<string, string?> changes, string actor, string? address = null, long? seen = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(changes);
        return database.WriteAsync(session =>
        {
            string kind = Sql.Columns.Text(scope);
            if (!Exists(session, scope, name)) return ConfigVerdict.Unknown;
            ConfigLayer? before = session.First($"SELECT {Columns} FROM config_layers l WHERE l.scope = @scope AND l.name = @name{session.Dialect.Locked}", Read, ("@scope", kind), ("@name", name));
            if (seen is { } revision && revision != (before?.Revision ?? 0)) return ConfigVerdict.Changed;
            SortedDictionary<string, string> settings = new(StringComparer.Ordinal);
            foreach ((string key, string value) in before?.Settings ?? new Dictionary<string, string>()) settings[key] = value;
            List<string> told = [];
            foreach ((string key, string? value) in changes.OrderBy(one => one.Key, StringComparer.Ordinal))
            {
                string? was = settings.GetValueOrDefault(key);
                if (was == value) continue;
                if (value is null) settings.Remove(key);
                else settings[key] = value;
                told.Add($"{key}: {was ?? "-"} -> {value ?? "-"}");
            }
            if (told.Count == 0) return ConfigVerdict.Same;
            DownlinkNews.Tell(session);
            session.Execute(
                """
                INSERT INTO config_layers (scope, name, revision, settings, changed_at, changed_by) VALUES (@scope, @name, @revision, @settings, @now, @actor)
                ON CONFLICT (scope, name) DO UPDATE SET revision = @revision, settings = @settings, changed_at = @now, changed_by = @actor
                """,
                // The count of wishes never goes back, so a terminal that changes its layers gets another revision.
                ("@scope", kind), ("@name", name), ("@revision", DownlinkNews.Read(session)), ("@settings", JsonSerializer.Serialize(settings)), ("@now", Now()), ("@actor", actor));
            SqlAuditStore.Write(session, time, actor, "terminal.config", scope switch { ConfigScope.All => "all terminals", ConfigScope.Site => $"site {SiteNames.Shown(name)}", _ => name }, string.Join("; ", told), address);
            return ConfigVerdict.Done;
        }, cancellationToken);
    }

    public Task SaveReportAsync(string terminal, ConfigApplied applied, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(applied);
        return database.WriteAsync(session => session.Execute(
            """
            INSERT INTO config_reports (terminal, revision, digest, report, reported_at) VALUES (@terminal, @revision, @digest, @report, @now)
            ON CONFLICT (terminal) DO UPDATE SET revision = @revision, digest = @digest, report = @report, reported_at = @now
            """,
            ("@terminal", terminal), ("@revision", applied.Revision), ("@digest", applied.Digest),
            ("@report", System.Text.Encoding.UTF8.GetString(ContractCodec.Write(applied, ContractJson.Default.ConfigApplied))), ("@now", Now())), cancellationToken);
    }

    public Task<ConfigReport?> ReportAsync(string terminal, CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => session.First("SELECT report, reported_at FROM config_reports WHERE terminal = @terminal",
            row => new ConfigReport(JsonSerializer.Deserialize(row.GetString(0), ContractJson.Default.ConfigApplied)!, row.GetInt64(1)), ("@terminal", terminal)), cancellationToken);

    private static bool Exists(SqlSession session, ConfigScope scope, string name) => scope switch
    {
        ConfigScope.All => name.Length == 0,
        ConfigScope.Terminal => session.Number("SELECT COUNT(*) FROM terminals WHERE name = @name", ("@name", name)) > 0,
        // The main site is always there; another one while it has a terminal, or wishes that may have to be withdrawn.
        _ => name.Length == 0 || session.Number("SELECT COUNT(*) FROM terminals WHERE site = @name", ("@name", name)) > 0
            || session.Number("SELECT COUNT(*) FROM config_layers WHERE scope = 'site' AND name = @name", ("@name", name)) > 0,
    };

    private static List<ConfigLayer> Layers(SqlSession session, string terminal) =>
    [
        .. session.Query(
            $"""
            SELECT {Columns} FROM config_layers l
            WHERE l.scope = 'all' OR (l.scope = 'terminal' AND l.name = @terminal)
               OR (l.scope = 'site' AND l.name = COALESCE((SELECT t.site FROM terminals t WHERE t.name = @terminal), ''))
            """,
            Read, ("@terminal", terminal)).OrderBy(one => one.Scope),
    ];

    private static ConfigLayer Read(DbDataReader row) => new(
        Sql.Columns.Enum<ConfigScope>(row.GetString(0)), row.GetString(1), row.GetInt64(2), JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetString(3))!, row.GetInt64(4), row.GetString(5));

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
