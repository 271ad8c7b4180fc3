using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Cli.App;
using Devices.Cli.Provisioning;
using Devices.Contract.Punches;

namespace Devices.Cli.Doctor;

/// <summary>Configuration, provisioning, the terminal's certificate and key.</summary>
public static class IdentityChecks
{
    public static IEnumerable<Finding> Run(Patient patient)
    {
        yield return Provisioning(patient);
        yield return Configuration(patient);
        yield return Certificate(patient);
        yield return TpmChecks.Chip(patient);
        yield return TpmChecks.TerminalKeyOf(patient, KeyRights(patient, "tls/terminal.key", "terminal key", "Whoever can read it can speak as this terminal."));
        yield return TemplateKey(patient);
    }

    private static Finding Provisioning(Patient patient)
    {
        var folder = new StateFolder(patient.State);
        return folder.Kind() switch
        {
            StateKind.Provisioned => new("provisioning", Level.Ok, "key, certificate, root and configuration are in place"),
            StateKind.Replacing => new("provisioning", Level.Warning, "a new identity was begun and not finished", "The old identity still works.", "Run `devices provision --replace` again, or remove the folder provisioning/."),
            StateKind.Waiting => new("provisioning", Level.Warning, "from a sealed bundle, its certificate still to be fetched", "Punches are taken and kept; none goes up yet.", "Run `devices provision --finish` where the bridge is in reach."),
            StateKind.Half => new("provisioning", Level.Fault, $"half provisioned: {folder.Describe()}", "The agent cannot reach its bridge.", "Run `devices provision` again; it goes on where it stopped."),
            _ => new("provisioning", Level.Fault, $"{patient.State} holds no terminal", "There is nothing to start.", "Run `devices provision`."),
        };
    }

    private static Finding Configuration(Patient patient)
    {
        const string Check = "configuration";
        string path = Path.Combine(patient.State, "agent.json");
        if (patient.Config.Count == 0) return new(Check, Level.Fault, $"{path} is missing or cannot be read as JSON", "The agent does not start.", "Run `devices provision`, or correct the file.");
        var missing = ((string[])["Terminal", "Bridge:Host", "ModelPack", "Camera"]).Where(k => string.IsNullOrWhiteSpace(patient.Setting(k))).ToList();
        string terminal = patient.Setting("Terminal") ?? "";
        if (terminal.Length > 0 && !PunchRules.IsTerminalName(terminal)) return new(Check, Level.Fault, $"Terminal '{terminal}' is not 1 to 32 of a-z, 0-9 and '-'", "The bridge refuses such a terminal.", $"Correct Terminal in {path}.");
        return missing.Count > 0
            ? new(Check, Level.Warning, $"{string.Join(", ", missing)} not set in agent.json", "Unless they come from the environment or the command line, the agent lacks them.", $"Set them in {path}.")
            : new(Check, Level.Ok, $"terminal {terminal}, site {patient.Setting("Site") ?? "not named"}, time zone {patient.Setting("TimeZone") ?? "not set"}");
    }

