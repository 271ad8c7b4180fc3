using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Bridge.Store;
using Devices.Contract.Messages;
using Devices.Contract.Punches;

namespace Devices.Bridge.Fleet;

/// <summary>
/// Makes commands. The key (P-256, <c>ca/command.key</c>) and its certificate lie beside the root and not in the store, and a command is signed when
/// it is issued: whoever can only write to the store can withhold one or send it twice, which terminals see, and make none.
/// </summary>
public sealed class CommandSigner(CertificateAuthority authority, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan DoorLife = TimeSpan.FromMinutes(10);
    private readonly Lock _gate = new();
    private X509Certificate2? _certificate;

    /// <summary>A signed command, or one sentence why there can be none of that kind.</summary>
    /// <param name="life">How long it may wait to be carried out.</param>
    public CommandRow? Make(string terminal, string kind, IReadOnlyDictionary<string, string> arguments, TimeSpan life, string actor, out string? fault)
    {
        fault = Fault(terminal, kind, arguments, life);
        if (fault is not null) return null;
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        CommandBody body = new()
        {
            Id = Guid.CreateVersion7(time.GetUtcNow()), Terminal = terminal, Kind = kind, Arguments = new(arguments, StringComparer.Ordinal), IssuedAt = now, ExpiresAt = now + (long)life.TotalMilliseconds,
        };
        fault = CommandRules.Check(body);
        if (fault is not null) return null;
        byte[] bytes = ContractCodec.Write(body, ContractJson.Default.CommandBody);
        CommandMessage message;
        lock (_gate)
        {
            X509Certificate2 certificate = Certificate();
            using ECDsa key = certificate.GetECDsaPrivateKey()!;
            message = new() { Body = Convert.ToBase64String(bytes), Certificate = Convert.ToBase64String(certificate.RawData), Signature = Convert.ToBase64String(key.SignData(CommandRules.ToSign(bytes), HashAlgorithmName.SHA256)) };
        }
        return new(body.Id, terminal, kind, body.Arguments, body.IssuedAt, body.ExpiresAt, actor, System.Text.Encoding.UTF8.GetString(ContractCodec.Write(message, ContractJson.Default.CommandMessage)),
            CommandState.Waiting, null, null, null, now);
    }

    /// <summary>How long a command of that kind waits where nobody says otherwise.</summary>
    public static TimeSpan UsualLife(string kind) => kind == CommandKinds.OpenDoor ? TimeSpan.FromMinutes(1) : TimeSpan.FromHours(1);

    public void Dispose() => _certificate?.Dispose();

    private static string? Fault(string terminal, string kind, IReadOnlyDictionary<string, string> arguments, TimeSpan life)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        if (!PunchRules.IsTerminalName(terminal)) return "A terminal's name is 1 to 32 of a-z, 0-9 and '-'.";
        if (!CommandKinds.All.Contains(kind)) return $"There is no command '{(kind.Length > 32 ? kind[..32] : kind)}': there are {string.Join(", ", CommandKinds.All)}.";
        if (life < TimeSpan.FromSeconds(10) || life > CommandRules.MaxLife) return $"A command waits at least 10 seconds and at most {CommandRules.MaxLife.TotalDays:0} days.";
        // Whoever asked for it stands there now.
        if (kind == CommandKinds.OpenDoor && life > DoorLife) return $"An order to release a door waits at most {DoorLife.TotalMinutes:0} minutes.";
        bool fits = kind == CommandKinds.Reboot ? arguments.All(one => one is { Key: "what", Value: "agent" or "board" }) : arguments.Count == 0;
        return fits ? null : kind == CommandKinds.Reboot ? "reboot takes what=agent or what=board." : $"{kind} takes no arguments.";
    }

    // Under the authority's own lock file: a subcommand beside the running bridge must not make another one at the same time.
    private X509Certificate2 Certificate()
    {
        if (_certificate is not null && !authority.IsDue(_certificate)) return _certificate;
        string keyFile = Path.Combine(authority.Directory, "command.key"), file = Path.Combine(authority.Directory, "command.crt");
        using FileLock guard = FileLock.Wait(Path.Combine(authority.Directory, ".lock"));
        _certificate?.Dispose();
        _certificate = Load(file, keyFile);
        if (_certificate is not null) return _certificate;
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 bare = authority.IssueCommandKey(new PublicKey(key));
        PrivateFiles.Write(keyFile, key.ExportPkcs8PrivateKeyPem());
        PrivateFiles.Write(file, bare.ExportCertificatePem());
        return _certificate = bare.CopyWithPrivateKey(key);
    }

    private X509Certificate2? Load(string file, string keyFile)
    {
        if (!File.Exists(file) || !File.Exists(keyFile)) return null;
        try
        {
            X509Certificate2 certificate = X509Certificate2.CreateFromPemFile(file, keyFile);
            if (!authority.IsDue(certificate)) return certificate;
            certificate.Dispose();
        }
        catch (CryptographicException)
        {
            // A half-written or damaged one is simply made anew: what it signed before carries its own certificate.
        }
        return null;
    }
}
