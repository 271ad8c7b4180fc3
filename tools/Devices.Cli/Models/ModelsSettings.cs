using System.ComponentModel;
using Devices.Cli.App;
using Spectre.Console.Cli;

namespace Devices.Cli.Models;

/// <summary>Flags of the <c>models</c> commands.</summary>
public sealed class ModelsSettings : GlobalSettings
{
    [CommandArgument(0, "[pack]")]
    [Description("A pack's folder name, its id, id@version, or the path of a folder with a manifest.json. `install` takes `default` where none is given.")]
    public string? Pack { get; init; }

    [CommandOption("--models <DIR>")]
    [Description("Folder with one folder a pack (manifest and licence texts). Default: the checkout's models/, else models/ beside the program.")]
    public string? Models { get; init; }

    [CommandOption("--cache <DIR>")]
    [Description("Where packs are installed. Default: <checkout>/.cache/models inside a checkout, else /var/lib/devices/models, else ~/.local/share/devices/models.")]
    public string? Cache { get; init; }
}
