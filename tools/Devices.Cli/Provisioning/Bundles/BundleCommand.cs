using System.Globalization;
using Devices.Cli.App;
using Spectre.Console;

namespace Devices.Cli.Provisioning.Bundles;

/// <summary>
/// <c>devices provision bundle</c>: at the office, where the bridge is reached, the answers for one board are sealed into a file. At the shop the board is provisioned
/// from it, also while no bridge is in reach.
/// </summary>
public sealed class BundleCommand(IAnsiConsole console, CliHost host) : CliCommand<BundleSettings>(console, host)
{
    protected override async Task<ExitCode> RunAsync(BundleSettings settings, Output output, CancellationToken cancellationToken)
    {
        string[] missing = [.. new (string? Value, string Flag)[] { (settings.Bridge, "--bridge"), (settings.Claim, "--claim"), (settings.Terminal, "--terminal"), (settings.Out, "--out") }.Where(one => string.IsNullOrWhiteSpace(one.Value)).Select(one => one.Flag)];
        if (missing.Length > 0) throw new CliException(ExitCodes.AnswerMissing, $"{string.Join(" and ", missing)} {(missing.Length > 1 ? "are" : "is")} missing.", "Give the named flags.");
        string file = Path.GetFullPath(settings.Out!, Host.WorkingDirectory);
        if (File.Exists(file) && !settings.Overwrite) throw new CliException(ExitCodes.Usage, $"There is a file {file} already.", "Give another --out, or --overwrite.");
        using BundleSeal seal = new(BundleReader.Passphrase(settings.PassphraseFile, $"Passphrase of the bundle ({BundleSeal.LeastPassphrase} characters or more):", output, Host));
        BundleMaker maker = new(Host, settings.Hours);
        ProvisionAnswers answers = ProvisionAnswers.Of(settings) with { Bridge = settings.Bridge, Claim = settings.Claim, Terminal = settings.Terminal };
        answers = answers with { Roots = await BundleMaker.RootsAsync(ProvisionPlan.Of(answers with { State = "/", Mcu = answers.Mcu ?? (answers.Ssid is null ? null : "auto"), McuHost = answers.McuHost ?? "0.0.0.0" }, Host), Host, cancellationToken) };
        DateTimeOffset expires = maker.Write(file, seal, answers, settings.Serial, settings.WifiPasswordFile, mcuPassword: null);
        output.Say(string.Create(CultureInfo.InvariantCulture, $"{file} is sealed for '{settings.Terminal}'{(settings.Serial is null ? "" : $" on the board {settings.Serial}")} and opens until {expires:yyyy-MM-dd HH:mm} UTC."));
        output.Say($"On the board: devices provision --bundle {Path.GetFileName(file)} --state DIR. The passphrase goes there by another way.");
        output.Json(new BundleReport(file, settings.Terminal!, settings.Serial, expires), CliJson.Default.BundleReport);
        return ExitCodes.Ok;
    }
}
