using Devices.Bridge.Store.Backup;
using Devices.Cli.App;
using Spectre.Console;

namespace Devices.Cli.Bridge;

/// <summary><c>devices bridge restore FILE --data DIR [--postgres FILE]</c>: checks the backup as a whole, then puts it in place.</summary>
public sealed class BridgeRestoreCommand(IAnsiConsole console, CliHost host) : CliCommand<BridgeRestoreSettings>(console, host)
{
    protected override async Task<ExitCode> RunAsync(BridgeRestoreSettings settings, Output output, CancellationToken cancellationToken)
    {
        string file = Path.GetFullPath(settings.File, Host.WorkingDirectory), data = BridgeWords.Given(settings.Data, "--data", Host);
        string? connection = settings.Postgres is { Length: > 0 } given ? Path.GetFullPath(given, Host.WorkingDirectory) : null;
        var pace = new Pace(Host, null, Pace.Size(file));
        BackupManifest manifest = await pace.WatchAsync(
            Task.Run(() => BridgeWords.PlainAsync(() => BridgeBackup.RestoreAsync(file, data, connection, TimeProvider.System, cancellationToken)), CancellationToken.None), () => Pace.Size(data + ".restoring"));
        BridgeBackupReport report = BridgeBackupReport.Of(file, manifest, data);
        output.Json(report, CliJson.Default.BridgeBackupReport);
        output.Say($"Restored and checked: {report}.", Color.Green);
        output.Say("What happened after the backup is not in it: terminals send those punches again by themselves, and the platform is asked about each open one before it is sent. Revoke again what was revoked since, and make sure that the old bridge never runs again.");
        if (connection is not null) output.Say($"Start the bridge with --Bridge:Data={data} --Bridge:Store=postgres --Bridge:Postgres:ConnectionFile={connection}.");
        return ExitCodes.Ok;
    }
}
