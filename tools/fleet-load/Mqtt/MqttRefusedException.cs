namespace Devices.FleetLoad.Mqtt;

/// <summary>The other side answered CONNECT with a refusal.</summary>
internal sealed class MqttRefusedException(int code, string? reason) : Exception($"CONNECT was refused: 0x{code:X2} {reason}")
{
    public int Code { get; } = code;
}
