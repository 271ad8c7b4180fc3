using System.Globalization;
using System.Text.Json;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Contract.Messages;

namespace Devices.Bridge.Fleet;

/// <summary><c>terminal config</c> and <c>terminal command</c>: what operators wish of a terminal, beside a running bridge.</summary>
internal static class TerminalWishCommands
{
    private const string Actor = "command line";

    /// <summary><c>terminal config NAME</c> shows; with <c>KEY=VALUE</c> it sets, with <c>KEY=</c> it withdraws; <c>--all</c> or <c>--site S</c> instead of a name.</summary>
    public static async Task<int> ConfigAsync(string[] words, string[] args, TextWriter output)
    {
        CommandFlags flags = CommandFlags.Read("terminal config", args, ["data", "site"], ["all", "json"]);
        string[] names = [.. words.Where(one => !one.Contains('=', StringComparison.Ordinal))], pairs = [.. words.Except(names)];
        string? typedSite = flags.Value("site");
        if ((flags.Has("all") ? 1 : 0) + (typedSite is null ? 0 : 1) + names.Length != 1) throw new BridgeStartException("Say for whom: terminal config NAME, or --site SITE, or --all.");
        string? fault = null;
        (ConfigScope scope, string name) = flags.Has("all") ? (ConfigScope.All, "") : typedSite is not null ? (ConfigScope.Site, SiteNames.Read(typedSite, out fault) ?? "") : (ConfigScope.Terminal, names[0]);
        if (fault is not null) throw new BridgeStartException(fault);
        IReadOnlyDictionary<string, string?> changes = ConfigInput.Read(pairs.Select(one => KeyValuePair.Create(one[..one.IndexOf('=', StringComparison.Ordinal)], (string?)one[(one.IndexOf('=', StringComparison.Ordinal) + 1)..])), out IReadOnlyDictionary<string, string> faults);
        if (faults.Count > 0) throw new BridgeStartException(string.Join('\n', faults.Values));
        await using SqlDatabase database = FleetCommands.Open(flags);
        SqlConfigStore configs = new(database, TimeProvider.System);
        if (changes.Count > 0)
        {
            ConfigVerdict verdict = await configs.SetAsync(scope, name, changes, Actor);
            if (verdict == ConfigVerdict.Unknown) throw new BridgeStartException($"There is no {(scope == ConfigScope.Site ? "site" : "terminal")} '{(name.Length > 40 ? name[..40] : name)}': 'terminal list' names those there are.");
            await output.WriteLineAsync(verdict == ConfigVerdict.Same ? "That is wished for already." : $"Wished for; {(scope == ConfigScope.Terminal ? $"{name} is" : "its terminals are")} told when connected.");
            return 0;
        }
        if (scope != ConfigScope.Terminal)
        {
            ConfigLayer? layer = (await configs.AllLayersAsync()).FirstOrDefault(one => one.Scope == scope && one.Name == name);
            await output.WriteLineAsync(flags.Has("json") ? JsonSerializer.Serialize(new { revision = layer?.Revision ?? 0, settings = layer?.Settings ?? new Dictionary<string, string>() })
                : layer is null || layer.Settings.Count == 0 ? "Nothing is wished for here." : string.Join('\n', layer.Settings.Select(one => $"{one.Key}={one.Value}")));
            return 0;
        }
        if (await new SqlTerminalStore(database, TimeProvider.System).FindTerminalAsync(SiteScope.All, name) is null) throw new BridgeStartException($"There is no terminal '{(name.Length > 40 ? name[..40] : name)}': 'terminal list' names those there are.");
        await ShowAsync(await configs.WishAsync(name), await configs.ReportAsync(name), flags.Has("json"), output);
        return 0;
    }

