using System.ComponentModel;
using Spectre.Console.Cli;

namespace Devices.Cli.Terminal;

/// <summary>Flags of <c>devices people pin</c>. The PIN itself is never a flag: arguments are seen by everybody on the machine.</summary>
public sealed class PeoplePinSettings : AgentSettings
{
    [CommandArgument(0, "<ID>")]
    [Description("The platform's userid.")]
    public string Person { get; init; } = "";

    [CommandOption("--number <DIGITS>")]
    [Description("What the person keys in before the PIN; the id itself where it is digits.")]
    public string? Number { get; init; }

    [CommandOption("--pin-file <FILE>")]
    [Description("Read the PIN from the first line of a file; without it you are asked twice.")]
    public string? PinFile { get; init; }

    [CommandOption("--remove")]
    [Description("Take the PIN away.")]
    public bool Remove { get; init; }
}
