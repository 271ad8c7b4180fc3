namespace Devices.Bridge.Ingest;

/// <summary>A terminal sent a packet above <see cref="IngestOptions.MaxPacket"/>; its connection ends.</summary>
public sealed class PacketTooLargeException : IOException
{
    public PacketTooLargeException() { }
    public PacketTooLargeException(string message) : base(message) { }
    public PacketTooLargeException(string message, Exception inner) : base(message, inner) { }
}
