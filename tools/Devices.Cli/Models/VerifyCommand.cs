using Devices.Cli.App;
using Devices.Edge.Vision.Packs;
using Spectre.Console;

namespace Devices.Cli.Models;

/// <summary><c>devices models verify [pack]</c>: manifest, licence texts, size and SHA-256 of every file of the installed packs.</summary>
public sealed class VerifyCommand(IAnsiConsole console, CliHost host) : CliCommand<ModelsSettings>(console, host)
{
    protected override Task<ExitCode> RunAsync(ModelsSettings settings, Output output, CancellationToken cancellationToken)
    {
        ModelFolders folders = ModelFolders.Of(settings, Host);
        List<string> directories = Wanted(settings.Pack, folders);
        var rows = new List<PackRow>();
        ExitCode exit = ExitCodes.Ok;
        foreach (string directory in directories)
        {
            cancellationToken.ThrowIfCancellationRequested();
            PackVerification found = PackVerifier.Verify(directory);
            string pack = found.Manifest?.Reference.ToString() ?? directory;
            string licences = string.Join(", ", found.Manifest?.Licences.Select(l => l.Spdx).Distinct() ?? []);
            rows.Add(new(null, pack, found.IsSound ? "sound" : "refused", found.Manifest?.Files.Sum(f => f.Bytes) ?? 0, licences, directory, found.Fault?.ToString()));
            if (found.IsSound)
            {
                output.Say($"{pack} in {directory} is sound: {found.Manifest!.Files.Count} files, licence {licences}.", Color.Green);
                continue;
            }

            CliException fault = PackFaults.ToFault(found.Fault!);
            if (exit == ExitCodes.Ok) exit = fault.Code;
            if (!output.IsJson) output.Fault(fault);
        }

        output.Json(rows, CliJson.Default.ListPackRow);
        return Task.FromResult(exit);
    }

    private List<string> Wanted(string? pack, ModelFolders folders)
    {
        List<string> installed = [.. InstalledPacks.List(folders.Cache).Select(p => p.Directory).Where(d => !Path.GetFileName(Path.GetDirectoryName(d))!.StartsWith('.'))];
        if (pack is null)
            return installed.Count > 0 ? installed : throw new CliException(ExitCodes.NotInstalled, $"No model pack is installed in {folders.Cache}.");
        string path = Path.GetFullPath(pack, Host.WorkingDirectory);
        if (pack.Contains('/', StringComparison.Ordinal) && Directory.Exists(path)) return [path];
        List<string> chosen = PackRef.TryParse(pack, out PackRef exact)
            ? [.. installed.Where(d => d == InstalledPacks.DirectoryOf(folders.Cache, exact))]
            : [.. installed.Where(d => Path.GetFileName(Path.GetDirectoryName(d)) == pack)];
        if (chosen.Count > 0) return chosen;
        PackManifest manifest = new PackCatalogue(folders, Host).Find(pack).Manifest;
        string target = InstalledPacks.DirectoryOf(folders.Cache, manifest.Reference);
        return Directory.Exists(target) ? [target] : throw new CliException(ExitCodes.NotInstalled, $"Pack {manifest.Reference} is not installed in {folders.Cache}.", $"Run `devices models install {pack}`.");
    }
}
