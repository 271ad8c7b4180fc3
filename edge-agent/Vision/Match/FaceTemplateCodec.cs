using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics.Tensors;
using System.Text;
using Devices.Edge.Vision.Packs;

namespace Devices.Edge.Vision.Match;

/// <summary>
/// Template bytes: "DVT1", 16 bytes id (big-endian), then pack and person each as a length byte and UTF-8, then a
/// 16-bit count and that many little-endian floats. Biometric data: callers must encrypt what this returns.
/// </summary>
public static class FaceTemplateCodec
{
    private static ReadOnlySpan<byte> Magic => "DVT1"u8;

    public static byte[] Encode(FaceTemplate template)
    {
        ArgumentNullException.ThrowIfNull(template);
        var pack = Encoding.UTF8.GetBytes(template.Pack.ToString());
        var person = Encoding.UTF8.GetBytes(template.Person);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pack.Length, 255);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(person.Length, 255);
        var bytes = new byte[4 + 16 + 1 + pack.Length + 1 + person.Length + 2 + (template.Vector.Length * 4)];
        Magic.CopyTo(bytes);
        template.Id.TryWriteBytes(bytes.AsSpan(4), bigEndian: true, out _);
        var at = Put(bytes, 20, pack);
        at = Put(bytes, at, person);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), (ushort)template.Vector.Length);
        at += 2;
        foreach (var value in template.Vector.Span)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at), value);
            at += 4;
        }

        return bytes;
    }

    /// <summary>False for bytes that are not exactly one template of unit length.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out FaceTemplate? template)
    {
        template = null;
        if (bytes.Length < 24 || !bytes.StartsWith(Magic))
        {
            return false;
        }

        var at = 20;
        if (!Take(bytes, ref at, out var packText) || !PackRef.TryParse(packText, out var pack)
            || !Take(bytes, ref at, out var person) || person.Length == 0 || at + 2 > bytes.Length)
        {
            return false;
        }

        var count = BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);
        at += 2;
        if (count == 0 || bytes.Length != at + (count * 4))
        {
            return false;
        }

        var vector = new float[count];
        for (var i = 0; i < count; i++)
        {
            vector[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(at + (i * 4))..]);
        }

        if (!(MathF.Abs(TensorPrimitives.Norm<float>(vector) - 1) < 1e-3f))
        {
            return false;
        }

        template = new FaceTemplate(new Guid(bytes.Slice(4, 16), bigEndian: true), person, pack, vector);
        return true;
    }

    private static int Put(byte[] bytes, int at, byte[] text)
    {
        bytes[at] = (byte)text.Length;
        text.CopyTo(bytes, at + 1);
        return at + 1 + text.Length;
    }

    private static bool Take(ReadOnlySpan<byte> bytes, ref int at, out string text)
    {
        text = "";
        if (at >= bytes.Length || at + 1 + bytes[at] > bytes.Length)
        {
            return false;
        }

        // Bytes that are no text would name somebody else, and be another length when written again.
        if (!System.Text.Unicode.Utf8.IsValid(bytes.Slice(at + 1, bytes[at])))
        {
            return false;
        }

        text = Encoding.UTF8.GetString(bytes.Slice(at + 1, bytes[at]));
        at += 1 + bytes[at];
        return true;
    }
}
