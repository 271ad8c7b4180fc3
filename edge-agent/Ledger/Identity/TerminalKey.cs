using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Devices.Edge.Ledger.Identity;

/// <summary>The terminal's P-256 key: made on the board, in a file of mode 0600 that never leaves it.</summary>
public static class TerminalKey
{
    /// <summary>Makes a key; the text is what its file holds.</summary>
    public static string Make()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKeyPem() + "\n";
    }

    /// <exception cref="CryptographicException">The file holds no P-256 key.</exception>
    public static ECDsa Load(string file)
    {
        ECDsa key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(file));
            return key.KeySize == 256 ? key : throw new CryptographicException($"{file} holds a key of {key.KeySize} bits, not a P-256 key.");
        }
        catch (ArgumentException fault)
        {
            key.Dispose();
            throw new CryptographicException($"{file} holds no private key in PEM.", fault);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>A certificate with its key, for TLS.</summary>
    public static X509Certificate2 Pair(string certificateFile, string keyFile)
    {
        using X509Certificate2 bare = X509Certificate2.CreateFromPem(File.ReadAllText(certificateFile));
        using ECDsa key = Load(keyFile);
        return bare.CopyWithPrivateKey(key);
    }
}
