using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Devices.Contract.Punches;

/// <summary>
/// The canonical bytes of a punch, over which the chain is computed. Defined here and nowhere else; the vectors in
/// <c>canonical-punch-vectors.json</c> pin them for both ends.
/// </summary>
/// <remarks>
/// Layout, all integers big-endian, no padding:
/// <code>
/// "devices.punch.1"            15 bytes ASCII, domain separation and version
/// terminal                     u16 length, UTF-8
/// ledger                       16 bytes, RFC 9562 (big-endian) order
/// seq                          i64
/// person                       u16 length, UTF-8
/// at                           i64, ms since the Unix epoch
/// clock                        u8   (ClockQuality)
/// uncertainty_ms               i64
/// method                       u8   (PunchMethod)
/// direction                    u8   (PunchDirection)
/// score, threshold, liveness   each u8 0|1, then if 1 the IEEE 754 binary32 bits
/// pack                         u8 0|1, then if 1 u16 length, UTF-8
/// photo                        u8 0|1, then if 1 32 bytes
/// </code>
/// Floats are hashed by their bits, so JSON must carry them with a shortest round-trip form (System.Text.Json does). Negative zero counts
/// as zero: SQLite does not keep its sign, and a ledger read back from the disk must have the chain it was written with.
/// </remarks>
public static class CanonicalPunch
{
    private static ReadOnlySpan<byte> Domain => "devices.punch.1"u8;

    /// <summary>Writes the canonical bytes of <paramref name="punch"/>; <see cref="Punch.Chain"/> takes no part.</summary>
    /// <exception cref="ArgumentException">A field is outside its range; call <see cref="PunchRules.Check"/> first for a sentence.</exception>
    public static void Write(Punch punch, IBufferWriter<byte> to)
    {
        ArgumentNullException.ThrowIfNull(punch);
        ArgumentNullException.ThrowIfNull(to);
        to.Write(Domain);
        WriteText(to, punch.Terminal);
        Span<byte> ledger = stackalloc byte[16];
        punch.Ledger.TryWriteBytes(ledger, bigEndian: true, out _);
        to.Write(ledger);
        WriteInt64(to, punch.Seq);
        WriteText(to, punch.Person);
        WriteInt64(to, punch.At);
        WriteByte(to, (byte)punch.Clock);
        WriteInt64(to, punch.UncertaintyMs);
        WriteByte(to, (byte)punch.Method);
        WriteByte(to, (byte)punch.Direction);
        WriteFloat(to, punch.Score);
        WriteFloat(to, punch.Threshold);
        WriteFloat(to, punch.Liveness);
        WriteByte(to, punch.Pack is null ? (byte)0 : (byte)1);
        if (punch.Pack is not null) WriteText(to, punch.Pack);
        WriteByte(to, punch.Photo is null ? (byte)0 : (byte)1);
        if (punch.Photo is not null) to.Write(Convert.FromHexString(punch.Photo));
    }

    private static void WriteText(IBufferWriter<byte> to, string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        if (length > ushort.MaxValue) throw new ArgumentException($"Text of {length} bytes does not fit the canonical form (65,535).", nameof(text));
        Span<byte> span = to.GetSpan(2 + length);
        BinaryPrimitives.WriteUInt16BigEndian(span, (ushort)length);
        Encoding.UTF8.GetBytes(text, span[2..]);
        to.Advance(2 + length);
    }

    private static void WriteInt64(IBufferWriter<byte> to, long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(to.GetSpan(8), value);
        to.Advance(8);
    }

    private static void WriteByte(IBufferWriter<byte> to, byte value)
    {
        to.GetSpan(1)[0] = value;
        to.Advance(1);
    }

    private static void WriteFloat(IBufferWriter<byte> to, float? value)
    {
        WriteByte(to, value is null ? (byte)0 : (byte)1);
        if (value is null) return;
        BinaryPrimitives.WriteSingleBigEndian(to.GetSpan(4), value.Value + 0f);
        to.Advance(4);
    }
}
