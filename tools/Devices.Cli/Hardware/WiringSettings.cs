using System.ComponentModel;
using Devices.Cli.App;
using Spectre.Console.Cli;

namespace Devices.Cli.Hardware;

/// <summary>Flags of <c>devices hardware wiring</c>.</summary>
public sealed class WiringSettings : GlobalSettings
{
    [CommandOption("--folder <FOLDER>")]
    [Description("The folder with pinmap.json; the diagrams are written beside it. Default: hardware/ of this checkout.")]
    public string? Folder { get; init; }
}
