using Devices.Bridge.Store.Backup;
using Devices.Cli.App;
using Spectre.Console;

namespace Devices.Cli.Bridge;

/// <summary><c>devices bridge verify FILE</c>: hashes, counts, the database, and every ledger's chain to its head.</summary>
public sealed class BridgeVerifyCommand(IAnsiConsole console, CliHost host) : CliCommand<BridgeFileSettings>(console, host)
{
    protected override async Task<ExitCode> RunAsync(BridgeFileSettings settings, Output output, CancellationToken cancellationToken)
    {
        string file = Path.GetFullPath(settings.File, Host.WorkingDirectory);
        BridgeBackupReport report = BridgeBackupReport.Of(file, await BridgeWords.PlainAsync(() => BridgeBackup.VerifyAsync(file, cancellationToken)));
        output.Json(report, CliJson.Default.BridgeBackupReport);
        output.Say($"The backup is sound: {report}. Every chain holds to its head.", Color.Green);
        return ExitCodes.Ok;
    }
}