    /// <summary><c>terminal command NAME KIND [what=board] [--minutes N]</c>.</summary>
    public static async Task<int> IssueAsync(string terminal, string kind, string[] pairs, string[] args, TextWriter output)
    {
        CommandFlags flags = CommandFlags.Read("terminal command", args, ["data", "minutes"], ["json"]);
        TimeSpan life = CommandSigner.UsualLife(kind);
        if (flags.Value("minutes") is { } text)
            life = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int minutes) && minutes > 0 ? TimeSpan.FromMinutes(minutes) : throw new BridgeStartException($"--minutes '{text}' must be a whole number from 1.");
        if (pairs.FirstOrDefault(one => one.IndexOf('=', StringComparison.Ordinal) < 1) is { } odd) throw new BridgeStartException($"'{odd}' is no argument: write what=board.");
        Dictionary<string, string> arguments = pairs.ToDictionary(one => one[..one.IndexOf('=', StringComparison.Ordinal)], one => one[(one.IndexOf('=', StringComparison.Ordinal) + 1)..], StringComparer.Ordinal);
        BridgeOptions options = FleetCommands.DataOf(flags);
        await using SqlDatabase database = StoreSetup.Open(options);
        using CertificateAuthority authority = CertificateAuthority.Open(options.CaDirectory, [], TimeProvider.System);
        using CommandSigner signer = new(authority, TimeProvider.System);
        CommandRow command = signer.Make(terminal, kind, arguments, life, Actor, out string? fault) ?? throw new BridgeStartException(fault!);
        if (!await new SqlCommandStore(database, TimeProvider.System).IssueAsync(command, null)) throw new BridgeStartException($"There is no terminal '{terminal}', or it is revoked: 'terminal list' names those there are.");
        await output.WriteLineAsync(flags.Has("json") ? JsonSerializer.Serialize(new { id = command.Id, terminal, kind, expires_at = command.ExpiresAt })
            : string.Create(CultureInfo.InvariantCulture, $"{kind} for {terminal}: {command.Id:D}, until {DateTimeOffset.FromUnixTimeMilliseconds(command.ExpiresAt):yyyy-MM-dd HH:mm} UTC. 'terminal commands {terminal}' shows what became of it."));
        return 0;
    }

    /// <summary><c>terminal commands NAME</c>.</summary>
    public static async Task<int> ListAsync(string terminal, string[] args, TextWriter output)
    {
        CommandFlags flags = CommandFlags.Read("terminal commands", args, ["data"], ["json"]);
        await using SqlDatabase database = FleetCommands.Open(flags);
        IReadOnlyList<CommandRow> rows = await new SqlCommandStore(database, TimeProvider.System).ListAsync(terminal, 50);
        if (flags.Has("json")) await output.WriteLineAsync(JsonSerializer.Serialize(rows.Select(one => Shape(one))));
        else if (rows.Count == 0) await output.WriteLineAsync("No command was ever issued for it.");
        else foreach (CommandRow one in rows)
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.FromUnixTimeMilliseconds(one.IssuedAt):yyyy-MM-dd HH:mm:ss}  {one.Id:D}  {one.Kind,-14}  {Word(one.State),-9}  {one.Message}"));
        return 0;
    }

    /// <summary><c>terminal result ID</c>: what the terminal said, with its log where that was collected.</summary>
    public static async Task<int> ResultAsync(string text, string[] args, TextWriter output)
    {
        CommandFlags flags = CommandFlags.Read("terminal result", args, ["data"], ["json"]);
        if (!Guid.TryParse(text, out Guid id)) throw new BridgeStartException($"'{(text.Length > 40 ? text[..40] : text)}' is no command's id.");
        await using SqlDatabase database = FleetCommands.Open(flags);
        CommandRow row = await new SqlCommandStore(database, TimeProvider.System).FindAsync(id) ?? throw new BridgeStartException($"There is no command {id:D}.");
        if (row.Attachment is not null) await new SqlAuditStore(database, TimeProvider.System).AuditAsync(Actor, "terminal.log.read", row.Terminal, $"command {id:D}");
        await output.WriteLineAsync(flags.Has("json") ? JsonSerializer.Serialize(Shape(row, withLog: true)) : $"{row.Kind} for {row.Terminal}: {Word(row.State)}. {row.Message}{(row.Attachment is null ? "" : "\n" + Plain(row.Attachment))}");
        return 0;
    }

    // What a terminal sends is text on this console, never an order to it.
    private static string Plain(string log) => new([.. log.Where(c => c == '\n' || !char.IsControl(c))]);

    private static async Task ShowAsync(ConfigWish wish, ConfigReport? report, bool json, TextWriter output)
    {
        if (json)
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(new
            {
                revision = wish.Revision, settings = wish.Settings, from = wish.From.ToDictionary(one => one.Key, one => one.Value.ToString().ToLowerInvariant()),
                reported = report is null ? null : new { revision = report.Applied.Revision, holds = report.Applied.Digest == wish.Digest, settings = report.Applied.Settings, refused = report.Applied.Refused, at_restart = report.Applied.AtRestart, at = report.ReportedAt },
            }));
            return;
        }
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Wishes: revision {wish.Revision}. {(report is null ? "The terminal has never reported." : report.Applied.Digest == wish.Digest ? "The terminal holds them." : $"The terminal holds revision {report.Applied.Revision}.")}"));
        foreach (ConfigSetting setting in ConfigRules.All)
        {
            string? wanted = wish.Settings.GetValueOrDefault(setting.Key), runs = report?.Applied.Settings.GetValueOrDefault(setting.Key), refused = report?.Applied.Refused.GetValueOrDefault(setting.Key);
            string note = refused ?? (report?.Applied.AtRestart.Contains(setting.Key) == true ? "from its next start on" : wanted is not null && report is not null && !ConfigRules.IsSame(setting.Key, wanted, runs) ? "differs" : "");
            await output.WriteLineAsync($"{setting.Key,-24} {wanted ?? "-",-16} {runs ?? "?",-16} {note}".TrimEnd());
        }
    }

    private static object Shape(CommandRow one, bool withLog = false) => new
    {
        id = one.Id, terminal = one.Terminal, kind = one.Kind, arguments = one.Arguments, issued_at = one.IssuedAt, expires_at = one.ExpiresAt, issued_by = one.IssuedBy, state = Word(one.State), code = one.Code, message = one.Message,
        changed_at = one.ChangedAt, log = withLog ? one.Attachment : null,
    };

#pragma warning disable CA1308 // The words of the contract are lower case.
    private static string Word(CommandState state) => state.ToString().ToLowerInvariant();
#pragma warning restore CA1308
}
