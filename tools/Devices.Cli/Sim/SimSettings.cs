using System.ComponentModel;
using Devices.Cli.App;
using Spectre.Console.Cli;

namespace Devices.Cli.Sim;

/// <summary>Flags of <c>devices sim</c>.</summary>
public sealed class SimSettings : GlobalSettings
{
    [CommandOption("--port <N>")]
    [Description("Port of the page on this computer's loopback; 0 takes any free one.")]
    [DefaultValue(5092)]
    public int Port { get; init; }

    [CommandOption("--broker <HOST:PORT>")]
    [Description("The agent's broker; without it the board is played too.")]
    public string? Broker { get; init; }

    [CommandOption("--terminal <NAME>")]
    [Description("The terminal's name, also at the broker.")]
    [DefaultValue("m2-001")]
    public string Terminal { get; init; } = "";

    [CommandOption("--password-file <FILE>")]
    [Description("The MCU's password at the broker (mcu.password in the agent's state folder).")]
    public string? PasswordFile { get; init; }

    [CommandOption("--state <DIR>")]
    [Description("Folder that stands in for the chip's flash; without it a fresh one that is deleted at the end.")]
    public string? State { get; init; }

    [CommandOption("--language <zh|en>")]
    [Description("Language of the screen.")]
    [DefaultValue("zh")]
    public string Language { get; init; } = "";
}
