using System.ComponentModel;
using Devices.Cli.App;
using Devices.Cli.Provisioning.Interview;
using Spectre.Console.Cli;

namespace Devices.Cli.Terminal;

/// <summary>Flags of every command that talks to a running agent.</summary>
public class AgentSettings : GlobalSettings
{
    /// <summary>The socket of the agent under systemd where this board has its state folder, else that of a folder which `devices provision` made by its own default.</summary>
    public static string DefaultSocket => Path.Combine(ProvisionInterview.DefaultState, "agent.sock");

    [CommandOption("--agent <SOCKET>")]
    [Description("The agent's admin socket: agent.sock in its state folder. Default: /var/lib/devices-agent/agent.sock where that folder is, else /var/lib/devices/agent/agent.sock.")]
    public string Agent { get; init; } = DefaultSocket;
}
