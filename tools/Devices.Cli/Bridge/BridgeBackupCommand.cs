using Devices.Bridge;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Backup;
using Devices.Cli.App;
using Spectre.Console;

namespace Devices.Cli.Bridge;

/// <summary><c>devices bridge backup --data DIR --to FILE</c>: everything of a bridge in one file, checked, while it runs.</summary>
public sealed class BridgeBackupCommand(IAnsiConsole console, CliHost host) : CliCommand<BridgeBackupSettings>(console, host)
{
    protected override async Task<ExitCode> RunAsync(BridgeBackupSettings settings, Output output, CancellationToken cancellationToken)
    {
        string data = BridgeWords.Given(settings.Data, "--data", Host), to = BridgeWords.Given(settings.To, "--to", Host);
        BridgeOptions options = new() { Data = data };
        if (!StoreChoice.Known(options))
            throw new CliException(ExitCodes.BackupRefused, $"{data} is not a bridge's data directory (it holds no bridge.db or store.json).");
        // The copy of the store and the archive lie beside the target while they grow; a store in PostgreSQL has no size that can be asked here.
        string folder = Path.GetDirectoryName(to)!;
        BridgeOptions known = StoreChoice.Recall(options);
        var pace = new Pace(Host, null, known.Store == "sqlite" ? 2 * Pace.Size(data) : 0);
        BackupManifest manifest = await pace.WatchAsync(
            Task.Run(() => BridgeWords.PlainAsync(() => BridgeBackup.CreateAsync(known, to, TimeProvider.System, cancellationToken)), CancellationToken.None),
            () => Directory.EnumerateFileSystemEntries(folder, ".backup-*").Sum(Pace.Size) + Directory.EnumerateFiles(folder, Path.GetFileName(to) + "*").Sum(Pace.Size));
        BridgeBackupReport report = BridgeBackupReport.Of(to, manifest);
        output.Json(report, CliJson.Default.BridgeBackupReport);
        output.Say($"Backed up and checked: {report}.", Color.Green);
        output.Say($"{to} holds the bridge's root key and whatever else gives access to it; only this user may read it (mode 0600). Keep it so wherever it is copied.");
        return ExitCodes.Ok;
    }
}
