namespace Devices.Edge.Agent.Hosting;

/// <summary>What the bridge may start again.</summary>
public enum RebootRight
{
    /// <summary>The agent.</summary>
    Agent,

    /// <summary>The agent, and the whole board.</summary>
    Board,

    /// <summary>Nothing.</summary>
    Off,
}
