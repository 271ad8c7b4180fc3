using System.Globalization;
using System.Text.Json;
using Devices.Bridge.Fleet;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Web.Api;

namespace Devices.Bridge.Commands;

/// <summary>Subcommands about other programs: their keys, and a database role that may read the views.</summary>
public static class ProgramCommands
{
    private static readonly string[] Views = ["v1_punches", "v1_days", "v1_departments", "v1_people_departments", "v1_terminals"];

    /// <summary><c>api-key add|list|revoke --data DIR …</c>.</summary>
    /// <exception cref="BridgeStartException">A flag is wrong; the message says which.</exception>
    public static async Task<int> ApiKeyAsync(string[] args, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(output);
        switch (args.FirstOrDefault())
        {
            case "add":
                {
                    CommandFlags flags = CommandFlags.Read("api-key add", args[1..], ["data", "name", "reads", "sites", "days"], []);
                    string[] resources = (flags.Value("reads") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
                    if (ApiToken.Check(flags.Value("name"), resources) is { } problem) throw new BridgeStartException($"{problem} (--name NAME --reads punches,days,…)");
                    SiteScope scope = flags.Value("sites") switch
                    {
                        null => throw new BridgeStartException("Say of which sites: --sites '*' for every site, or their names by commas; - is the main site."),
                        "*" => SiteScope.All,
                        { } sites => SiteScope.Of(sites.Split(',', StringSplitOptions.TrimEntries).Select(site => site == "-" ? SiteScope.MainSite : site)),
                    };
                    long? expires = flags.Value("days") is not { } days ? null
                        : int.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n is >= 1 and <= 3650 ? DateTimeOffset.UtcNow.AddDays(n).ToUnixTimeMilliseconds()
                        : throw new BridgeStartException($"--days {days}: give a whole number from 1 to 3650, or leave it out for a key without an end.");
                    await using SqlDatabase database = CommandStore.Open(flags);
                    string token = await ApiToken.AddAsync(
                        new SqlApiKeyStore(database, TimeProvider.System), new SqlAuditStore(database, TimeProvider.System), flags.Value("name")!.Trim(), resources, scope, expires, "command line", null, default);
                    await output.WriteLineAsync(token);
                    return 0;
                }

            case "list":
                {
                    await using SqlDatabase database = CommandStore.Open(CommandFlags.Read("api-key list", args[1..], ["data"], []));
                    foreach (ApiKey key in await new SqlApiKeyStore(database, TimeProvider.System).ListAsync())
                        await output.WriteLineAsync(JsonSerializer.Serialize(new { key.Id, key.Name, key.Head, key.Resources, sites = key.Scope.ToString(), key.LastUsedAt, key.ExpiresAt, key.RevokedAt }));
                    return 0;
                }

            case "revoke":
                {
                    CommandFlags flags = CommandFlags.Read("api-key revoke", args[1..], ["data", "id"], []);
                    if (!long.TryParse(flags.Value("id"), NumberStyles.None, CultureInfo.InvariantCulture, out long id)) throw new BridgeStartException("Say which key: --id NUMBER, as 'api-key list' shows it.");
                    await using SqlDatabase database = CommandStore.Open(flags);
                    if (!await new SqlApiKeyStore(database, TimeProvider.System).RevokeAsync(id, "command line")) throw new BridgeStartException($"There is no key {id} that is in force.");
                    await new SqlAuditStore(database, TimeProvider.System).AuditAsync("command line", "api-key.revoke", id.ToString(CultureInfo.InvariantCulture));
                    await output.WriteLineAsync($"Key {id} is revoked: the next request with it is refused.");
                    return 0;
                }

            default:
                throw new BridgeStartException("Say what to do with keys of programs: api-key add, list or revoke.");
        }
    }

    /// <summary><c>report-grants --role NAME [--names]</c>: the SQL that lets a PostgreSQL role read the views and nothing else.</summary>
    /// <exception cref="BridgeStartException">The name is missing.</exception>
    public static async Task<int> GrantsAsync(string[] args, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        CommandFlags flags = CommandFlags.Read("report-grants", args, ["role"], ["names"]);
        string role = flags.Value("role") is { Length: > 0 } name ? $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : throw new BridgeStartException("Say which role is to read: --role NAME.");
        await output.WriteLineAsync("-- Run as the bridge's own role, connected to its database.");
        await output.WriteLineAsync($"SELECT format('GRANT USAGE ON SCHEMA %I TO {role.Replace("'", "''", StringComparison.Ordinal)}', current_schema()) \\gexec");
        foreach (string view in flags.Has("names") ? [.. Views, "v1_people"] : Views) await output.WriteLineAsync($"GRANT SELECT ON {view} TO {role};");
        return 0;
    }
}
