using System.ComponentModel;
using Spectre.Console.Cli;

namespace Devices.Cli.Provisioning.Bundles;

/// <summary>Flags of <c>devices provision bundle</c>: those of <c>provision</c> that a board cannot know by itself, and where the bundle goes.</summary>
public sealed class BundleSettings : ProvisionSettings
{
    [CommandOption("-o|--out <FILE>")]
    [Description("The bundle. It holds a claim: mode 0600.")]
    public string? Out { get; init; }

    [CommandOption("--serial <NUMBER>")]
    [Description("The board's serial number: the bundle opens on that board only.")]
    public string? Serial { get; init; }

    [CommandOption("--hours <HOURS>")]
    [Description("How long it opens; no longer than the claim lives.")]
    [DefaultValue(72)]
    public int Hours { get; init; } = 72;

    [CommandOption("--overwrite")]
    [Description("Replace a file that is there.")]
    public bool Overwrite { get; init; }
}
