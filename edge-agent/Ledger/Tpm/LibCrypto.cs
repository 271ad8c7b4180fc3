using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace Devices.Edge.Ledger.Tpm;

/// <summary>The few calls of OpenSSL's libcrypto (1.1.1 and 3) that .NET has no name for, in the very library that .NET's own TLS uses.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe class LibCrypto
{
    public static readonly delegate* unmanaged<nint> DefaultMethod;
    public static readonly delegate* unmanaged<nint, nint> MethodNew;
    public static readonly delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, void> MethodSetInit;
    public static readonly delegate* unmanaged<nint, nint*, nint*, nint*, void> MethodGetSign;
    public static readonly delegate* unmanaged<nint, nint, nint, nint, void> MethodSetSign;
    public static readonly delegate* unmanaged<int, nint> KeyNew;
    public static readonly delegate* unmanaged<nint, byte*, nuint, nint, int> KeySetPublic;
    public static readonly delegate* unmanaged<nint, nint, int> KeySetMethod;
    public static readonly delegate* unmanaged<nint, void> KeyFree;
    public static readonly delegate* unmanaged<nint> PKeyNew;
    public static readonly delegate* unmanaged<nint, nint, int> PKeySetKey;
    public static readonly delegate* unmanaged<nint, void> PKeyFree;

    static LibCrypto()
    {
        // Asking for the version makes .NET load the library, if it has not yet.
        _ = SafeEvpPKeyHandle.OpenSslVersion;
        nint library = NativeLibrary.Load(Loaded() ?? "libcrypto.so.3");
        DefaultMethod = (delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "EC_KEY_OpenSSL");
        MethodNew = (delegate* unmanaged<nint, nint>)NativeLibrary.GetExport(library, "EC_KEY_METHOD_new");
        MethodSetInit = (delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, void>)NativeLibrary.GetExport(library, "EC_KEY_METHOD_set_init");
        MethodGetSign = (delegate* unmanaged<nint, nint*, nint*, nint*, void>)NativeLibrary.GetExport(library, "EC_KEY_METHOD_get_sign");
        MethodSetSign = (delegate* unmanaged<nint, nint, nint, nint, void>)NativeLibrary.GetExport(library, "EC_KEY_METHOD_set_sign");
        KeyNew = (delegate* unmanaged<int, nint>)NativeLibrary.GetExport(library, "EC_KEY_new_by_curve_name");
        KeySetPublic = (delegate* unmanaged<nint, byte*, nuint, nint, int>)NativeLibrary.GetExport(library, "EC_KEY_oct2key");
        KeySetMethod = (delegate* unmanaged<nint, nint, int>)NativeLibrary.GetExport(library, "EC_KEY_set_method");
        KeyFree = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(library, "EC_KEY_free");
        PKeyNew = (delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "EVP_PKEY_new");
        PKeySetKey = (delegate* unmanaged<nint, nint, int>)NativeLibrary.GetExport(library, "EVP_PKEY_set1_EC_KEY");
        PKeyFree = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(library, "EVP_PKEY_free");
    }

    // Which of several installed ones .NET took, this process's own memory map says.
    private static string? Loaded() => File.ReadLines("/proc/self/maps").Select(line => line[(line.LastIndexOf(' ') + 1)..])
        .FirstOrDefault(path => Path.GetFileName(path).StartsWith("libcrypto.so", StringComparison.Ordinal));
}
