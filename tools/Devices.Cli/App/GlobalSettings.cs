using System.ComponentModel;
using Spectre.Console.Cli;

namespace Devices.Cli.App;

/// <summary>Flags that every command takes.</summary>
public class GlobalSettings : CommandSettings
{
    [CommandOption("--json")]
    [Description("Print one JSON document on standard output instead of text, for scripts.")]
    public bool Json { get; init; }

    [CommandOption("--verbose")]
    [Description("Show where in the program a fault came from.")]
    public bool Verbose { get; init; }
}
