namespace Devices.Terminal.Uplink;

/// <summary>Where a port hands what it receives; called on the port's own thread, returns at once.</summary>
public interface IMqttPortSink
{
    void Received(string topic, byte[] payload);
}
