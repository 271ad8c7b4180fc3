using System.Buffers;
using System.Buffers.Binary;

namespace Devices.Edge.Ledger.Tpm;

/// <summary>Builds one command of the TPM 2.0 Library Specification (part 3): big-endian numbers, buffers with a 16-bit length before them.</summary>
internal sealed class TpmWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public TpmWriter Number8(byte value)
    {
        return Raw([value]);
    }

    public TpmWriter Number16(int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_bytes.GetSpan(2), checked((ushort)value));
        _bytes.Advance(2);
        return this;
    }

    public TpmWriter Number32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_bytes.GetSpan(4), value);
        _bytes.Advance(4);
        return this;
    }

    public TpmWriter Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    /// <summary>A TPM2B: its length, then its bytes.</summary>
    public TpmWriter Sized(ReadOnlySpan<byte> bytes) => Number16(bytes.Length).Raw(bytes);

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();
}

/// <summary>Reads an answer. A length that does not fit is a fault of the device, not an index out of range.</summary>
internal ref struct TpmReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public int Number16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    public uint Number32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    public byte Number8() => Take(1)[0];

    public byte[] Sized() => Take(Number16()).ToArray();

    /// <summary>The buffer together with its length, as key files keep it.</summary>
    public byte[] SizedWhole()
    {
        int length = BinaryPrimitives.ReadUInt16BigEndian(_rest.Length >= 2 ? _rest : throw Short());
        return Take(2 + length).ToArray();
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length) throw Short();
        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    private static TpmException Short() => new(TpmFault.Failed, "What the TPM answered, or a key file of its holds, is shorter than it says of itself.");
}
