using System.ComponentModel;
using Devices.Cli.App;
using Spectre.Console.Cli;

namespace Devices.Cli.Flash;

/// <summary>Which boards, and how fast.</summary>
public class BoardSettings : GlobalSettings
{
    [CommandOption("-p|--port <PORT>")]
    [Description("The board's serial port: /dev/ttyUSB0, a name below /dev/serial/by-id, or rfc2217://host:port. Again for several boards at once.")]
    public string[] Ports { get; init; } = [];

    [CommandOption("--all")]
    [Description("Every USB serial port of this computer.")]
    public bool All { get; init; }

    [CommandOption("--baud <BAUD>")]
    [Description("Speed after connecting at 115200; lowered by itself where the wire does not carry it.")]
    [DefaultValue(460_800)]
    public int Baud { get; init; } = 460_800;

    [CommandOption("--flash-size <MIB>")]
    [Description("Size of the board's flash, where the flash chip does not tell it: 2, 4, 8, 16 or 32.")]
    public int? FlashMiB { get; init; }
}

/// <summary>What is to be in flash.</summary>
public class ImageSettings : BoardSettings
{
    [CommandOption("--runtime <PATH>")]
    [Description("nanoFramework's runtime for the board: the folder or .zip of its target, as ESP32_S3_OCTAL.")]
    public string? Runtime { get; init; }

    [CommandOption("--app <FILE>")]
    [Description("The terminal's program (.bin), for the deployment partition.")]
    public string? App { get; init; }

    [CommandOption("--image <ADDRESS=FILE>")]
    [Description("Any other piece, as 0x10000=nanoCLR.bin. May be given again.")]
    public string[] Images { get; init; } = [];
}

/// <summary>Flags of <c>devices flash write</c>.</summary>
public sealed class FlashWriteSettings : ImageSettings
{
    [CommandOption("--stay")]
    [Description("Leave the chip in its loader instead of starting the program.")]
    public bool Stay { get; init; }
}

/// <summary>Flags of <c>devices flash erase</c>.</summary>
public sealed class FlashEraseSettings : BoardSettings
{
    [CommandOption("--region <ADDRESS+LENGTH>")]
    [Description("Only this much, as 0x9000+0x6000. Without it the whole flash.")]
    public string? Region { get; init; }

    [CommandOption("--yes")]
    [Description("Do not ask: the terminal's identity, settings and waiting punches on the chip are lost.")]
    public bool Yes { get; init; }
}

/// <summary>Flags of <c>devices flash read</c>.</summary>
public sealed class FlashReadSettings : BoardSettings
{
    [CommandOption("--region <ADDRESS+LENGTH>")]
    [Description("What to read, as 0x8000+0xC00.")]
    public string Region { get; init; } = "";

    [CommandOption("--out <FILE>")]
    [Description("Where to write it. The file may hold the device's key and Wi-Fi password: it is written with mode 0600.")]
    public string Out { get; init; } = "";
}
