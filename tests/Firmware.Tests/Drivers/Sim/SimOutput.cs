using Devices.Terminal.Drivers.Bus;

namespace Devices.Firmware.Tests.Drivers.Sim;

/// <summary>An output that keeps its edges with their times.</summary>
public sealed class SimOutput(SimTime time) : IPinOutput
{
    public bool? Level { get; private set; }

    public List<(long Ms, bool High)> Edges { get; } = [];

    public void Set(bool high)
    {
        if (Level != high)
        {
            Level = high;
            Edges.Add((time.Now, high));
        }
    }
}
