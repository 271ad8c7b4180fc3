using System.Buffers.Binary;

namespace Devices.Faults.Net;

/// <summary>One MQTT control packet as bytes (MQTT 5 section 2.1: type and flags, a variable length, the rest).</summary>
internal sealed class MqttFrame(byte[] bytes, int body)
{
    private const int Most = 1024 * 1024;

    public byte[] Bytes { get; } = bytes;

    public bool IsPublish => Bytes[0] >> 4 == 3;

    public bool IsPuback => Bytes[0] >> 4 == 4;

    public int Qos => Bytes[0] >> 1 & 3;

    /// <summary>The packet identifier of a PUBACK or of a PUBLISH with QoS 1.</summary>
    public ushort Id => IsPuback ? At(body) : At(body + 2 + At(body));

    /// <summary>The same PUBLISH, marked as sent again.</summary>
    public byte[] Again()
    {
        byte[] copy = [.. Bytes];
        if (Qos > 0) copy[0] |= 8;
        return copy;
    }

    /// <summary>The next packet, or null at the end of the stream.</summary>
    public static async Task<MqttFrame?> Read(Stream stream, CancellationToken stop)
    {
        byte[] head = new byte[5];
        if (await stream.ReadAtLeastAsync(head.AsMemory(0, 1), 1, throwOnEndOfStream: false, stop).ConfigureAwait(false) == 0) return null;
        int length = 0, used = 1;
        for (int shift = 0; ; shift += 7)
        {
            await stream.ReadExactlyAsync(head.AsMemory(used, 1), stop).ConfigureAwait(false);
            length |= (head[used] & 0x7F) << shift;
            if ((head[used++] & 0x80) == 0) break;
            if (used == 5) throw new InvalidDataException("An MQTT packet's length has more than four bytes.");
        }
        if (length > Most) throw new InvalidDataException($"An MQTT packet of {length} bytes.");
        byte[] bytes = new byte[used + length];
        head.AsSpan(0, used).CopyTo(bytes);
        await stream.ReadExactlyAsync(bytes.AsMemory(used), stop).ConfigureAwait(false);
        return new(bytes, used);
    }

    private ushort At(int offset) => BinaryPrimitives.ReadUInt16BigEndian(Bytes.AsSpan(offset));
}
