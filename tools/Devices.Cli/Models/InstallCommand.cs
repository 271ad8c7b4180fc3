using Devices.Cli.App;
using Spectre.Console;

namespace Devices.Cli.Models;

/// <summary><c>devices models install [pack]</c>.</summary>
public sealed class InstallCommand(IAnsiConsole console, CliHost host) : CliCommand<ModelsSettings>(console, host)
{
    protected override async Task<ExitCode> RunAsync(ModelsSettings settings, Output output, CancellationToken cancellationToken)
    {
        ModelFolders folders = ModelFolders.Of(settings, Host);
        var (source, manifest) = new PackCatalogue(folders, Host).Find(settings.Pack ?? "default");
        InstallResult result = await new PackInstaller(folders, Host, output.Say).InstallAsync(source, manifest, cancellationToken);
        output.Say(result.AlreadyInstalled
            ? $"Pack {result.Pack} is already installed and sound in {result.Directory}; nothing was downloaded."
            : $"Pack {result.Pack} is installed in {result.Directory} ({result.Downloaded} files fetched, every hash and licence checked).", Color.Green);
        output.Json(result, CliJson.Default.InstallResult);
        return ExitCodes.Ok;
    }
}
