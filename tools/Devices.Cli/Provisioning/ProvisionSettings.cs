using System.ComponentModel;
using Devices.Cli.App;
using Spectre.Console.Cli;

namespace Devices.Cli.Provisioning;

/// <summary>Flags of <c>devices provision</c>; what is missing is asked for at a terminal.</summary>
public class ProvisionSettings : GlobalSettings
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

    [CommandOption("--place <PLACE>")]
    [Description("Where at the site, for example \"Main entrance\"; for label and hand-over sheet.")]
    public string? Place { get; init; }

    [CommandOption("--mcu <PORT>")]
    [Description("Set up the MCU at this serial port too (see `devices flash ports`); auto takes the only one.")]
    public string? Mcu { get; init; }

    [CommandOption("--mcu-host <ADDRESS>")]
    [Description("This board's address as the MCU calls it. Default: the one by which this board reaches the bridge.")]
    public string? McuHost { get; init; }

    [CommandOption("--ssid <NAME>")]
    [Description("Have the MCU join this Wi-Fi network.")]
    public string? Ssid { get; init; }

    [CommandOption("--wifi-password-file <FILE>")]
    [Description("A file whose first line is the Wi-Fi password. Without it the password is asked for; it is never an argument.")]
    public string? WifiPasswordFile { get; init; }

    [CommandOption("--language <LANGUAGE>")]
    [Description("Language of the terminal's screen, of label and sheet: en or zh-CN.")]
    public string? Language { get; init; }

    [CommandOption("--start")]
    [Description("Start the agent (under systemd), or wait until it was started.")]
    public bool Start { get; init; }

    [CommandOption("--camera-check <HOW>")]
    [Description("auto (rate, light and focus are measured), ask (and the live picture is shown), or skip.")]
    public string? CameraCheck { get; init; }

    [CommandOption("--self-test")]
    [Description("Send a self-test the way of a punch and wait until the bridge has seen it. It is nobody's attendance.")]
    public bool SelfTest { get; init; }

    [CommandOption("--hand-over <DIR>")]
    [Description("Write label (PNG, ZPL) and hand-over sheet into this folder.")]
    public string? HandOver { get; init; }

    [CommandOption("--contact <TEXT>")]
    [Description("Whom to call about this terminal; for the hand-over sheet.")]
    public string? Contact { get; init; }

    [CommandOption("--bundle <FILE>")]
    [Description("Take the answers from a sealed bundle (see `devices provision bundle`). Works while the bridge is out of reach.")]
    public string? Bundle { get; init; }

    [CommandOption("--passphrase-file <FILE>")]
    [Description("A file whose first line is the bundle's passphrase. Without it the passphrase is asked for.")]
    public string? PassphraseFile { get; init; }

    [CommandOption("--finish")]
    [Description("Only finish what an earlier run had to leave open; nothing to do is success.")]
    public bool Finish { get; init; }

    [CommandOption("--anew")]
    [Description("Forget the answers and steps of a run that was begun here.")]
    public bool Anew { get; init; }

    [CommandOption("--tpm <WHICH>")]
    [Description("auto (a TPM where the board has one, else a key file), none, /dev/tpmrm0, or unix:SOCKET of a software TPM.")]
    public string? Tpm { get; init; }

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
