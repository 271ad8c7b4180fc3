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

    [CommandOption("--step-timeout <SECONDS>")]
    [Description("Longest time for each step on the network.")]
    [DefaultValue(10)]
    public int StepTimeout { get; init; } = 10;
}
