using Devices.Cli.Models;
using Devices.Cli.Provisioning;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Devices.Cli.App;

/// <summary>The command tree of <c>devices</c>.</summary>
public static class CliApp
{
    public static void Configure(IConfigurator config, CliHost host)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(host);
        config.SetApplicationName("devices");
        config.Settings.ShowOptionDefaultValues = true;
        config.Settings.StrictParsing = true;
        config.Settings.Registrar.RegisterInstance(host);
        config.SetExceptionHandler((e, _) => Refuse(e, host));

        config.AddBranch("models", models =>
        {
            models.SetDescription("Install, list and verify model packs.");
            models.AddCommand<InstallCommand>("install").WithDescription("Get a pack's weights from the sources in its manifest, checked, into the cache.");
            models.AddCommand<ListCommand>("list").WithDescription("Show the packs there are and those installed.");
            models.AddCommand<VerifyCommand>("verify").WithDescription("Check installed packs against their manifests.");
        });
        config.AddCommand<ProvisionCommand>("provision").WithDescription("Give this board its identity: key, certificate, configuration.")
            .WithExample("provision", "--bridge", "https://bridge.example:5443", "--claim", "CODE@ROOTSHA256HEX", "--terminal", "m2-001", "--state", "/var/lib/devices/agent");
        config.AddCommand<ExitCodesCommand>("exit-codes").WithDescription("Print the table of exit codes.");
    }

    // Reached by command-line mistakes; faults inside commands end in CliCommand.
    private static int Refuse(Exception e, CliHost host)
    {
        ExitCode code = e is CommandAppException ? ExitCodes.Usage : ExitCodes.Unexpected;
        host.Error.Profile.Out.Writer.WriteLine($"Error {code.Number} ({code.Name}): {e.Message.ReplaceLineEndings(" ")}");
        host.Error.Profile.Out.Writer.WriteLine($"What to do: {code.Remedy}");
        return code.Number;
    }
}
