using System.Globalization;
using System.Text.Json;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;

namespace Devices.Bridge.Fleet;

/// <summary><c>terminal …</c>: what the machine's operator does with terminals, beside a running bridge.</summary>
public static class TerminalCommands
{
    private const string Actor = "command line";

    /// <exception cref="BridgeStartException">A word or flag is wrong; the message says which.</exception>
    public static Task<int> RunAsync(string[] args, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        (string[] said, string[] flags) = CommandFlags.Split(args);
        return said switch
        {
            ["list"] => ListAsync(flags, output),
            ["site", var name, var site] => SiteAsync(name, site, flags, output),
            ["rename-site", var from, var to] => RenameAsync(from, to, flags, output),
            ["revoke", var name] => RevokeAsync(name, flags, output),
            ["config", .. var wishes] => TerminalWishCommands.ConfigAsync(wishes, flags, output),
            ["command", var name, var kind, .. var arguments] => TerminalWishCommands.IssueAsync(name, kind, arguments, flags, output),
            ["commands", var name] => TerminalWishCommands.ListAsync(name, flags, output),
            ["result", var id] => TerminalWishCommands.ResultAsync(id, flags, output),
            _ => throw new BridgeStartException("Say what: terminal list, site NAME SITE, rename-site OLD NEW, revoke NAME, config NAME [KEY=VALUE ...], command NAME KIND, commands NAME or result ID, each with --data DIR."),
        };
    }

    private static async Task<int> ListAsync(string[] args, TextWriter output)
    {
        CommandFlags flags = CommandFlags.Read("terminal list", args, ["data"], ["json"]);
        await using SqlDatabase database = FleetCommands.Open(flags);
        IReadOnlyList<TerminalRow> rows = await new SqlTerminalStore(database, TimeProvider.System).ListTerminalsAsync(SiteScope.All);
        if (flags.Has("json"))
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(rows.Select(row => new
            {
                terminal = row.Name, site = row.Site ?? "", online = row.Online, last_seen_at = row.LastSeenAt, revoked_at = row.RevokedAt, queue = row.Queue, certificate_until = row.CertificateNotAfter,
            })));
            return 0;
        }
        if (rows.Count == 0) await output.WriteLineAsync("There is no terminal yet: make a claim ('Devices.Bridge claim') and provision one.");
        foreach (TerminalRow row in rows)
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{row.Name,-32}  {SiteNames.Shown(row.Site ?? ""),-20}  {(row.RevokedAt is not null ? "revoked" : row.Online ? "online" : row.LastSeenAt is { } seen ? $"seen {DateTimeOffset.FromUnixTimeMilliseconds(seen):yyyy-MM-dd HH:mm} UTC" : "never seen")}"));
        return 0;
    }

    private static async Task<int> SiteAsync(string terminal, string typed, string[] args, TextWriter output)
    {
        CommandFlags flags = CommandFlags.Read("terminal site", args, ["data"], ["yes", "json"]);
        string site = SiteNames.Read(typed, out string? fault) ?? throw new BridgeStartException(fault!);
        await using SqlDatabase database = FleetCommands.Open(flags);
        SiteChange change = await new SqlTerminalSites(database, TimeProvider.System).SetSiteAsync(terminal, site, flags.Has("yes"), Actor);
        string shown = SiteNames.Shown(site), from = SiteNames.Shown(change.From);
        switch (change.Verdict)
        {
            case SiteVerdict.Unknown:
                throw new BridgeStartException($"There is no terminal '{(terminal.Length > 40 ? terminal[..40] : terminal)}': 'terminal list' names those there are.");
            case SiteVerdict.Consequences:
                throw new BridgeStartException($"{terminal} would leave {from} for {shown}.{Means(change, from, shown)} To give the whole site another name use 'terminal rename-site'. If this is what you want, say it again with --yes; nothing was changed.");
            default:
                await output.WriteLineAsync(flags.Has("json")
                    ? JsonSerializer.Serialize(new { terminal, site, from = change.From, changed = change.Verdict == SiteVerdict.Done, punches = change.Punches, shared_faces = change.Sharing })
                    : change.Verdict == SiteVerdict.Same ? $"{terminal} is at {shown} already." : $"{terminal} is at {shown} now, and was at {from}.");
                return 0;
        }
    }

    private static async Task<int> RevokeAsync(string terminal, string[] args, TextWriter output)
    {
        CommandFlags flags = CommandFlags.Read("terminal revoke", args, ["data", "reason"], ["yes", "json"]);
        string reason = (flags.Value("reason") ?? "").Trim();
        if (reason.Length is 0 or > 200) throw new BridgeStartException("Say why in at most 200 characters: --reason 'stolen from the gate'. It stands in the audit log and on the terminal's page.");
        if (!flags.Has("yes"))
            throw new BridgeStartException($"{terminal} would be disconnected at once and not let in again, nor could it renew its certificate; there is no way back but a new claim for its name. Its stored punches stay; those that it still holds stay on it and come up once it is enrolled again with the same state folder. If this is what you want, say it again with --yes; nothing was changed.");
        await using SqlDatabase database = FleetCommands.Open(flags);
        RevokeVerdict verdict = await new SqlFleetStore(database, TimeProvider.System).RevokeAsync(terminal, reason, Actor, null);
        if (verdict == RevokeVerdict.Unknown) throw new BridgeStartException($"There is no terminal '{(terminal.Length > 40 ? terminal[..40] : terminal)}': 'terminal list' names those there are.");
        await output.WriteLineAsync(flags.Has("json") ? JsonSerializer.Serialize(new { terminal, revoked = true, changed = verdict == RevokeVerdict.Done })
            : verdict == RevokeVerdict.Already ? $"{terminal} was revoked before." : $"{terminal} is revoked: a running bridge disconnects it within a second or two.");
        return 0;
    }

    private static string Means(SiteChange change, string from, string shown) => string.Create(CultureInfo.InvariantCulture,
        $"{(change.Punches > 0 ? $" Its {change.Punches} stored punches go with it: who may see {shown} sees them, who may only see {from} does not any more (a board that moves to another place is better enrolled there under another name)." : "")}{(change.Sharing ? $" It shares faces with {from}'s other terminals: they get a new key without it, faces that came from them are erased at it, and it must be approved at {shown} with its new code." : "")}");

    private static async Task<int> RenameAsync(string typedFrom, string typedTo, string[] args, TextWriter output)
    {
        CommandFlags flags = CommandFlags.Read("terminal rename-site", args, ["data"], ["json"]);
        string from = SiteNames.Read(typedFrom, out string? fault) ?? throw new BridgeStartException(fault!);
        string to = SiteNames.Read(typedTo, out fault) ?? throw new BridgeStartException(fault!);
        await using SqlDatabase database = FleetCommands.Open(flags);
        SiteVerdict verdict = await new SqlTerminalSites(database, TimeProvider.System).RenameSiteAsync(from, to, Actor);
        if (verdict == SiteVerdict.Unknown) throw new BridgeStartException($"There is no site '{SiteNames.Shown(from)}': 'terminal list' shows which there are.");
        if (verdict == SiteVerdict.Taken) throw new BridgeStartException($"There is a site '{SiteNames.Shown(to)}' already: two sites are not made one by a name. Move terminals one by one with 'terminal site'.");
        await output.WriteLineAsync(flags.Has("json")
            ? JsonSerializer.Serialize(new { from, to, changed = verdict == SiteVerdict.Done })
            : verdict == SiteVerdict.Same ? "That is its name already." : $"The site {SiteNames.Shown(from)} is called {SiteNames.Shown(to)} now, with all its terminals and what they share.");
        return 0;
    }
}
