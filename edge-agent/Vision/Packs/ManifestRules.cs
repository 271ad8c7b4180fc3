using System.Text.RegularExpressions;

namespace Devices.Edge.Vision.Packs;

/// <summary>What a manifest must satisfy by itself, before any file is looked at.</summary>
internal static partial class ManifestRules
{
    private const string Mend = "Correct the manifest, or install a pack made for this version.";

    internal static PackFault? Check(PackManifest m)
    {
        if (m.Schema != PackManifest.CurrentSchema)
        {
            return Invalid(m, $"its schema is {m.Schema}, this program reads {PackManifest.CurrentSchema}");
        }

        if (!IdPattern().IsMatch(m.Id) || !VersionPattern().IsMatch(m.Version))
        {
            return Invalid(m, "its id must be 1–64 of a-z, 0-9 and '-', and its version like 1.0.0");
        }

        if (m.TemplateVersion is { } templates && !VersionPattern().IsMatch(templates))
        {
            return Invalid(m, "its templateVersion must be a version like 1.0.0");
        }

        if (string.IsNullOrWhiteSpace(m.TrainingData))
        {
            return Invalid(m, "it does not say what is known of the training data");
        }

        return Files(m) ?? Licences(m) ?? Stages(m) ?? Calibration(m);
    }

    private static PackFault? Files(PackManifest m)
    {
        foreach (var file in m.Files)
        {
            if (!SafeName(file.Path) || !HashPattern().IsMatch(file.Sha256) || file.Bytes <= 0)
            {
                return Invalid(m, $"file '{file.Path}' needs a plain name, a size and a SHA-256 of 64 hexadecimal digits");
            }

            var sources = (file.Source.Npm is null ? 0 : 1) + (file.Source.File is null ? 0 : 1) + (file.Source.Https is null ? 0 : 1);
            if (sources != 1 || file.Source.Https is { } uri && uri.Scheme != Uri.UriSchemeHttps)
            {
                return Invalid(m, $"file '{file.Path}' needs exactly one source: npm, file or an https address");
            }
        }

        foreach (var used in (string?[])[m.Detector.File, m.Landmarks.File, m.Embedder.File, m.Liveness.File, m.Eyes?.File])
        {
            if (used is not null && !m.Files.Any(f => f.Path == used))
            {
                return Invalid(m, $"a stage uses '{used}', which is not among its files");
            }
        }

        return null;
    }

    private static PackFault? Licences(PackManifest m)
    {
        foreach (var licence in m.Licences)
        {
            if (string.IsNullOrWhiteSpace(licence.Spdx) || !SafeName(licence.File) || !HashPattern().IsMatch(licence.Sha256))
            {
                return Invalid(m, $"licence '{licence.Spdx}' needs an SPDX id, a text file's plain name and its SHA-256");
            }
        }

        var uncovered = m.Files.FirstOrDefault(f => !m.Licences.Any(l => l.Covers.Contains(f.Path)));
        return uncovered is null
            ? null
            : new PackFault(PackFaultCode.LicenceMissing, $"Pack {m.Reference} is refused: no licence covers {uncovered.Path}.",
                "Add the licence of these weights to the manifest, or choose a pack that states it.");
    }

    private static PackFault? Stages(PackManifest m)
    {
        if (m.Detector.Kind is not ("rfb-320" or "yunet"))
        {
            return Unsupported(m, "detector", m.Detector.Kind, "rfb-320, yunet");
        }

        if (m.Landmarks.Kind is not ("points-68" or "detector"))
        {
            return Unsupported(m, "landmark", m.Landmarks.Kind, "points-68, detector");
        }

        if (m.Landmarks.Kind == "detector" != (m.Detector.Kind == "yunet"))
        {
            return Invalid(m, $"detector {m.Detector.Kind} does not go with landmarks '{m.Landmarks.Kind}'");
        }

        if (m.Landmarks.Kind == "points-68" && (m.Landmarks.File is null || m.Landmarks.Input is null))
        {
            return Invalid(m, "landmarks of kind points-68 need a file and an input");
        }

        if (m.Embedder.Kind != "arcface-112")
        {
            return Unsupported(m, "embedder", m.Embedder.Kind, "arcface-112");
        }

        if (m.Liveness.Kind != "softmax" || m.Liveness.CropShape is not ("box" or "square") || m.Liveness.Border is not ("shift" or "reflect"))
        {
            return Unsupported(m, "liveness", $"{m.Liveness.Kind}/{m.Liveness.CropShape}/{m.Liveness.Border}", "softmax with crop box or square and border shift or reflect");
        }

        if (m.Embedder.Size is < 16 or > 4096 || m.Liveness.Classes < 2 || (uint)m.Liveness.LiveIndex >= (uint)m.Liveness.Classes)
        {
            return Invalid(m, "the embedding size or the liveness classes are out of range");
        }

        if (m.Liveness.Sure is { } sure && !(sure >= m.Liveness.Threshold && sure <= 1))
        {
            return Invalid(m, "liveness is sure from a score between its threshold and 1");
        }

        if (m.Eyes is { } eyes && Eyes(m, eyes) is { } bad)
        {
            return bad;
        }

        foreach (var input in (ModelInput?[])[m.Detector.Input, m.Landmarks.Input, m.Embedder.Input, m.Liveness.Input, m.Eyes?.Input])
        {
            if (input is not null && !Sound(input))
            {
                return Invalid(m, $"input '{input.Name}' needs sides of 16–2048 and a mean and a non-zero deviation for one or every plane");
            }
        }

        return null;
    }

