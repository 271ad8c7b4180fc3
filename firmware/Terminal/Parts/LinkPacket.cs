namespace Devices.Terminal.Parts;

/// <summary>One message as it came off the wire.</summary>
public sealed class LinkPacket
{
    public LinkPacket(string topic, byte[] payload)
    {
        Topic = topic;
        Payload = payload;
    }

    public string Topic { get; }

    public byte[] Payload { get; }
}
