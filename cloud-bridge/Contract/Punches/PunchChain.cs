using System.Buffers;
using System.Security.Cryptography;

namespace Devices.Contract.Punches;

/// <summary>
/// The hash chain over a ledger: <c>chain(0) = SHA-256(ledger id)</c>, <c>chain(n) = SHA-256(chain(n-1) ‖ canonical(n))</c>.
/// A missing, altered, reordered or forked punch changes every later chain value.
/// </summary>
public static class PunchChain
{
    /// <summary>Bytes in a chain value.</summary>
    public const int Size = SHA256.HashSizeInBytes;

    /// <summary>The value before the first punch: SHA-256 over the 16 bytes (RFC 9562 order) of the ledger id. 32 bytes.</summary>
    public static byte[] Genesis(Guid ledger)
    {
        Span<byte> id = stackalloc byte[16];
        ledger.TryWriteBytes(id, bigEndian: true, out _);
        return SHA256.HashData(id);
    }

    /// <summary>The value after <paramref name="punch"/>. <paramref name="previous"/> holds 32 bytes; so does the result.</summary>
    public static byte[] Next(ReadOnlySpan<byte> previous, Punch punch)
    {
        if (previous.Length != Size) throw new ArgumentException($"A chain value has {Size} bytes, this one {previous.Length}.", nameof(previous));
        var buffer = new ArrayBufferWriter<byte>(256);
        buffer.Write(previous);
        CanonicalPunch.Write(punch, buffer);
        return SHA256.HashData(buffer.WrittenSpan);
    }

    /// <summary>The chain value as it stands in messages: 64 lower-case hex digits.</summary>
    public static string ToHex(ReadOnlySpan<byte> chain) => Convert.ToHexStringLower(chain);

    /// <summary>Reads 64 hex digits; false where the text is anything else.</summary>
    public static bool TryParseHex(string? text, out byte[] chain)
    {
        chain = [];
        if (text is not { Length: Size * 2 }) return false;
        byte[] value = new byte[Size];
        if (Convert.FromHexString(text, value, out _, out int written) != OperationStatus.Done || written != Size) return false;
        chain = value;
        return true;
    }
}
