using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Cli.App;

namespace Devices.Cli.Provisioning;

/// <summary>The terminal's P-256 key: made on the board, kept in a file of mode 0600, never sent.</summary>
public static class DeviceKey
{
    /// <summary>Takes up the key in <paramref name="path"/> or makes one.</summary>
    /// <returns>The key, which the caller disposes, and whether it was there before.</returns>
    public static (ECDsa Key, bool TakenUp) LoadOrCreate(string path)
    {
        if (File.Exists(path)) return (Load(path), true);
        ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        try
        {
            Files.WriteAtomically(path, key.ExportPkcs8PrivateKeyPem() + "\n", Files.Secret);
            return (key, false);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    public static ECDsa Load(string path)
    {
        ECDsa key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            if (key.KeySize != 256) throw new CryptographicException($"it is a key of {key.KeySize} bits");
            return key;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new CliException(ExitCodes.HalfProvisioned, $"The key file {path} is not a P-256 private key in PEM: {e.Message.TrimEnd('.')}.", $"Remove {path} and run this again; a new key is made.", e);
        }
    }

    /// <summary>PKCS#10 with the subject <c>CN={terminal}</c>, and the board's serial number (2.5.4.5) where it has one; DER.</summary>
    public static byte[] SigningRequest(ECDsa key, string terminal, string? board = null)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(terminal);
        if (board is not null) subject.Add("2.5.4.5", board);
        return new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256).CreateSigningRequest();
    }
}
