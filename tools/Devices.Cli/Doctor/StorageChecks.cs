using System.Globalization;
using Devices.Cli.App;
using Devices.Cli.Ledger;
using Devices.Cli.Terminal;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;

namespace Devices.Cli.Doctor;

/// <summary>Model pack and ledger, straight from the files.</summary>
public static class StorageChecks
{
    public static IEnumerable<Finding> Run(Patient patient)
    {
        foreach (Finding finding in Models(patient)) yield return finding;
        yield return Ledger(patient);
    }

    private static IEnumerable<Finding> Models(Patient patient)
    {
        if (patient.Setting("ModelPack") is not { Length: > 0 } directory)
        {
            yield return new("model pack", Level.Fault, "ModelPack is not set in agent.json", "No face can be recognised; cards still work.", "Run `devices models install`, then set ModelPack to the folder it names.");
            yield break;
        }

        PackVerification verified = PackVerifier.Verify(directory);
        if (!verified.IsSound)
        {
            yield return new("model pack", Level.Fault, verified.Fault.Message, "No face can be recognised; cards still work.", verified.Fault.Remedy);
            yield break;
        }

        PackManifest manifest = verified.Manifest;
        yield return new("model pack", Level.Ok, $"{manifest.Reference} in {directory}: every hash and licence holds ({string.Join(", ", manifest.Licences.Select(l => l.Spdx).Distinct())})");
        yield return Threshold(patient, manifest);
    }

    private static Finding Threshold(Patient patient, PackManifest manifest)
    {
        PackCalibration calibration = manifest.Calibration!;
        double fpir = patient.Real("WantedFpir", 0.003);
        if (fpir is not (> 0 and < 1)) return new("threshold", Level.Fault, $"WantedFpir {fpir} does not lie between 0 and 1", "The agent does not start.", "Correct WantedFpir in agent.json.");
        var decider = new OpenSetDecider(calibration, new DecisionPolicy { Fpir = fpir });
        string data = $"calibrated on {calibration.ImpostorComparisons.ToString("N0", CultureInfo.InvariantCulture)} comparisons of different people";
        if (patient.Status is not { } status || status.Whole("gallery") is not { } templates)
        {
            CalibratedThreshold alone = decider.ThresholdFor(1);
            return new("threshold", Level.Unknown, string.Create(CultureInfo.InvariantCulture, $"the agent does not say how many are enrolled; at one template it would be {alone.Threshold:F3} ({alone.BasisInWords}); {data}"));
        }

        CalibratedThreshold own = decider.ThresholdFor((int)Math.Clamp(templates, 1, int.MaxValue));
        double? said = status.Number("threshold");
        string found = string.Create(CultureInfo.InvariantCulture, $"{said ?? own.Threshold:F3} is in force at {templates} templates for a false-positive rate of {fpir} ({own.BasisInWords}); {data}");
        if (calibration.Tail is { } tail && own.Basis == ThresholdBasis.Fitted)
            found += string.Create(CultureInfo.InvariantCulture, $"; the tail rests on {tail.Exceedances:N0} scores above {tail.Above:F3}");
        if (said is { } other && Math.Abs(other - own.Threshold) > 0.005)
            return new("threshold", Level.Warning, string.Create(CultureInfo.InvariantCulture, $"{found}; the pack on the disk gives {own.Threshold:F3}"), "The agent decides with another calibration or another WantedFpir than its files say.", "Restart the agent (`systemctl restart devices-agent`), then look again.");
        return own.Extrapolated
            ? new("threshold", Level.Warning, found, "The gallery needs a rarer false match than was measured or could be fitted: the threshold is extrapolated.", "Calibrate the pack with more data, or accept a larger WantedFpir.")
            : new("threshold", Level.Ok, found);
    }

    private static Finding Ledger(Patient patient)
    {
        const string Check = "ledger";
        string path = Path.Combine(patient.State, "ledger.db");
        if (!File.Exists(path)) return new(Check, Level.Unknown, "there is none yet", "The agent makes it at its first start.");
        try
        {
            LedgerReport report = LedgerVerifyCommand.Check(path);
            string found = $"{report.Rows} punches, last {report.LastSeq}, {report.Held} held, acknowledged through {report.Acknowledged}";
            return report.Whole
                ? new(Check, Level.Ok, found + "; the chain holds")
                : new(Check, Level.Fault, $"{found}; first fault at punch {report.FirstFaulty}: {report.Fault}", "The bridge stops taking punches at that place.", "Stop the agent, copy ledger.db, ledger.db-wal and ledger.db-shm away for analysis, and compare with the bridge.");
        }
        catch (CliException e)
        {
            return new(Check, e.Code == ExitCodes.Busy ? Level.Unknown : Level.Fault, e.Message, "Punches may not be recorded.", e.Remedy);
        }
    }
}
