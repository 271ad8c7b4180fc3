using Devices.Terminal.Drivers.Bus;

namespace Devices.Firmware.Tests.Drivers.Sim;

/// <summary>An input that a test sets; edges go to the sink with the test's time.</summary>
public sealed class SimInput(SimTime time, bool high) : IPinEdges
{
    private IEdgeSink? _sink;
    private bool _high = high;

    public bool IsHigh
    {
        get => _high;
        set
        {
            if (_high == value)
            {
                return;
            }

            _high = value;
            _sink?.Edge(value, time.Now);
        }
    }

    /// <summary>The chip's events have stopped; arming them again brings them back.</summary>
    public void LoseEvents() => _sink = null;

    public void Listen(IEdgeSink sink) => _sink = sink;
}
