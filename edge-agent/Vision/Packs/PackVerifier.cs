using System.Security.Cryptography;
using System.Text.Json;

namespace Devices.Edge.Vision.Packs;

/// <summary>
/// Checks an installed pack's directory (manifest, licence texts and weights side by side) without loading a model.
/// The same checks run before every load; <c>devices models verify</c> shows them.
/// </summary>
public static class PackVerifier
{
    public const string ManifestName = "manifest.json";

    private const string Reinstall = "Run `devices models install default` (or install this pack again from its source).";

    /// <summary>Reads only the manifest and checks it by itself; for installers, which have no weights yet.</summary>
    public static PackVerification ReadManifest(string directory) => ReadManifest(directory, forCalibration: false);

    private static PackVerification ReadManifest(string directory, bool forCalibration)
    {
        var path = Path.Combine(directory, ManifestName);
        if (!File.Exists(path))
        {
            return PackVerification.Refuse(new PackFault(PackFaultCode.ManifestMissing,
                $"No model pack is installed in {directory}: {ManifestName} is missing.", Reinstall));
        }

        PackManifest? manifest;
        try
        {
            manifest = JsonSerializer.Deserialize(File.ReadAllBytes(path), PackJson.Default.PackManifest);
        }
        catch (JsonException e)
        {
            return PackVerification.Refuse(new PackFault(PackFaultCode.ManifestInvalid,
                $"The manifest {path} cannot be read (line {e.LineNumber + 1}): {e.Message}", Reinstall));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return PackVerification.Refuse(new PackFault(PackFaultCode.ManifestInvalid,
                $"The manifest {path} cannot be opened: {e.Message}", "Check the file's owner and rights, then try again."));
        }

        if (manifest is null)
        {
            return PackVerification.Refuse(new PackFault(PackFaultCode.ManifestInvalid, $"The manifest {path} is empty.", Reinstall));
        }

        return ManifestRules.Check(manifest) is { } fault && !(forCalibration && fault.Code == PackFaultCode.CalibrationMissing)
            ? PackVerification.Refuse(fault, manifest)
            : PackVerification.Sound(manifest);
    }

    /// <summary>Manifest, licence texts, and size and SHA-256 of every weights file.</summary>
    public static PackVerification Verify(string directory) => Verify(directory, forCalibration: false);

    internal static PackVerification Verify(string directory, bool forCalibration)
    {
        var read = ReadManifest(directory, forCalibration);
        if (!read.IsSound)
        {
            return read;
        }

        var manifest = read.Manifest;
        foreach (var licence in manifest.Licences)
        {
            var text = Path.Combine(directory, licence.File);
            if (!File.Exists(text))
            {
                return PackVerification.Refuse(new PackFault(PackFaultCode.LicenceMissing,
                    $"Pack {manifest.Reference} is refused: the text of its licence {licence.Spdx} ({licence.File}) is missing.", Reinstall), manifest);
            }

            if (CheckHash(text, licence.Sha256) is { } found)
            {
                return PackVerification.Refuse(new PackFault(PackFaultCode.WrongHash,
                    $"Pack {manifest.Reference} is refused: {licence.File} has SHA-256 {found}, the manifest says {licence.Sha256}.", Reinstall), manifest);
            }
        }

        foreach (var file in manifest.Files)
        {
            if (CheckFile(directory, manifest, file) is { } fault)
            {
                return PackVerification.Refuse(fault, manifest);
            }
        }

        return PackVerification.Sound(manifest);
    }

    /// <summary>Checks one weights file; an installer calls it on what it downloaded before moving it into place.</summary>
    public static PackFault? CheckFile(string directory, PackManifest manifest, PackFile file)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(file);
        var path = Path.Combine(directory, file.Path);
        var info = new FileInfo(path);
        if (!info.Exists)
        {
            return new PackFault(PackFaultCode.FileMissing, $"Pack {manifest.Reference} is not complete: {file.Path} is missing.", Reinstall);
        }

        if (info.Length != file.Bytes)
        {
            return new PackFault(PackFaultCode.WrongSize,
                $"Pack {manifest.Reference} is refused: {file.Path} has {info.Length:N0} bytes, the manifest says {file.Bytes:N0}.", Reinstall);
        }

        return CheckHash(path, file.Sha256) is { } found
            ? new PackFault(PackFaultCode.WrongHash,
                $"Pack {manifest.Reference} is refused: {file.Path} has SHA-256 {found}, the manifest says {file.Sha256}.", Reinstall)
            : null;
    }

    private static string? CheckHash(string path, string wanted)
    {
        using var stream = File.OpenRead(path);
        var found = Convert.ToHexStringLower(SHA256.HashData(stream));
        return found.Equals(wanted, StringComparison.OrdinalIgnoreCase) ? null : found;
    }
}
