using System.Globalization;
using Devices.Bridge.Delivery.Targets.CsvDrop;
using Devices.Bridge.Delivery.Targets.Webhook;
using Devices.Bridge.Fleet;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;

namespace Devices.Bridge.Commands;

/// <summary>The operator's subcommands for targets beside the platform.</summary>
public static class TargetCommands
{
    private static readonly string[] Forms = ["yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ssK"];

    /// <summary><c>replay --data DIR --target NAME --from TIME --to TIME</c>, or <c>--target csv-drop --file NAME</c>.</summary>
    /// <exception cref="BridgeStartException">A flag is wrong; the message says which.</exception>
    public static async Task<int> ReplayAsync(string[] args, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        CommandFlags flags = CommandFlags.Read("replay", args, ["data", "target", "from", "to", "file"], []);
        string target = flags.Value("target") ?? throw new BridgeStartException("Say which target: --target webhook, erpnext or csv-drop.");
        if (target == OutboxTarget.Platform) throw new BridgeStartException("The platform is not replayed to: it would record the punches twice. Send single dead letters again on the exceptions page.");
        await using SqlDatabase database = CommandStore.Open(flags);
        SqlAuditStore audit = new(database, TimeProvider.System);
        if (target == CsvDropTarget.TargetName)
        {
            string file = flags.Value("file") ?? throw new BridgeStartException("Say which file of the CSV drop is to be dropped again: --file NAME. A punch is in one file only, so it is dropped again whole.");
            CsvFileRow planned = await new SqlCsvDropStore(database, TimeProvider.System).PlanAgainAsync(file, copies => CsvFile.NameAgain(file, copies))
                ?? throw new BridgeStartException($"There is no file '{file}' of the CSV drop: give a name as punches-0000000001-0000000100.csv.");
            await audit.AuditAsync("command line", "csv file dropped again", file, planned.Name);
            await output.WriteLineAsync($"{planned.RowCount} punches of {file} are dropped again as {planned.Name}.");
            return 0;
        }

        long from = Time(flags, "from"), until = Time(flags, "to");
        if (until <= from) throw new BridgeStartException("--to lies before --from, or is the same.");
        SqlReplayStore replay = new(database, TimeProvider.System);
        IReadOnlyList<string> known = await replay.TargetsAsync();
        if (!known.Contains(target)) throw new BridgeStartException($"There is no target '{target}' in this bridge: it has {(known.Count == 0 ? "none" : string.Join(", ", known))}.");
        int count = await replay.ReplayAsync(target, from, until);
        await audit.AuditAsync("command line", "replay", target, $"{flags.Value("from")} to {flags.Value("to")}: {count} punches");
        await output.WriteLineAsync($"{count} punches go to {target} again, under the same keys as before.");
        return 0;
    }

    /// <summary><c>webhook-on --data DIR</c>: after the receiver answered 410 Gone.</summary>
    public static async Task<int> WebhookOnAsync(string[] args, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        await using SqlDatabase database = CommandStore.Open(CommandFlags.Read("webhook-on", args, ["data"], []));
        SqlSettingStore settings = new(database, TimeProvider.System);
        string? gone = await settings.GetSettingAsync(WebhookSwitch.Key);
        if (string.IsNullOrEmpty(gone)) throw new BridgeStartException("The webhook is not switched off.");
        await settings.SetSettingAsync(WebhookSwitch.Key, "");
        await new SqlAuditStore(database, TimeProvider.System).AuditAsync("command line", "webhook switched on");
        await output.WriteLineAsync("The webhook is on again; the next punch is tried within Bridge:Webhook:ConfigurationRetrySeconds.");
        return 0;
    }

    /// <summary><c>webhook-secret</c>: prints a new signing secret.</summary>
    public static async Task<int> WebhookSecretAsync(string[] args, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        _ = CommandFlags.Read("webhook-secret", args, [], []);
        await output.WriteLineAsync(WebhookSecrets.New());
        return 0;
    }

    // With its offset: the command does not know the site's zone, and a guess would replay another day.
    private static long Time(CommandFlags flags, string name)
    {
        string text = flags.Value(name) ?? throw new BridgeStartException($"Say --{name}: the time of the {(name == "from" ? "first punch" : "end (exclusive)")}, such as 2026-11-01T00:00+08:00.");
        return text.Length > 16 && DateTimeOffset.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset time)
            ? time.ToUnixTimeMilliseconds()
            : throw new BridgeStartException($"--{name} '{text}' is no time with its offset: write it as 2026-11-01T00:00+08:00.");
    }
}
