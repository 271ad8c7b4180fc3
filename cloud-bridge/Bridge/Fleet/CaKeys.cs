using System.Security.Cryptography;

namespace Devices.Bridge.Fleet;

/// <summary>The keys of roots: in files of <c>ca/</c> (mode 0600), or in a PKCS#11 token, where they stay.</summary>
internal sealed class CaKeys(string directory, Pkcs11Options pkcs11) : IDisposable
{
    private const string InToken = "pkcs11:";
    private readonly Lock _gate = new();
    private Pkcs11Token? _token;

    /// <summary>Whether new keys are made in the token.</summary>
    public bool UsesToken => pkcs11.Module.Length > 0;

    /// <summary>Whether a reference names a key in a token.</summary>
    public static bool IsInToken(string reference) => reference.StartsWith(InToken, StringComparison.Ordinal);

    /// <summary>Makes a P-256 key, or takes up one of that name in the token.</summary>
    /// <param name="name">Of its file, without ending, or its label.</param>
    public (string Reference, ECDsa Key) Make(string name)
    {
        if (UsesToken) return (InToken + name, Token().OpenOrMake(name));
        ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        PrivateFiles.Write(Path.Combine(directory, name + ".key"), key.ExportPkcs8PrivateKeyPem());
        return (name + ".key", key);
    }

    /// <exception cref="BridgeStartException">It cannot be opened; the message says why.</exception>
    public ECDsa Open(string reference)
    {
        if (IsInToken(reference)) return Token().Open(reference[InToken.Length..]);
        string file = Path.Combine(directory, Path.GetFileName(reference));
        ECDsa key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(file));
            return key;
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException or IOException)
        {
            key.Dispose();
            throw new BridgeStartException($"{file} cannot be read as PEM: restore the whole folder from a backup.", fault);
        }
    }

    public void Dispose() => _token?.Dispose();

    private Pkcs11Token Token()
    {
        lock (_gate)
            return _token ??= UsesToken ? Pkcs11Token.Open(pkcs11)
                : throw new BridgeStartException("The root's key is in a PKCS#11 token, and Bridge:Ca:Pkcs11:Module does not say behind which library: set Bridge:Ca:Pkcs11 as it was.");
    }
}
