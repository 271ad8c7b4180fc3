using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Devices.Cli.App;
using Devices.Cli.Models;
using Devices.Edge.Ledger.Identity;
using Devices.Edge.Ledger.Tpm;

namespace Devices.Cli.Provisioning.Run;

/// <summary>Board, key, bridge, certificate, files, MQTT: what makes a board a terminal.</summary>
internal sealed class IdentitySteps(ProvisionScene scene) : IDisposable
{
    private const long LeastFree = 256L * 1024 * 1024;

    // A board whose battery clock is empty begins at 1970 or at its image's build; no certificate of a bridge is older than this.
    private static readonly DateTimeOffset Sane = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private ECDsa? _key;
    private EstClient? _est;
    private X509Certificate2Collection? _roots;
    private X509Certificate2Collection? _answer;

    private ProvisionPlan Plan => scene.Plan;

    private BoardTpm? Tpm => BoardTpm.Of(scene.Answers.Tpm ?? AgentConfig.TpmOf(scene.Folder.ConfigPath));

    private TimeSpan Several => Plan.StepLimit * 4 + TimeSpan.FromSeconds(5);

    // In place, and not to be replaced by this run.
    private bool HasIdentity => scene.Folder.Kind() is StateKind.Provisioned && !(scene.Replace && !scene.Journal.IsDone("files"));

    public IEnumerable<Step> Steps()
    {
        yield return new("board", "Board", Side.Board, TimeSpan.FromSeconds(10), _ => Task.FromResult(Board()));
        yield return new("key", "Key", Side.Board, TimeSpan.FromSeconds(20), _ => Task.FromResult(Key())) { IsDone = () => HasIdentity };
        yield return new("bridge", "Bridge", Side.Bridge, Several, BridgeAsync) { IsDone = () => HasIdentity };
        yield return new("certificate", "Certificate", Side.Bridge, Several, CertificateAsync) { IsDone = () => HasIdentity };
        if (HasIdentity) yield return new("settings", "Settings", Side.Board, TimeSpan.FromSeconds(20), _ => Task.FromResult(Settle()));
        yield return new("files", "Files", Side.Board, TimeSpan.FromSeconds(20), _ => Task.FromResult(Install())) { IsDone = () => HasIdentity };
    }

    public Step Uplink() => new("uplink", "MQTT", Side.Network, Several, UplinkAsync);

    public void Dispose() => _key?.Dispose();

    private string Board()
    {
        BoardFacts facts = BoardFacts.Read(scene.Host.Root);
        scene.Board = facts;
        if (facts.Architecture is not (Architecture.X64 or Architecture.Arm64))
            throw new CliException(ExitCodes.BoardUnfit, $"This board runs a system for {facts.Architecture}; the terminal's programs are for x64 and arm64.");
        DateTimeOffset now = scene.Host.Clock.GetUtcNow();
        // Without the bridge the terminal may begin all the same: its punches are held until the time is known.
        if (now < Sane && scene.Answers.Roots is null)
            throw new CliException(ExitCodes.ClockWrong, $"This board's clock says {now:yyyy-MM-dd HH:mm} UTC, which is before any bridge's certificate.");
        long free = scene.Host.FreeBytes(Existing(Plan.State));
        if (free < LeastFree) throw new CliException(ExitCodes.DiskFull, $"Where {Plan.State} lies are {Sizes.Text(free)} free; a terminal needs {Sizes.Text(LeastFree)} to begin with.");
        return string.Create(CultureInfo.InvariantCulture, $"{facts.Model}, serial {facts.Serial ?? "not told"}, {facts.Architecture}, {Sizes.Text(free)} free, clock {now:yyyy-MM-dd HH:mm} UTC{(now < Sane ? " (WRONG; punches are held until it is known)" : "")}.");
    }

