using System.ComponentModel;
using Devices.Cli.App;
using Spectre.Console.Cli;

namespace Devices.Cli.Provisioning.Batch;

/// <summary>Flags of <c>devices provision batch</c>.</summary>
public sealed class BatchSettings : GlobalSettings
{
    [CommandOption("--csv <FILE>")]
    [Description("The list of boards, with a claim for each (`Devices.Bridge claim`). Columns: see tools/README.md.")]
    public string? Csv { get; init; }

    [CommandOption("--bridge <URL>")]
    [Description("The bridge's enrolment address, https://HOST:PORT.")]
    public string? Bridge { get; init; }

    [CommandOption("--bridge-mqtt <HOST:PORT>")]
    [Description("Where terminals connect. Default: the host of --bridge, port 8883.")]
    public string? BridgeMqtt { get; init; }

    [CommandOption("--bridge-name <NAME>")]
    [Description("The name in the bridge's certificate, where it is not the host of --bridge.")]
    public string? BridgeName { get; init; }

    [CommandOption("--out <DIR>")]
    [Description("Folder for bundles, labels, result list and journal.")]
    public string? Out { get; init; }

    [CommandOption("--passphrase-file <FILE>")]
    [Description("A file whose first line is the passphrase of all bundles. Without it the passphrase is asked for.")]
    public string? PassphraseFile { get; init; }

    [CommandOption("--wifi-password-file <FILE>")]
    [Description("A file whose first line is the Wi-Fi password of the list's networks.")]
    public string? WifiPasswordFile { get; init; }

    [CommandOption("--model-pack <DIR>")]
    [Description("Folder of the model pack on the boards.")]
    public string? ModelPack { get; init; }

    [CommandOption("--mcu-port <PORT>")]
    [Description("Port of the agent's broker on the boards.")]
    [DefaultValue(1883)]
    public int McuPort { get; init; } = 1883;

    [CommandOption("--hours <HOURS>")]
    [Description("How long the bundles open; no longer than the claims live.")]
    [DefaultValue(72)]
    public int Hours { get; init; } = 72;

    [CommandOption("--step-timeout <SECONDS>")]
    [Description("Longest time for each step on the network.")]
    [DefaultValue(15)]
    public int StepTimeout { get; init; } = 15;
}
