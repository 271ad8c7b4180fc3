using System.ComponentModel;
using Devices.Cli.App;
using Spectre.Console.Cli;

namespace Devices.Cli.Terminal;

/// <summary>Flags of every command that talks to a running agent.</summary>
public class AgentSettings : GlobalSettings
{
    public const string DefaultSocket = "/var/lib/devices/agent/agent.sock";

    [CommandOption("--agent <SOCKET>")]
    [Description("The agent's admin socket: agent.sock in its state folder.")]
    [DefaultValue(DefaultSocket)]
    public string Agent { get; init; } = DefaultSocket;
}
