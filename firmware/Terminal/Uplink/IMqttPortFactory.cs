namespace Devices.Terminal.Uplink;

/// <summary>Makes a new port for each connection.</summary>
public interface IMqttPortFactory
{
    IMqttPort Create();
}
