using System.ComponentModel;
using Devices.Cli.App;
using Spectre.Console.Cli;

namespace Devices.Cli.Wifi;

/// <summary>Which board.</summary>
public class WifiSettings : GlobalSettings
{
    [CommandOption("-p|--port <PORT>")]
    [Description("The board's serial port: /dev/ttyACM0, a name below /dev/serial/by-id, or rfc2217://host:port.")]
    public string? Port { get; init; }

    [CommandOption("--baud <BAUD>")]
    [Description("Speed of the board's console.")]
    [DefaultValue(115_200)]
    public int Baud { get; init; } = 115_200;
}

/// <summary>Flags of <c>devices wifi join</c>.</summary>
public sealed class WifiJoinSettings : WifiSettings
{
    [CommandOption("--ssid <NAME>")]
    [Description("The network's name; without it the board's own list is offered.")]
    public string? Ssid { get; init; }

    [CommandOption("--password-file <FILE>")]
    [Description("A file whose first line is the password; an empty one for an open network. Without it the password is asked for.")]
    public string? PasswordFile { get; init; }

    [CommandOption("--replace")]
    [Description("Also where the board has joined a network already.")]
    public bool Replace { get; init; }
}
