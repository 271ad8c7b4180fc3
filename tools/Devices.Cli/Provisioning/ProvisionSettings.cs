using System.ComponentModel;
using Devices.Cli.App;
using Spectre.Console.Cli;

namespace Devices.Cli.Provisioning;

/// <summary>Flags of <c>devices provision</c>; what is missing is asked for at a terminal.</summary>
public sealed class ProvisionSettings : GlobalSettings
{
    [CommandOption("--bridge <URL>")]
    [Description("The bridge's enrolment address, https://HOST:PORT (5443 by default).")]
    public string? Bridge { get; init; }

    [CommandOption("--claim <CLAIM>")]
    [Description("What `Devices.Bridge claim` printed: CODE@ROOTSHA256HEX.")]
    public string? Claim { get; init; }

    [CommandOption("--terminal <NAME>")]
    [Description("The terminal's name: 1 to 32 of a-z, 0-9 and '-'.")]
    public string? Terminal { get; init; }

    [CommandOption("--state <DIR>")]
    [Description("The agent's state folder on this board.")]
    public string? State { get; init; }

    [CommandOption("--bridge-mqtt <HOST:PORT>")]
    [Description("Where terminals connect. Default: the host of --bridge, port 8883.")]
    public string? BridgeMqtt { get; init; }

    [CommandOption("--bridge-name <NAME>")]
    [Description("The name in the bridge's certificate, where it is not the host of --bridge.")]
    public string? BridgeName { get; init; }

    [CommandOption("--site <SITE>")]
    [Description("The site's name.")]
    public string? Site { get; init; }

    [CommandOption("--time-zone <ZONE>")]
    [Description("The site's IANA time zone, for example Asia/Shanghai. Default: this machine's.")]
    public string? TimeZone { get; init; }

    [CommandOption("--camera <SOURCE>")]
    [Description("v4l2:/dev/video0?width=640&height=480, mjpeg:http://HOST/stream, process:COMMAND, or none.")]
    public string? Camera { get; init; }

    [CommandOption("--model-pack <DIR>")]
    [Description("Folder of an installed model pack (see `devices models install`).")]
    public string? ModelPack { get; init; }

    [CommandOption("--mcu-port <PORT>")]
    [Description("Port of the agent's broker for the MCU.")]
    public int? McuPort { get; init; }

    [CommandOption("--set <KEY=VALUE>")]
    [Description("Any other key of agent.json, for example --set Repeat:Seconds=30. Can be given more than once.")]
    public string[] Set { get; init; } = [];

    [CommandOption("--replace")]
    [Description("Give an already provisioned board a new identity. Its ledger and people stay.")]
    public bool Replace { get; init; }

    [CommandOption("--status")]
    [Description("Only say whether the state folder is provisioned, half provisioned or empty.")]
    public bool Status { get; init; }

    [CommandOption("--no-uplink-check")]
    [Description("Do not try the MQTT endpoint at the end.")]
    public bool NoUplinkCheck { get; init; }

    [CommandOption("--step-timeout <SECONDS>")]
    [Description("Longest time for each step on the network.")]
    [DefaultValue(15)]
    public int StepTimeout { get; init; }
}
