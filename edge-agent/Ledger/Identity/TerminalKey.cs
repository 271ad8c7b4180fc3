using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Edge.Ledger.Tpm;

namespace Devices.Edge.Ledger.Identity;

/// <summary>
/// The terminal's P-256 key: made on the board, and never leaving it. Its file (mode 0600) holds the key itself, or, where the board has a TPM,
/// the key as only that TPM can use it.
/// </summary>
public static class TerminalKey
{
    /// <summary>Makes a key; the text is what its file holds.</summary>
    public static string Make()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKeyPem() + "\n";
    }

    /// <summary>Makes a key inside the TPM.</summary>
    /// <exception cref="TpmException">With a sentence.</exception>
    public static string MakeIn(BoardTpm tpm)
    {
        ArgumentNullException.ThrowIfNull(tpm);
        return tpm.MakeKey().ToPem();
    }

    /// <summary>Whether the file's key is in a TPM; false where it cannot be read.</summary>
    public static bool IsInTpm(string file)
    {
        try
        {
            return TpmKeyFile.IsOne(File.ReadAllText(file));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <param name="tpm">The board's TPM; the kernel's where it is not said.</param>
    /// <param name="check">Ask the TPM whether it can use the key, so that a fault is told in its own words and before anything depends on it.</param>
    /// <exception cref="CryptographicException">The file holds no P-256 key, or (<see cref="TpmException"/>) the TPM cannot use it.</exception>
    public static ECDsa Load(string file, BoardTpm? tpm = null, bool check = false)
    {
        string text = File.ReadAllText(file);
        if (TpmKeyFile.IsOne(text))
        {
            if (!OperatingSystem.IsLinux()) throw new TpmException(TpmFault.Absent, $"{file} holds a key in a TPM, which is used on the terminal's own board only.");
            TpmKeyFile inside = TpmKeyFile.Parse(text, file);
            tpm ??= BoardTpm.Standard;
            if (check) tpm.Check(inside);
            return TpmEcKey.Open(tpm, inside, file);
        }

        ECDsa key = ECDsa.Create();
        try
        {
            key.ImportFromPem(text);
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
    /// <exception cref="CryptographicException">As <see cref="Load"/>, or they do not belong together.</exception>
    public static X509Certificate2 Pair(string certificateFile, string keyFile, BoardTpm? tpm = null, bool check = false)
    {
        using X509Certificate2 bare = X509Certificate2.CreateFromPem(File.ReadAllText(certificateFile));
        using ECDsa key = Load(keyFile, tpm, check);
        try
        {
            return bare.CopyWithPrivateKey(key);
        }
        catch (ArgumentException fault)
        {
            throw new CryptographicException($"{certificateFile} is not the certificate of the key {keyFile}.", fault);
        }
    }
}
