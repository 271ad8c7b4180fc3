using System.ComponentModel;
using Devices.Cli.Terminal;
using Spectre.Console.Cli;

namespace Devices.Cli.Doctor;

/// <summary>Flags of <c>devices doctor</c>.</summary>
public sealed class DoctorSettings : AgentSettings
{
    [CommandOption("--state <DIR>")]
    [Description("The agent's state folder. Default: the folder of its socket.")]
    public string? State { get; init; }

    [CommandOption("--bridge <URL>")]
    [Description("The bridge's HTTPS address, as https://bridge.example:5443. Default: Bridge:Host and port 5443.")]
    public string? Bridge { get; init; }

    [CommandOption("--terminal <NAME>")]
    [Description("Look at a terminal from afar, by what its bridge knows; needs --bridge and --key-file.")]
    public string? Terminal { get; init; }

    [CommandOption("--key-file <FILE>")]
    [Description("With --terminal: a file with a key of the bridge's page 'API keys' that may read terminals.")]
    public string? KeyFile { get; init; }

    [CommandOption("--root <FILE>")]
    [Description("With --terminal: the bridge's root certificate (PEM). Default: the system's roots.")]
    public string? Root { get; init; }

    [CommandOption("--bundle <FILE>")]
    [Description("Write what a support person needs into FILE (.tar.gz): findings, settings, log, numbers; no secret and no person.")]
    public string? Bundle { get; init; }

    [CommandOption("--step-timeout <SECONDS>")]
    [Description("Longest time for each step on the network.")]
    [DefaultValue(10)]
    public int StepTimeout { get; init; } = 10;
}