    private string Key()
    {
        scene.Folder.Prepare();
        (_key, bool takenUp) = DeviceKey.LoadOrCreate(scene.Folder.PendingKey, Tpm);
        scene.Resumed = takenUp;
        if (TerminalKey.IsInTpm(scene.Folder.PendingKey))
        {
            BoardTpm tpm = Tpm ?? BoardTpm.Standard;
            TpmFacts facts;
            try
            {
                facts = tpm.Probe();
            }
            catch (TpmException fault)
            {
                throw DeviceKey.Unusable(fault, scene.Folder.PendingKey);
            }

            return $"{(takenUp ? "the one that an earlier run made" : "made")} inside this board's TPM (P-256; {facts.Maker}, firmware {facts.Firmware}, {tpm.Address}): nobody can read it, and no other board can use its file.";
        }

        return takenUp ? "the one that an earlier run made on this board." : "made on this board (P-256), file mode 0600, since no TPM is used; it never leaves it.";
    }

    private async Task<string> BridgeAsync(CancellationToken cancellationToken)
    {
        _est = new EstClient(Plan, scene.Host.Clock);
        try
        {
            _roots = await _est.TrustAsync(cancellationToken);
        }
        catch (CliException fault) when (scene.Answers.Roots is not null && !File.Exists(scene.Folder.CertificatePath) && fault.Code.Number is 34 or 35 or 40 or 42)
        {
            scene.Offline = true;
            return $"out of reach: {fault.Message} The sealed bundle has its root, so this board can go on without it.";
        }

        return $"{Plan.Enrolment} shows the root that the claim names and a certificate for '{Plan.ServerName}'.";
    }

    private async Task<string> CertificateAsync(CancellationToken cancellationToken)
    {
        if (scene.Offline) return "left open. The key made here waits for it, and punches are kept until then.";
        _answer = await _est!.EnrolAsync(DeviceKey.SigningRequest(_key!, Plan.Terminal, BoardSerial.Read(scene.Host.Root)), cancellationToken);
        IssuedCertificate issued = IssuedCertificate.Demand(_answer, _key!, Plan.Terminal, _roots!, scene.Host.Clock.GetUtcNow());
        return $"for '{Plan.Terminal}', our key, valid to {issued.Leaf.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm} UTC.";
    }

    private string Install()
    {
        if (scene.Answers.McuPassword is { } password) McuSteps.Keep(Plan.State, password);
        string config = AgentConfig.Compose(scene.Folder.ConfigPath, Plan, scene.Answers);
        if (scene.Offline)
        {
            scene.Folder.CommitOffline(scene.Answers.Roots!, config);
            Ownership.Give(Plan.State);
            return $"tls/ca.crt and agent.json are in {Plan.State}; certificate and key follow.";
        }

        IssuedCertificate issued = IssuedCertificate.Demand(_answer!, _key!, Plan.Terminal, _roots!, scene.Host.Clock.GetUtcNow());
        scene.Folder.Commit(issued.ToPem(), IssuedCertificate.Pem(_roots!), config);
        scene.Journal.ForgetClaim();
        Ownership.Give(Plan.State);
        return $"tls/terminal.key, tls/terminal.crt, tls/ca.crt and agent.json are in {Plan.State}.";
    }

    // On a board that has its identity: what this run was told of its settings.
    private string Settle()
    {
        string config = AgentConfig.Compose(scene.Folder.ConfigPath, Plan, scene.Answers);
        if (JsonNode.DeepEquals(AgentConfig.Read(scene.Folder.ConfigPath), JsonNode.Parse(config))) return "as they are.";
        Files.WriteAtomically(scene.Folder.ConfigPath, config, Files.Public);
        Ownership.Give(Plan.State);
        scene.Changed = true;
        return "written; the agent takes them at its next start.";
    }

    private async Task<string> UplinkAsync(CancellationToken cancellationToken)
    {
        if (scene.Offline) return "left open with the certificate.";
        string? fault = await UplinkProbe.TryAsync(Plan.Mqtt, scene.Answers.BridgeName ?? Plan.Mqtt.Host, scene.Folder.CertificatePath, scene.Folder.KeyPath, scene.Folder.RootsPath, Tpm, Plan.StepLimit, scene.Host.Clock, cancellationToken);
        return fault is null ? $"{Plan.Mqtt} takes the certificate."
            : throw new CliException(ExitCodes.UplinkFailed, $"Terminal '{Plan.Terminal}' is provisioned, but its uplink does not work yet. {fault}");
    }

    private static string Existing(string path)
    {
        for (string? at = path; at is not null; at = Path.GetDirectoryName(at))
            if (Directory.Exists(at)) return at;
        return "/";
    }
}
