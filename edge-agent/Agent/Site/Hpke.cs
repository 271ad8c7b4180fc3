using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Devices.Edge.Agent.Site;

/// <summary>
/// Hybrid public key encryption (RFC 9180), single shot, mode Auth: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-GCM. Only the receiver can
/// open it, and the receiver knows that it was sealed by the holder of the sender's key. Checked against the RFC's vectors.
/// </summary>
public static class Hpke
{
    /// <summary>Bytes of a public key: an uncompressed point of P-256 (SEC 1).</summary>
    public const int PublicSize = 65;

    private const byte ModeAuth = 2;
    private const int HashSize = 32;
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private static readonly byte[] KemSuite = [.. "KEM"u8, 0x00, 0x10];

    /// <summary>A fresh key pair.</summary>
    public static ECDiffieHellman NewKey() => ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>04 ‖ x ‖ y.</summary>
    public static byte[] PublicOf(ECDiffieHellman key)
    {
        ArgumentNullException.ThrowIfNull(key);
        ECPoint point = key.ExportParameters(includePrivateParameters: false).Q;
        return [4, .. point.X!, .. point.Y!];
    }

    /// <summary>Whether it is a point of the curve.</summary>
    public static bool IsPublic(ReadOnlySpan<byte> point)
    {
        if (point.Length != PublicSize || point[0] != 4) return false;
        try
        {
            using ECDiffieHellman key = Import(point);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>enc (65 bytes) ‖ ciphertext ‖ tag, with AES-256-GCM.</summary>
    public static byte[] Seal(ReadOnlySpan<byte> receiver, ECDiffieHellman sender, ReadOnlySpan<byte> info, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> plain)
    {
        using ECDiffieHellman ephemeral = NewKey();
        return Seal(receiver, sender, ephemeral, info, associated, plain, 32);
    }

    /// <summary>The plain bytes; null where it was not sealed for this receiver by this sender with this info.</summary>
    public static byte[]? Open(ECDiffieHellman receiver, ReadOnlySpan<byte> sender, ReadOnlySpan<byte> info, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> closed, int keySize = 32)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        if (closed.Length < PublicSize + TagSize || !IsPublic(closed[..PublicSize]) || !IsPublic(sender)) return null;
        using ECDiffieHellman ephemeral = Import(closed[..PublicSize]), from = Import(sender);
        byte[] shared = Shared(Agree(receiver, ephemeral), Agree(receiver, from), closed[..PublicSize], PublicOf(receiver), sender);
        (byte[] key, byte[] nonce) = Schedule(shared, info, keySize);
        byte[] plain = new byte[closed.Length - PublicSize - TagSize];
        using AesGcm cipher = new(key, TagSize);
        try
        {
            cipher.Decrypt(nonce, closed.Slice(PublicSize, plain.Length), closed[^TagSize..], plain, associated);
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>As <see cref="Seal(ReadOnlySpan{byte}, ECDiffieHellman, ReadOnlySpan{byte}, ReadOnlySpan{byte}, ReadOnlySpan{byte})"/> with a given ephemeral key and key length, for the RFC's vectors.</summary>
    internal static byte[] Seal(
        ReadOnlySpan<byte> receiver, ECDiffieHellman sender, ECDiffieHellman ephemeral, ReadOnlySpan<byte> info, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> plain, int keySize)
    {
        using ECDiffieHellman to = Import(receiver);
        byte[] enc = PublicOf(ephemeral);
        byte[] shared = Shared(Agree(ephemeral, to), Agree(sender, to), enc, receiver, PublicOf(sender));
        (byte[] key, byte[] nonce) = Schedule(shared, info, keySize);
        byte[] closed = new byte[PublicSize + plain.Length + TagSize];
        enc.CopyTo(closed, 0);
        using AesGcm cipher = new(key, TagSize);
        cipher.Encrypt(nonce, plain, closed.AsSpan(PublicSize, plain.Length), closed.AsSpan(PublicSize + plain.Length), associated);
        CryptographicOperations.ZeroMemory(key);
        return closed;
    }

    // Section 4.1, AuthEncap and AuthDecap: dh = DH(E, R) ‖ DH(S, R), kem_context = enc ‖ pkR ‖ pkS.
    private static byte[] Shared(byte[] first, byte[] second, ReadOnlySpan<byte> enc, ReadOnlySpan<byte> receiver, ReadOnlySpan<byte> sender)
    {
        byte[] prk = Extract([], KemSuite, "eae_prk"u8, [.. first, .. second]);
        return Expand(prk, KemSuite, "shared_secret"u8, [.. enc, .. receiver, .. sender], HashSize);
    }

    // Section 5.1, KeySchedule; psk and psk_id are empty in this mode.
    private static (byte[] Key, byte[] Nonce) Schedule(byte[] shared, ReadOnlySpan<byte> info, int keySize)
    {
        byte[] suite = [.. "HPKE"u8, 0x00, 0x10, 0x00, 0x01, 0x00, (byte)(keySize == 32 ? 2 : 1)];
        byte[] context = [ModeAuth, .. Extract([], suite, "psk_id_hash"u8, []), .. Extract([], suite, "info_hash"u8, info)];
        byte[] secret = Extract(shared, suite, "secret"u8, []);
        return (Expand(secret, suite, "key"u8, context, keySize), Expand(secret, suite, "base_nonce"u8, context, NonceSize));
    }

    private static byte[] Extract(byte[] salt, byte[] suite, ReadOnlySpan<byte> label, ReadOnlySpan<byte> input) =>
        HKDF.Extract(HashAlgorithmName.SHA256, [.. "HPKE-v1"u8, .. suite, .. label, .. input], salt);

    private static byte[] Expand(byte[] prk, byte[] suite, ReadOnlySpan<byte> label, ReadOnlySpan<byte> info, int length)
    {
        byte[] size = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(size, (ushort)length);
        return HKDF.Expand(HashAlgorithmName.SHA256, prk, length, [.. size, .. "HPKE-v1"u8, .. suite, .. label, .. info]);
    }

    private static byte[] Agree(ECDiffieHellman own, ECDiffieHellman other) => own.DeriveRawSecretAgreement(other.PublicKey);

    private static ECDiffieHellman Import(ReadOnlySpan<byte> point) => ECDiffieHellman.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint { X = point.Slice(1, 32).ToArray(), Y = point.Slice(33, 32).ToArray() },
    });
}
