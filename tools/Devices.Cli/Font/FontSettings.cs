using System.ComponentModel;
using Devices.Cli.App;
using Spectre.Console.Cli;

namespace Devices.Cli.Font;

/// <summary>Flags of <c>devices font</c>.</summary>
public sealed class FontSettings : GlobalSettings
{
    [CommandOption("--from <FILE>")]
    [Description("The font file to draw from; it has to allow embedding (Noto: OFL-1.1).")]
    [DefaultValue("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")]
    public string From { get; init; } = "";

    [CommandOption("--out <FILE>")]
    [Description("Where to write it.")]
    [DefaultValue("font.bin")]
    public string Out { get; init; } = "";

    [CommandOption("--height <DOTS>")]
    [Description("Height of a character, even, 8 to 24.")]
    [DefaultValue(20)]
    public int Height { get; init; }

    [CommandOption("--small")]
    [Description("Only the screen's own texts and a thousand characters of names.")]
    public bool Small { get; init; }
}
