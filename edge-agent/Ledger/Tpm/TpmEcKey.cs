using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace Devices.Edge.Ledger.Tpm;

/// <summary>
/// A TPM's key in the form that .NET's TLS on Linux takes: an OpenSSL key of P-256 with the public point, whose signing is a call back to here
/// (EC_KEY_METHOD, OpenSSL's way for keys in hardware). It serves for certificate requests as for the handshake; the private half is nowhere in this process.
/// </summary>
[SupportedOSPlatform("linux")]
internal static unsafe class TpmEcKey
{
    private const int CurveP256 = 415;

    // By the address of OpenSSL's key; taken out when OpenSSL frees it.
    private static readonly ConcurrentDictionary<nint, Holder> Holders = new();
    private static readonly Lazy<nint> Method = new(MakeMethod);

    /// <exception cref="TpmException">The file is damaged. The TPM is not asked.</exception>
    public static ECDsa Open(BoardTpm tpm, TpmKeyFile file, string what)
    {
        byte[] point = file.Point(what);
        nint method = Method.Value, key = LibCrypto.KeyNew(CurveP256), wrapped = 0;
        try
        {
            fixed (byte* octets = point)
            {
                if (key == 0 || LibCrypto.KeySetPublic(key, octets, (nuint)point.Length, 0) != 1)
                    throw new TpmException(TpmFault.Damaged, $"{what} holds a TPM's key whose public half is not a point of P-256.");
            }

            Holders[key] = new(tpm, file);
            if (LibCrypto.KeySetMethod(key, method) != 1 || (wrapped = LibCrypto.PKeyNew()) == 0 || LibCrypto.PKeySetKey(wrapped, key) != 1)
                throw new TpmException(TpmFault.Failed, "OpenSSL does not take a key of the TPM.");
            using SafeEvpPKeyHandle handle = new(wrapped, ownsHandle: true);
            wrapped = 0;
            return new ECDsaOpenSsl(handle);
        }
        finally
        {
            if (wrapped != 0) LibCrypto.PKeyFree(wrapped);
            if (key != 0) LibCrypto.KeyFree(key);
        }
    }

    private static nint MakeMethod()
    {
        nint usual = LibCrypto.DefaultMethod(), method = LibCrypto.MethodNew(usual), sign, setup, raw;
        if (method == 0) throw new TpmException(TpmFault.Failed, "OpenSSL has no room for a method of signing.");
        LibCrypto.MethodGetSign(usual, &sign, &setup, &raw);
        LibCrypto.MethodSetInit(method, 0, (nint)(delegate* unmanaged[Cdecl]<nint, void>)&Freed, (nint)(delegate* unmanaged[Cdecl]<nint, nint, int>)&Copied, 0, 0, 0);
        LibCrypto.MethodSetSign(method, (nint)(delegate* unmanaged[Cdecl]<int, byte*, int, byte*, uint*, nint, nint, nint, int>)&Sign, setup, raw);
        return method;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sign(int type, byte* digest, int length, byte* signature, uint* written, nint inverse, nint r, nint key)
    {
        try
        {
            *written = 0;
            if (!Holders.TryGetValue(key, out Holder? holder)) return 0;
            byte[] der = holder.Tpm.Sign(holder.File, new ReadOnlySpan<byte>(digest, length));
            der.CopyTo(new Span<byte>(signature, der.Length));
            *written = (uint)der.Length;
            return 1;
        }
#pragma warning disable CA1031 // Nothing may be thrown through OpenSSL: the handshake fails, and the next connection asks the TPM before it begins.
        catch (Exception)
#pragma warning restore CA1031
        {
            return 0;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Freed(nint key) => Holders.TryRemove(key, out _);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Copied(nint copy, nint key)
    {
        if (Holders.TryGetValue(key, out Holder? holder)) Holders[copy] = holder;
        return 1;
    }

    private sealed record Holder(BoardTpm Tpm, TpmKeyFile File);
}
