using Devices.Edge.Ledger.Identity;
using Devices.Edge.Ledger.Tpm;

namespace Devices.Cli.Doctor;

/// <summary>The board's TPM, and the keys that are in its care.</summary>
internal static class TpmChecks
{
    private const string TemplateKey = "template key";

    /// <summary>Whether there is one, and whether this account may use it.</summary>
    public static Finding Chip(Patient patient)
    {
        const string Check = "TPM";
        if (BoardTpm.Refusal(patient.Setting("Tpm")) is { } wrong) return new(Check, Level.Fault, $"Tpm in agent.json is {wrong}", "The agent does not start.", "Correct Tpm in agent.json.");
        if (patient.Tpm is null && File.Exists(TpmAddress.StandardDevice) && (patient.Setting("Tpm") is null or "auto") && Environment.GetEnvironmentVariable("DEVICES_TPM") is null)
            return new(Check, Level.Unknown, $"{TpmAddress.StandardDevice} is there, and this account may not use it", "Keys made by it are files of mode 0600.", "Run the doctor as the agent's user, or with sudo; hardware/udev gives the TPM to the agent's group.");
        if (patient.Tpm is not { } usable)
            return new(Check, Level.Ok, patient.Setting("Tpm") == "none" ? "left aside (Tpm is none): keys are files of mode 0600" : $"none ({TpmAddress.StandardDevice} is not there): keys are files of mode 0600",
                "Whoever takes a copy of the whole disk has the keys too.");
        try
        {
            TpmFacts facts = usable.Probe();
            return new(Check, Level.Ok, $"{facts.Maker}, firmware {facts.Firmware}, at {usable.Address}");
        }
        catch (TpmException fault)
        {
            return new(Check, fault.Fault == TpmFault.Denied ? Level.Unknown : Level.Fault, fault.Message, "Keys in it cannot be used: no link to the bridge, no faces. Cards, PINs and the ledger go on.",
                fault.Fault == TpmFault.Denied ? "Run the doctor as the agent's user, or with sudo." : "Switch the board off and on; see whether the kernel knows the TPM (`dmesg | grep -i tpm`).");
        }
    }

    /// <summary>Where the terminal's key is, over what its file's rights say.</summary>
    public static Finding TerminalKeyOf(Patient patient, Finding rights) =>
        rights.Level == Level.Ok && TerminalKey.IsInTpm(Path.Combine(patient.State, "tls", "terminal.key"))
            ? rights with { Found = "in the TPM; tls/terminal.key is of no use on another board" } : rights;

    /// <summary>The template key where it is sealed; null where it is a file.</summary>
    public static Finding? Sealed(Patient patient)
    {
        string path = Path.Combine(patient.State, "templates.key");
        try
        {
            string text = File.ReadAllText(path);
            if (!TpmKeyFile.IsOne(text)) return null;
            (patient.Tpm ?? BoardTpm.Standard).Check(TpmKeyFile.Parse(text, path));
            return new(TemplateKey, Level.Ok, "sealed in the TPM", "A copied disk or card opens no face template. Whoever has the whole board, and starts a system of their own on it, can have the TPM open the key.");
        }
        catch (TpmException fault)
        {
            return new(TemplateKey, fault.Fault == TpmFault.Denied ? Level.Unknown : Level.Fault, $"sealed, and cannot be opened: {fault.Message}", "Faces are not recognised; cards and PINs work, punches are kept.", fault.Fault switch
            {
                TpmFault.Denied => "Run the doctor as the agent's user, or with sudo.",
                TpmFault.Foreign or TpmFault.Damaged => $"If that TPM does not come back: move {path} away, restart the agent, and enrol everybody again (the site's other terminals bring whom they know).",
                _ => "See the line of the TPM above.",
            });
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return new(TemplateKey, Level.Unknown, $"it cannot be read: {fault.Message}", "", "Run the doctor as the agent's user, or with sudo.");
        }
    }
}
