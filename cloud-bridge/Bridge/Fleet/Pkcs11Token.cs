using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Net.Pkcs11Interop.HighLevelAPI.Factories;
using ISession = Net.Pkcs11Interop.HighLevelAPI.ISession;

namespace Devices.Bridge.Fleet;

/// <summary>A token behind a PKCS#11 library (OASIS PKCS #11 v2.40), logged in as its user. Keys made here are P-256, sensitive and never leave it.</summary>
internal sealed class Pkcs11Token : IDisposable
{
    // 1.2.840.10045.3.1.7 in DER.
    private static readonly byte[] P256 = [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];

    // A library is initialised once a process and never ended: another authority of this process may use it.
    private static readonly ConcurrentDictionary<string, Lazy<IPkcs11Library>> Libraries = new(StringComparer.Ordinal);
    private static readonly Pkcs11InteropFactories Factories = new();
    private readonly Pkcs11Options _options;
    private readonly Lock _gate = new();
    private ISession _session;

    // The library asks for "libdl", which without a compiler's files is only there under its full name.
    static Pkcs11Token() => NativeLibrary.SetDllImportResolver(typeof(Pkcs11InteropFactories).Assembly, (name, _, _) =>
        name == "libdl" && OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libdl.so.2", out IntPtr library) ? library : IntPtr.Zero);

    private Pkcs11Token(Pkcs11Options options)
    {
        _options = options;
        _session = LogIn(options);
    }

    /// <exception cref="BridgeStartException">Library, token or PIN are not as the settings say; one sentence.</exception>
    public static Pkcs11Token Open(Pkcs11Options options) => new(options);

    /// <summary>The key of that label.</summary>
    /// <exception cref="BridgeStartException">There is none, more than one, or another kind.</exception>
    public ECDsa Open(string label)
    {
        lock (_gate)
            return new Pkcs11Key(this, label, Find(label) ?? throw new BridgeStartException(
                $"The token '{_options.Token}' holds no EC key pair P-256 with the label '{label}': it was deleted, or this is another token of that name. Restore the token from its backup; a new root would lock out every terminal."));
    }

    /// <summary>The key of that label, made where there is none.</summary>
    public ECDsa OpenOrMake(string label)
    {
        lock (_gate)
        {
            if (Find(label) is { } there) return new Pkcs11Key(this, label, there);
            IObjectAttributeFactory attribute = _session.Factories.ObjectAttributeFactory;
            byte[] id = RandomNumberGenerator.GetBytes(16);
            try
            {
                using IMechanism make = _session.Factories.MechanismFactory.Create(CKM.CKM_EC_KEY_PAIR_GEN);
                _session.GenerateKeyPair(make,
                    [attribute.Create(CKA.CKA_TOKEN, true), attribute.Create(CKA.CKA_LABEL, label), attribute.Create(CKA.CKA_ID, id), attribute.Create(CKA.CKA_VERIFY, true), attribute.Create(CKA.CKA_EC_PARAMS, P256)],
                    [
                        attribute.Create(CKA.CKA_TOKEN, true), attribute.Create(CKA.CKA_LABEL, label), attribute.Create(CKA.CKA_ID, id), attribute.Create(CKA.CKA_SIGN, true),
                        attribute.Create(CKA.CKA_PRIVATE, true), attribute.Create(CKA.CKA_SENSITIVE, true), attribute.Create(CKA.CKA_EXTRACTABLE, false),
                    ], out _, out _);
            }
            catch (Pkcs11Exception fault)
            {
                throw new BridgeStartException($"The token '{_options.Token}' did not make a key '{label}' ({fault.RV}): see that it is not write-protected and supports EC P-256.", fault);
            }

            return new Pkcs11Key(this, label, Find(label)!.Value);
        }
    }

    public void Dispose()
    {
        lock (_gate) _session.Dispose();
    }

    // A token that was pulled out and put back, or whose daemon was started again, has forgotten the session: once more with a new one.
    internal byte[] Sign(string label, byte[] hash)
    {
        lock (_gate)
        {
            try
            {
                return SignOnce(label, hash);
            }
            catch (Pkcs11Exception)
            {
                try
                {
                    _session.Dispose();
                }
                catch (Pkcs11Exception)
                {
                    // Gone with the token.
                }

                _session = LogIn(_options);
                return SignOnce(label, hash);
            }
        }
    }

    private byte[] SignOnce(string label, byte[] hash)
    {
        IObjectAttributeFactory attribute = _session.Factories.ObjectAttributeFactory;
        List<IObjectHandle> found = _session.FindAllObjects([attribute.Create(CKA.CKA_CLASS, CKO.CKO_PRIVATE_KEY), attribute.Create(CKA.CKA_LABEL, label)]);
        if (found.Count != 1) throw new CryptographicException($"The token '{_options.Token}' holds {found.Count} private keys with the label '{label}', not one.");
        using IMechanism ecdsa = _session.Factories.MechanismFactory.Create(CKM.CKM_ECDSA);
        return _session.Sign(ecdsa, found[0], hash);
    }

    private ECPoint? Find(string label)
    {
        IObjectAttributeFactory attribute = _session.Factories.ObjectAttributeFactory;
        List<IObjectHandle> secret = _session.FindAllObjects([attribute.Create(CKA.CKA_CLASS, CKO.CKO_PRIVATE_KEY), attribute.Create(CKA.CKA_LABEL, label)]);
        List<IObjectHandle> open = _session.FindAllObjects([attribute.Create(CKA.CKA_CLASS, CKO.CKO_PUBLIC_KEY), attribute.Create(CKA.CKA_LABEL, label)]);
        if (secret.Count > 1 || open.Count > 1) throw new BridgeStartException($"The token '{_options.Token}' holds more than one key with the label '{label}': give the root's key a label of its own (Bridge:Ca:Pkcs11:Key).");
        if (secret.Count == 0 || open.Count == 0) return null;
        List<IObjectAttribute> values = _session.GetAttributeValue(open[0], [CKA.CKA_EC_PARAMS, CKA.CKA_EC_POINT]);
        byte[] point = values[1].GetValueAsByteArray();
        // An OCTET STRING with 04, X and Y.
        if (!values[0].GetValueAsByteArray().AsSpan().SequenceEqual(P256) || point is not [0x04, 0x41, 0x04, ..] || point.Length != 67)
            throw new BridgeStartException($"The key '{label}' in the token '{_options.Token}' is not an EC key P-256: make one of that kind, or give another label (Bridge:Ca:Pkcs11:Key).");
        return new() { X = point[3..35], Y = point[35..67] };
    }

    private static ISession LogIn(Pkcs11Options options)
    {
        IPkcs11Library library = Library(options.Module);
        string pin = Pin(options.PinFile);
        try
        {
            List<ISlot> slots = library.GetSlotList(SlotsType.WithTokenPresent);
            List<ISlot> named = [.. slots.Where(one => one.GetTokenInfo().Label.TrimEnd() == options.Token)];
            if (named.Count == 0)
                throw new BridgeStartException($"There is no token '{options.Token}' behind {options.Module} ({(slots.Count == 0 ? "there is none at all" : $"there are {string.Join(", ", slots.Select(one => $"'{one.GetTokenInfo().Label.TrimEnd()}'"))}")}): plug it in, or correct Bridge:Ca:Pkcs11:Token.");
            ISession session = named[0].OpenSession(SessionType.ReadWrite);
            try
            {
                session.Login(CKU.CKU_USER, pin);
            }
            catch (Pkcs11Exception fault) when (fault.RV == CKR.CKR_USER_ALREADY_LOGGED_IN)
            {
                // A log-in is the process's, not the session's.
            }
            catch
            {
                session.Dispose();
                throw;
            }

            return session;
        }
        catch (Pkcs11Exception fault) when (fault.RV is CKR.CKR_PIN_INCORRECT or CKR.CKR_PIN_INVALID or CKR.CKR_PIN_LEN_RANGE)
        {
            throw new BridgeStartException($"The token '{options.Token}' does not take the PIN in {options.PinFile}: correct the file. Few wrong tries lock the token.", fault);
        }
        catch (Pkcs11Exception fault) when (fault.RV == CKR.CKR_PIN_LOCKED)
        {
            throw new BridgeStartException($"The token '{options.Token}' is locked after too many wrong PINs: unlock it with its maker's tool.", fault);
        }
        catch (Pkcs11Exception fault)
        {
            throw new BridgeStartException($"The token '{options.Token}' behind {options.Module} cannot be used ({fault.RV}).", fault);
        }
    }

    private static IPkcs11Library Library(string module)
    {
        if (!File.Exists(module)) throw new BridgeStartException($"The PKCS#11 library {module} does not exist: correct Bridge:Ca:Pkcs11:Module, or install it.");
        try
        {
            return Libraries.GetOrAdd(Path.GetFullPath(module), file => new(() => Factories.Pkcs11LibraryFactory.LoadPkcs11Library(Factories, file, AppType.MultiThreaded))).Value;
        }
        catch (Exception fault) when (fault is UnmanagedException or Pkcs11Exception or DllNotFoundException or BadImageFormatException)
        {
            Libraries.TryRemove(Path.GetFullPath(module), out _);
            throw new BridgeStartException($"{module} cannot be loaded as a PKCS#11 library: {fault.Message.TrimEnd('.')}.", fault);
        }
    }

    private static string Pin(string file)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
                throw new BridgeStartException($"Others may read {file}, which holds the token's PIN: chmod 600 {file}");
            return File.ReadAllText(file).Trim();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new BridgeStartException($"The file {file} with the token's PIN cannot be read ({fault.Message}): correct Bridge:Ca:Pkcs11:PinFile.", fault);
        }
    }
}

/// <summary>A key that signs in its token.</summary>
internal sealed class Pkcs11Key : ECDsa
{
    private readonly Pkcs11Token _token;
    private readonly string _label;
    private readonly ECPoint _point;

    public Pkcs11Key(Pkcs11Token token, string label, ECPoint point)
    {
        (_token, _label, _point) = (token, label, point);
        KeySizeValue = 256;
        LegalKeySizesValue = [new(256, 256, 0)];
    }

    public override byte[] SignHash(byte[] hash) => _token.Sign(_label, hash);

    public override bool VerifyHash(byte[] hash, byte[] signature)
    {
        using ECDsa open = Create(ExportParameters(false));
        return open.VerifyHash(hash, signature);
    }

    public override ECParameters ExportParameters(bool includePrivateParameters) => includePrivateParameters
        ? throw new CryptographicException("The key does not leave its token.") : new() { Curve = ECCurve.NamedCurves.nistP256, Q = _point };
}