    private static PackFault? Eyes(PackManifest m, EyeSpec eyes) =>
        eyes.Kind != "open-closed" ? Unsupported(m, "eye model", eyes.Kind, "open-closed")
            : eyes.ClosedIndex is not (0 or 1) || eyes.Input.Channels != ChannelOrder.Grey || eyes.Sides.Count is < 1 or > 8
                || eyes.Sides.Any(s => !(s is >= 8 and <= 60)) || !(eyes.Spread > 0) || !(eyes.Open < eyes.Closed) || !(eyes.Rise >= 0)
                ? Invalid(m, "the eye model needs a grey input, closedIndex 0 or 1, 1 to 8 sides of 8 to 60, a spread above 0, and open below closed")
                : null;

    private static bool Sound(ModelInput input)
    {
        var planes = input.Channels == ChannelOrder.Grey ? 1 : 3;
        return input.Width is >= 16 and <= 2048 && input.Height is >= 16 and <= 2048
            && (input.Mean.Count == 1 || input.Mean.Count == planes)
            && (input.Deviation.Count == 1 || input.Deviation.Count == planes)
            && input.Deviation.All(d => d != 0 && float.IsFinite(d));
    }

    private static PackFault? Calibration(PackManifest m)
    {
        var points = m.Calibration?.Points;
        if (points is null || points.Count < 2)
        {
            return new PackFault(PackFaultCode.CalibrationMissing,
                $"Pack {m.Reference} is refused: it has no calibration (FMR against threshold), so no safe threshold is known.",
                "Calibrate it (`devices accuracy FOLDER --pack DIR`) and put the table into its manifest, or run `devices models install default`.");
        }

        if (points.Any(p => p.Basis != ThresholdBasis.Measured) || m.Calibration!.Tail?.Points.Any(p => p.Basis != ThresholdBasis.Fitted) == true)
        {
            return Invalid(m, "the calibration's points must be measured and those of its tail fitted");
        }

        points = [.. points, .. m.Calibration.Tail?.Points ?? []];
        for (var i = 0; i < points.Count; i++)
        {
            if (points[i].Fmr is <= 0 or >= 1 || (i > 0 && (points[i].Fmr >= points[i - 1].Fmr || points[i].Threshold < points[i - 1].Threshold)))
            {
                return Invalid(m, "the calibration's points must fall in FMR and rise in threshold");
            }
        }

        return null;
    }

    private static bool SafeName(string name) =>
        name.Length is > 0 and <= 128 && name == Path.GetFileName(name) && !name.StartsWith('.') && name.IndexOfAny(['\\', ':']) < 0;

    private static PackFault Invalid(PackManifest m, string why) =>
        new(PackFaultCode.ManifestInvalid, $"The manifest of pack {m.Reference} is not valid: {why}.", Mend);

    private static PackFault Unsupported(PackManifest m, string stage, string kind, string known) =>
        new(PackFaultCode.UnsupportedKind, $"Pack {m.Reference} has a {stage} of kind '{kind}', which this program cannot run (it knows {known}).", Mend);

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,63}$")]
    private static partial Regex IdPattern();

    [GeneratedRegex(@"^[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.-]+)?$")]
    private static partial Regex VersionPattern();

    [GeneratedRegex("^[0-9a-fA-F]{64}$")]
    private static partial Regex HashPattern();
}
