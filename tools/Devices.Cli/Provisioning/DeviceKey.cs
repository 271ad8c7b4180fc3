using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Cli.App;
using Devices.Edge.Ledger.Identity;
using Devices.Edge.Ledger.Tpm;

namespace Devices.Cli.Provisioning;

/// <summary>The terminal's P-256 key: made on the board, inside its TPM where it has one, else kept in a file of mode 0600; never sent.</summary>
public static class DeviceKey
{
    /// <summary>Takes up the key in <paramref name="path"/> or makes one.</summary>
    /// <param name="tpm">The board's TPM; null where it has none, or is to be left aside.</param>
    /// <returns>The key, which the caller disposes, and whether it was there before.</returns>
    public static (ECDsa Key, bool TakenUp) LoadOrCreate(string path, BoardTpm? tpm = null)
    {
        if (File.Exists(path)) return (Load(path, tpm), true);
        if (tpm is not null)
        {
            Files.WriteAtomically(path, Inside(tpm), Files.Secret);
            return (Load(path, tpm), false);
        }

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

    /// <exception cref="CliException">The file holds no P-256 key, or the TPM that has it cannot be used.</exception>
    public static ECDsa Load(string path, BoardTpm? tpm = null)
    {
        try
        {
            return TerminalKey.Load(path, tpm, check: true);
        }
        catch (TpmException e)
        {
            throw Unusable(e, path);
        }
        catch (CryptographicException e)
        {
            throw new CliException(ExitCodes.HalfProvisioned, $"The key file {path} is not a P-256 private key in PEM: {(e.InnerException ?? e).Message.TrimEnd('.')}.", $"Remove {path} and run this again; a new key is made.", e);
        }
    }

    /// <summary>A TPM's refusal, with what to do about it.</summary>
    public static CliException Unusable(TpmException fault, string path) => new(ExitCodes.TpmUnusable, fault.Message, fault.Fault switch
    {
        TpmFault.Foreign or TpmFault.Damaged => $"Make a claim on the bridge and run `devices provision --replace`: a new key is made ({path}).",
        TpmFault.Denied => "Run this as the agent's user or with sudo; let that user be in the TPM's group.",
        _ => null,
    }, fault);

    private static string Inside(BoardTpm tpm)
    {
        try
        {
            return TerminalKey.MakeIn(tpm);
        }
        catch (TpmException fault)
        {
            throw Unusable(fault, "");
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
