using System.Security.Cryptography;
using Devices.Cli.App;
using Devices.Contract.Updates;
using Spectre.Console;

namespace Devices.Cli.Release;

/// <summary>Private key files of update metadata: PKCS #8, encrypted with AES-256 under a password (PBKDF2, SHA-256, 600,000 rounds), mode 0600.</summary>
internal static class ReleaseKeys
{
    private const int Rounds = 600_000;
    private const int MinPassword = 8;

    /// <summary>Asks for the password or reads it from its file.</summary>
    public static string Password(ReleaseKeySettings settings, CliHost host, Output output, bool fresh)
    {
        string password;
        if (settings.PasswordFile is { Length: > 0 } file)
        {
            string path = Path.GetFullPath(file, host.WorkingDirectory);
            if (!File.Exists(path)) throw new CliException(ExitCodes.ReleaseKeyUnreadable, $"The password file {path} is not there.");
            password = File.ReadAllText(path).TrimEnd('\r', '\n');
        }
        else if (output.Interactive)
        {
            password = output.Console.Prompt(new TextPrompt<string>("Password of the key files:").Secret());
            if (fresh && output.Console.Prompt(new TextPrompt<string>("Once more:").Secret()) != password) throw new CliException(ExitCodes.ReleaseKeyUnreadable, "The two passwords differ.");
        }
        else
        {
            throw new CliException(ExitCodes.AnswerMissing, "Which password do the key files have? Give --password-file.");
        }

        return fresh && password.Length < MinPassword ? throw new CliException(ExitCodes.ReleaseKeyUnreadable, $"The password of a key file has at least {MinPassword} characters.") : password;
    }

    /// <summary>Makes a key in a new file.</summary>
    public static ECDsa Create(string path, string password)
    {
        if (File.Exists(path)) throw new CliException(ExitCodes.ReleaseExists, $"{path} is there already; a key is never overwritten.");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Files.WriteAtomically(path, key.ExportEncryptedPkcs8PrivateKeyPem(password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, Rounds)) + "\n", Files.Secret);
        Files.WriteAtomically(path + ".pub", UpdateKey.FromPem(key.ExportSubjectPublicKeyInfoPem()).Pem, Files.Public);
        return key;
    }

    public static ECDsa Open(string path, string password)
    {
        if (!File.Exists(path)) throw new CliException(ExitCodes.ReleaseKeyUnreadable, $"The key file {path} is not there.");
        ECDsa key = ECDsa.Create();
        try
        {
            key.ImportFromEncryptedPem(File.ReadAllText(path), password);
            return key;
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new CliException(ExitCodes.ReleaseKeyUnreadable, $"The key file {path} cannot be opened: it is no encrypted key, or the password is wrong.", inner: fault);
        }
    }

    public static UpdateKey Public(string path)
    {
        if (!File.Exists(path)) throw new CliException(ExitCodes.ReleaseKeyUnreadable, $"The public key {path} is not there.");
        try
        {
            return UpdateKey.FromPem(File.ReadAllText(path));
        }
        catch (UpdateRefusedException fault)
        {
            throw new CliException(ExitCodes.ReleaseKeyUnreadable, $"{path}: {fault.Message}", inner: fault);
        }
    }
}
