using Devices.Terminal.Uplink;

namespace Devices.Standins.Terminal;

/// <summary>Makes MQTTnet ports.</summary>
public sealed class MqttNetPortFactory : IMqttPortFactory
{
    public IMqttPort Create() => new MqttNetPort();
}
