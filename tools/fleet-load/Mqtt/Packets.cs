using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Devices.FleetLoad.Mqtt;

/// <summary>
/// MQTT 5 control packets, as far as a terminal needs them (OASIS standard, section 3). Ten thousand clients of a general library on the
/// cores of the bridge under test would cost more than the bridge; the bridge's own tests use MQTTnet's client.
/// </summary>
internal static class Packets
{
    public static readonly byte[] Ping = [0xC0, 0];
    public static readonly byte[] Disconnect = [0xE0, 0];

    /// <summary>Clean start, session gone with the link, and a will where one is given: as the terminal's uplink connects.</summary>
    public static byte[] Connect(string client, int keepAliveSeconds, (string Topic, byte[] Payload)? will, (string User, string Password)? login = null)
    {
        ArrayBufferWriter<byte> body = new();
        Text(body, "MQTT");
        int flags = 0x02 | (will is null ? 0 : 0x2C) | (login is null ? 0 : 0xC0); // will: flag, QoS 1, retain
        Bytes(body, [5, (byte)flags]);
        Number(body, keepAliveSeconds);
        Bytes(body, [0]);
        Text(body, client);
        if (will is { } last)
        {
            Version(body);
            Text(body, last.Topic);
            Number(body, last.Payload.Length);
            body.Write(last.Payload);
        }

        if (login is { } who)
        {
            Text(body, who.User);
            Text(body, who.Password);
        }

        return Framed(0x10, body.WrittenSpan);
    }

    public static byte[] Subscribe(ushort id, IEnumerable<string> filters)
    {
        ArrayBufferWriter<byte> body = new();
        Number(body, id);
        Bytes(body, [0]);
        foreach (string filter in filters)
        {
            Text(body, filter);
            Bytes(body, [1]);
        }

        return Framed(0x82, body.WrittenSpan);
    }

    /// <summary>QoS 1, with the payload's version as user property.</summary>
    public static byte[] Publish(ushort id, string topic, ReadOnlySpan<byte> payload, bool retain, bool versioned)
    {
        int property = versioned ? 1 + 7 : 1;
        int length = 2 + Encoding.UTF8.GetByteCount(topic) + 2 + property + payload.Length;
        byte[] packet = new byte[1 + Digits(length) + length];
        packet[0] = (byte)(0x32 | (retain ? 1 : 0));
        int at = 1 + WriteLength(packet.AsSpan(1), length);
        int text = Encoding.UTF8.GetBytes(topic, packet.AsSpan(at + 2));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(at), (ushort)text);
        at += 2 + text;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(at), id);
        at += 2;
        if (versioned)
        {
            VersionProperty.CopyTo(packet.AsSpan(at));
            at += VersionProperty.Length;
        }
        else packet[at++] = 0;
        payload.CopyTo(packet.AsSpan(at));
        return packet;
    }

    public static byte[] PubAck(ushort id) => [0x40, 2, (byte)(id >> 8), (byte)id];

    /// <summary>Length of the first packet in a buffer; 0 where it is not whole yet.</summary>
    public static int Whole(ReadOnlySpan<byte> buffer, out int header)
    {
        header = 0;
        int length = 0;
        for (int i = 1; i < buffer.Length && i < 5; i++)
        {
            length |= (buffer[i] & 0x7f) << (7 * (i - 1));
            if ((buffer[i] & 0x80) != 0) continue;
            header = i + 1;
            return buffer.Length >= header + length ? header + length : 0;
        }

        return 0;
    }

    /// <summary>A variable byte integer; how many bytes it took.</summary>
    public static int ReadLength(ReadOnlySpan<byte> from, out int value)
    {
        value = 0;
        for (int i = 0; i < 4; i++)
        {
            value |= (from[i] & 0x7f) << (7 * i);
            if ((from[i] & 0x80) == 0) return i + 1;
        }

        throw new InvalidDataException("A length of more than four bytes came.");
    }

    /// <summary>The reason string (0x1F) and the user properties (0x26) among properties; others a PUBACK, CONNACK or DISCONNECT may have are passed over.</summary>
    public static (string? Reason, Dictionary<string, string> User) ReadProperties(ReadOnlySpan<byte> at)
    {
        string? reason = null;
        Dictionary<string, string> user = [];
        while (at.Length > 0)
        {
            byte id = at[0];
            at = at[1..];
            switch (id)
            {
                case 0x1F: reason = TextAt(ref at); break;
                case 0x26: user[TextAt(ref at)] = TextAt(ref at); break;
                case 0x12 or 0x1A or 0x1C or 0x15 or 0x16 or 0x03 or 0x08 or 0x09: _ = TextAt(ref at); break;
                case 0x11 or 0x27 or 0x02 or 0x18: at = at[4..]; break;
                case 0x13 or 0x21 or 0x22 or 0x23: at = at[2..]; break;
                case 0x0B: at = at[ReadLength(at, out _)..]; break;
                default: at = at[1..]; break;
            }
        }

        return (reason, user);
    }

    private static ReadOnlySpan<byte> VersionProperty => [7, 0x26, 0, 1, (byte)'v', 0, 1, (byte)'1'];

    private static void Version(ArrayBufferWriter<byte> to) => to.Write(VersionProperty);

    private static string TextAt(ref ReadOnlySpan<byte> at)
    {
        int length = BinaryPrimitives.ReadUInt16BigEndian(at);
        string text = Encoding.UTF8.GetString(at.Slice(2, length));
        at = at[(2 + length)..];
        return text;
    }

    private static byte[] Framed(byte kind, ReadOnlySpan<byte> body)
    {
        byte[] packet = new byte[1 + Digits(body.Length) + body.Length];
        packet[0] = kind;
        body.CopyTo(packet.AsSpan(1 + WriteLength(packet.AsSpan(1), body.Length)));
        return packet;
    }

    private static int Digits(int length) => length < 128 ? 1 : length < 16_384 ? 2 : length < 2_097_152 ? 3 : 4;

    private static int WriteLength(Span<byte> to, int length)
    {
        int i = 0;
        do
        {
            to[i++] = (byte)((length & 0x7f) | (length > 127 ? 0x80 : 0));
            length >>= 7;
        }
        while (length > 0);
        return i;
    }

    private static void Number(ArrayBufferWriter<byte> to, int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(to.GetSpan(2), (ushort)value);
        to.Advance(2);
    }

    private static void Bytes(ArrayBufferWriter<byte> to, ReadOnlySpan<byte> bytes) => to.Write(bytes);

    private static void Text(ArrayBufferWriter<byte> to, string text)
    {
        Number(to, Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, to);
    }
}