    private static Finding Certificate(Patient patient)
    {
        const string Check = "certificate";
        const string Renew = "Make a claim on the bridge and run `devices provision --replace`.";
        string path = Path.Combine(patient.State, "tls", "terminal.crt");
        if (!File.Exists(path)) return new(Check, Level.Fault, "there is none", "The bridge does not let this terminal in.", "Run `devices provision`.");
        try
        {
            var all = new X509Certificate2Collection();
            all.ImportFromPemFile(path);
            var roots = new X509Certificate2Collection();
            roots.ImportFromPemFile(Path.Combine(patient.State, "tls", "ca.crt"));
            using ECDsa key = DeviceKey.Load(Path.Combine(patient.State, "tls", "terminal.key"), patient.Tpm);
            X509Certificate2 leaf = all[0];
            string name = leaf.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
            if (!leaf.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo()))
                return new(Check, Level.Fault, "it belongs to another key than tls/terminal.key", "The bridge does not let this terminal in.", Renew);
            if (patient.Setting("Terminal") is { } terminal && terminal != name)
                return new(Check, Level.Fault, $"it names '{name}', agent.json says '{terminal}'", "The bridge refuses topics of another name.", Renew);
            int days = (int)Math.Floor((leaf.NotAfter.ToUniversalTime() - patient.Now.UtcDateTime).TotalDays);
            string until = leaf.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            if (patient.Now.UtcDateTime < leaf.NotBefore.ToUniversalTime())
                return new(Check, Level.Fault, $"it is valid from {leaf.NotBefore.ToUniversalTime():yyyy-MM-dd}, and this board's clock says {patient.Now:yyyy-MM-dd}", "The clock is wrong; TLS fails.", "Set the clock (`timedatectl set-time`, or NTP).");
            if (days < 0)
                return new(Check, Level.Fault, $"it ran out on {until}", "The bridge takes no punches from this terminal; they are kept here.",
                    "Start the agent and let it reach the bridge's enrolment port: within the bridge's grace (30 days where it was not changed) it renews the certificate by itself. After that: " + char.ToLowerInvariant(Renew[0]) + Renew[1..]);
            X509ChainStatusFlags flags = BridgeTrust.Chain(leaf, all, roots, patient.Now);
            if (flags != X509ChainStatusFlags.NoError) return new(Check, Level.Fault, $"it does not chain to tls/ca.crt ({flags})", "The bridge does not let this terminal in.", Renew);
            // The agent renews it after two thirds of its life; past five sixths something is in its way.
            bool late = patient.Now.UtcDateTime > leaf.NotBefore.ToUniversalTime() + (leaf.NotAfter - leaf.NotBefore) * 5 / 6;
            return new(Check, late ? Level.Warning : Level.Ok, $"for '{name}', valid to {until}, {days} days left", late ? "The agent should have renewed it by now." : "",
                late ? "Look at `certificate` in the agent's status for what is in the way: most often the bridge's enrolment port is not reached (Bridge:EnrolmentPort)." : "");
        }
        catch (Exception e) when (e is CryptographicException or IOException or CliException or UnauthorizedAccessException)
        {
            return new(Check, Level.Fault, $"it cannot be checked: {e.Message}", "The agent cannot use it either.", e is CliException { Code.Number: 150, Remedy: { } remedy } ? remedy : e is UnauthorizedAccessException ? "Run the doctor as the agent's user, or with sudo." : Renew);
        }
    }

    private static Finding TemplateKey(Patient patient)
    {
        if (!File.Exists(Path.Combine(patient.State, "templates.key")))
            return new("template key", Level.Unknown, "there is none yet", "The agent makes it at its first start; face templates are encrypted with it.");
        Finding rights = KeyRights(patient, "templates.key", "template key", "Whoever can read it together with gallery.db can decrypt the face templates.");
        return rights.Level != Level.Ok ? rights : TpmChecks.Sealed(patient) is { } inside ? inside : rights with
        {
            Found = "in the file templates.key, mode 0600 (no TPM is used)",
            Meaning = "Face templates are encrypted at rest (AES-256-GCM); whoever takes the whole disk has this key too.",
        };
    }

    private static Finding KeyRights(Patient patient, string file, string check, string risk)
    {
        string path = Path.Combine(patient.State, file);
        if (!File.Exists(path)) return new(check, Level.Fault, $"{file} is missing", "The agent cannot start.", "Run `devices provision`.");
        UnixFileMode mode = File.GetUnixFileMode(path);
        return (mode & ~Files.Secret) == 0
            ? new(check, Level.Ok, $"{file}, readable only by its owner")
            : new(check, Level.Fault, $"{file} has mode {Convert.ToString((int)mode, 8).PadLeft(4, '0')}", risk, $"chmod 600 {path}");
    }
}
