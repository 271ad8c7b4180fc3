using Devices.Cli.App;

namespace Devices.Cli.Provisioning;

/// <summary>
/// The files of a terminal's identity in its state folder. A run collects everything in <c>provisioning/</c>; when all of it is there
/// and judged, a marker is written and the files are renamed into place one by one. An interruption before the marker leaves
/// the board as it was (its new key kept); one after it is rolled forward by the next run.
/// </summary>
public sealed class StateFolder(string state)
{
    private const string Marker = "commit";
    private const string OfflineMarker = "offline";

    private string Pending => Path.Combine(state, "provisioning");

    private (string From, string To)[] Moves =>
    [
        (PendingKey, KeyPath), (PendingCertificate, CertificatePath), (PendingRoots, RootsPath), (PendingConfig, ConfigPath),
    ];

    public string KeyPath => Path.Combine(state, "tls", "terminal.key");
    public string CertificatePath => Path.Combine(state, "tls", "terminal.crt");
    public string RootsPath => Path.Combine(state, "tls", "ca.crt");
    public string ConfigPath => Path.Combine(state, "agent.json");
    public string PendingKey => Path.Combine(Pending, "terminal.key");

    private string PendingCertificate => Path.Combine(Pending, "terminal.crt");
    private string PendingRoots => Path.Combine(Pending, "ca.crt");
    private string PendingConfig => Path.Combine(Pending, "agent.json");

    public StateKind Kind()
    {
        if (IsWaiting) return StateKind.Waiting;
        if (Directory.Exists(Pending)) return File.Exists(KeyPath) && File.Exists(CertificatePath) && !MustRollForward ? StateKind.Replacing : StateKind.Half;
        int there = Moves.Count(m => File.Exists(m.To));
        // agent.json alone is an ordinary preparation: a board imaged with its camera settings.
        return there == Moves.Length ? StateKind.Provisioned : there == 0 || (there == 1 && File.Exists(ConfigPath)) ? StateKind.Empty : StateKind.Half;
    }

    /// <summary>What is there and what is not, in words.</summary>
    public string Describe()
    {
        var missing = Moves.Where(m => !File.Exists(m.To)).Select(m => Path.GetRelativePath(state, m.To)).ToList();
        string kept = File.Exists(PendingKey) ? "; a key made by an earlier run is kept and will be used" : "";
        return missing.Count == 0 ? "every file is in place" + kept : $"missing: {string.Join(", ", missing)}{kept}";
    }

    public bool MustRollForward => File.Exists(Path.Combine(Pending, Marker));

    /// <summary>Root and settings are in place, the terminal works; key and certificate follow when the bridge is reached.</summary>
    public bool IsWaiting => File.Exists(Path.Combine(Pending, OfflineMarker)) && !File.Exists(CertificatePath) && !MustRollForward;

    public FileStream Open()
    {
        Directory.CreateDirectory(state, Files.Private | UnixFileMode.GroupRead | UnixFileMode.GroupExecute);
        return Files.Lock(Path.Combine(state, "provision.lock"), state);
    }

    public void Prepare()
    {
        Directory.CreateDirectory(Pending, Files.Private);
        // A key without a certificate is of no use to the agent; it is this board's own, so it is taken up.
        if (!File.Exists(PendingKey) && File.Exists(KeyPath) && !File.Exists(CertificatePath)) File.Move(KeyPath, PendingKey);
        Files.FlushDirectory(state);
    }

    /// <summary>What a terminal needs to keep punches before its certificate is there. The key stays where the next run takes it up.</summary>
    public void CommitOffline(string roots, string config)
    {
        Directory.CreateDirectory(Path.Combine(state, "tls"), Files.Private);
        Files.WriteAtomically(RootsPath, roots, Files.Public);
        Files.WriteAtomically(ConfigPath, config, Files.Public);
        Files.WriteAtomically(Path.Combine(Pending, OfflineMarker), "", Files.Secret);
    }

    /// <summary>Everything is there and judged: put it in place.</summary>
    public void Commit(string certificate, string roots, string config)
    {
        Files.WriteAtomically(PendingCertificate, certificate, Files.Public);
        Files.WriteAtomically(PendingRoots, roots, Files.Public);
        Files.WriteAtomically(PendingConfig, config, Files.Public);
        Files.WriteAtomically(Path.Combine(Pending, Marker), "", Files.Secret);
        RollForward();
    }

    /// <summary>Renames whatever has not been renamed yet; safe to repeat.</summary>
    public void RollForward()
    {
        string tls = Path.Combine(state, "tls");
        Directory.CreateDirectory(tls, Files.Private);
        // A renewal of the identity before is void: the agent must not go on with it. Its marker goes first, that is what puts it in force.
        if (Directory.Exists(Path.Combine(tls, "next"))) File.Delete(Path.Combine(tls, "next", "commit"));
        foreach (string renewal in (string[])["next", "previous"])
            if (Directory.Exists(Path.Combine(tls, renewal))) Directory.Delete(Path.Combine(tls, renewal), recursive: true);
        foreach (var (from, to) in Moves)
            if (File.Exists(from)) File.Move(from, to, overwrite: true);
        Files.FlushDirectory(Path.Combine(state, "tls"));
        Files.FlushDirectory(state);
        Directory.Delete(Pending, recursive: true);
        Files.FlushDirectory(state);
    }
}
