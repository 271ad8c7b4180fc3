using System.ComponentModel;
using Spectre.Console.Cli;

namespace Devices.Cli.Terminal;

/// <summary>Flags of <c>devices enrol</c>.</summary>
public sealed class EnrolSettings : AgentSettings
{
    [CommandArgument(0, "[FOLDER-OR-PICTURES]")]
    [Description("A folder with one folder a person (FOLDER/<userid>/*.jpg, names and cards in FOLDER/people.json), or with --person that person's pictures.")]
    public string[] Paths { get; init; } = [];

    [CommandOption("--person <ID>")]
    [Description("The platform's userid of the one person in the pictures.")]
    public string? Person { get; init; }

    [CommandOption("--name <NAME>")]
    [Description("The person's name, with --person.")]
    public string? Name { get; init; }

    [CommandOption("--card <UID>")]
    [Description("The person's card, with --person.")]
    public string? Card { get; init; }

    [CommandOption("--allow-duplicate <ID>")]
    [Description("With --person: an enrolled person whom the face may resemble (a twin). Needs --reason; may be repeated.")]
    public string[] AllowDuplicate { get; init; } = [];

    [CommandOption("--replace-face")]
    [Description("With --person: replace the enrolled face even by one that does not resemble it. Needs --reason.")]
    public bool ReplaceFace { get; init; }

    [CommandOption("--reason <TEXT>")]
    [Description("Why a check is overruled; kept on the terminal's log and at the bridge.")]
    public string? Reason { get; init; }
}
