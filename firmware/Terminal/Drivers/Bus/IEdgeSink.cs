namespace Devices.Terminal.Drivers.Bus;

/// <summary>Receives edges of a pin; called from the events' thread, so it has to be quick and locked.</summary>
public interface IEdgeSink
{
    void Edge(bool high, long nowMs);
}
