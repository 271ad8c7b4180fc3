using System.ComponentModel;
using Devices.Cli.Terminal;
using Spectre.Console.Cli;

namespace Devices.Cli.View;

/// <summary>Flags of <c>devices view</c>.</summary>
public sealed class ViewSettings : AgentSettings
{
    [CommandOption("--port <PORT>")]
    [Description("Port of the page on this machine's loopback address; 0 takes a free one.")]
    [DefaultValue(0)]
    public int Port { get; init; }

    [CommandOption("--minutes <MINUTES>")]
    [Description("Close the view after so long without a key or mouse movement on the page.")]
    [DefaultValue(30)]
    public int Minutes { get; init; } = 30;
}
