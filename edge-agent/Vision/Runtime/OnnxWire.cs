using System.Text;

namespace Devices.Edge.Vision.Runtime;

/// <summary>The few words of protocol buffers (wire types 0, 1, 2, 5) that are needed to pass an ONNX file on with some nodes exchanged.</summary>
internal static class OnnxWire
{
    /// <summary>One field: its number, and where its content and the whole field lie.</summary>
    internal readonly record struct Field(int Number, int Type, Range Content, Range Whole, ulong Value);

    /// <exception cref="InvalidDataException">The bytes are not a message.</exception>
    internal static List<Field> Fields(ReadOnlySpan<byte> message)
    {
        var fields = new List<Field>();
        for (var at = 0; at < message.Length;)
        {
            var start = at;
            var key = Varint(message, ref at);
            var (number, type) = ((int)(key >> 3), (int)(key & 7));
            ulong value = 0;
            var from = at;
            switch (type)
            {
                case 0:
                    value = Varint(message, ref at);
                    break;
                case 1:
                    at += 8;
                    break;
                case 2:
                    var length = Varint(message, ref at);
                    from = at;
                    at = length <= (ulong)(message.Length - at) ? at + (int)length : throw new InvalidDataException("a field leaves its message");
                    break;
                case 5:
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException("no protocol buffer");
            }

            if (at > message.Length)
            {
                throw new InvalidDataException("a field leaves its message");
            }

            fields.Add(new Field(number, type, from..at, start..at, value));
        }

        return fields;
    }

    internal static string Text(ReadOnlySpan<byte> message, Field field) => Encoding.UTF8.GetString(message[field.Content]);

    /// <summary>A repeated whole number, in one field each or all packed in one.</summary>
    internal static IReadOnlyList<long> Numbers(ReadOnlySpan<byte> message, Field field)
    {
        if (field.Type == 0)
        {
            return [(long)field.Value];
        }

        var numbers = new List<long>();
        var packed = message[field.Content];
        for (var at = 0; at < packed.Length;)
        {
            numbers.Add((long)Varint(packed, ref at));
        }

        return numbers;
    }

    internal static byte[] Bytes(int number, ReadOnlySpan<byte> content) => [.. Number((number << 3) | 2), .. Number(content.Length), .. content];

    internal static byte[] Text(int number, string text) => Bytes(number, Encoding.UTF8.GetBytes(text));

    internal static byte[] Value(int number, long value) => [.. Number(number << 3), .. Number(value)];

    private static byte[] Number(long value)
    {
        var bytes = new List<byte>(5);
        for (var left = (ulong)value; ; left >>= 7)
        {
            if (left < 128)
            {
                bytes.Add((byte)left);
                return [.. bytes];
            }

            bytes.Add((byte)(left | 128));
        }
    }

    private static ulong Varint(ReadOnlySpan<byte> message, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (at >= message.Length)
            {
                break;
            }

            var next = message[at++];
            value |= (ulong)(next & 127) << shift;
            if (next < 128)
            {
                return value;
            }
        }

        throw new InvalidDataException("a number without an end");
    }
}
