using System.ComponentModel;
using Devices.Cli.App;
using Spectre.Console.Cli;

namespace Devices.Cli.Accuracy;

/// <summary>Flags of <c>devices accuracy</c>.</summary>
public sealed class AccuracySettings : GlobalSettings
{
    [CommandArgument(0, "<folder>")]
    [Description("Pictures: one sub-folder a person, person/picture.jpg. Nothing in it is changed or copied.")]
    public string Folder { get; init; } = "";

    [CommandOption("--pack <PACK>")]
    [Description("The pack to measure: its folder name in models/, its id, id@version, or the folder of an installed pack (which needs no calibration yet).")]
    [DefaultValue("default")]
    public string Pack { get; init; } = "default";

    [CommandOption("--report <DIR>")]
    [Description("Where ACCURACY.md and its pictures (SVG) are written. Default: a folder for each pack beside the cache of embeddings.")]
    public string? Report { get; init; }

    [CommandOption("--name <TEXT>")]
    [Description("What the report calls the data. Default: the folder's name.")]
    public string? Name { get; init; }

    [CommandOption("--enrol <N>")]
    [Description("Pictures enrolled for each person, the first by name; the others are probes.")]
    [DefaultValue(1)]
    public int Enrol { get; init; } = 1;

    [CommandOption("--probes <N>")]
    [Description("Most probes of one person, so that a person with hundreds of pictures does not decide the result.")]
    [DefaultValue(10)]
    public int Probes { get; init; } = 10;

    [CommandOption("--galleries <SIZES>")]
    [Description("Gallery sizes in persons, with commas. Default: 100, 300, 1000, as many as there are, and 10000 with labelled synthetic templates.")]
    public string? Galleries { get; init; }

    [CommandOption("--same <FILE>")]
    [Description("Text file of folders that hold one person under two names, a line each: OTHER-FOLDER = FOLDER. What it joins is listed in the report.")]
    public string? Same { get; init; }

    [CommandOption("--seed <N>")]
    [Description("Of every draw: the same seed gives the same report.")]
    [DefaultValue(20260101)]
    public int Seed { get; init; } = 20260101;

    [CommandOption("--write-calibration <MANIFEST>")]
    [Description("Write the measured table of FMR and thresholds into this manifest.json; a new version of the pack that compares the old one's templates.")]
    public string? WriteCalibration { get; init; }

    [CommandOption("--threads <N>")]
    [Description("Threads that embed; 0 takes one for each core.")]
    [DefaultValue(0)]
    public int Threads { get; init; }

    [CommandOption("--no-cache")]
    [Description("Keep no embeddings on the disk. They are biometric data; without them a second run embeds everything again.")]
    public bool NoCache { get; init; }

    [CommandOption("--models <DIR>")]
    [Description("Folder with one folder a pack. Default: the checkout's models/, else models/ beside the program.")]
    public string? Models { get; init; }

    [CommandOption("--cache <DIR>")]
    [Description("Where packs are installed; embeddings are kept in accuracy/ beside it. Default: as for `devices models`.")]
    public string? Cache { get; init; }
}
