using Devices.Terminal.Uplink;

namespace Devices.Terminal.Chip;

/// <summary>Makes M2Mqtt ports.</summary>
internal sealed class M2MqttPortFactory : IMqttPortFactory
{
    public IMqttPort Create()
    {
        return new M2MqttPort();
    }
}
