using System.ComponentModel;
using Spectre.Console.Cli;

namespace Devices.Cli.Terminal;

/// <summary>Flags of <c>devices people remove</c>.</summary>
public sealed class PeopleRemoveSettings : AgentSettings
{
    [CommandArgument(0, "<ID>")]
    [Description("The platform's userid.")]
    public string Person { get; init; } = "";
}
