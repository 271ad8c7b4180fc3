using Devices.Cli.App;
using Devices.Edge.Vision.Packs;
using Spectre.Console;

namespace Devices.Cli.Models;

/// <summary><c>devices models list</c>: the packs of the catalogue and those installed.</summary>
public sealed class ListCommand(IAnsiConsole console, CliHost host) : CliCommand<ModelsSettings>(console, host)
{
    protected override Task<ExitCode> RunAsync(ModelsSettings settings, Output output, CancellationToken cancellationToken)
    {
        ModelFolders folders = ModelFolders.Of(settings, Host);
        var rows = new List<PackRow>();
        foreach (var (directory, read) in new PackCatalogue(folders, Host).All())
            rows.Add(Row(Path.GetFileName(directory), read, folders.Cache));
        foreach (var (directory, read) in InstalledPacks.List(folders.Cache))
        {
            if (Path.GetFileName(Path.GetDirectoryName(directory))!.StartsWith('.')) continue;
            if (!rows.Exists(r => r.Directory == directory)) rows.Add(Row(null, read, folders.Cache) with { Directory = directory });
        }

        if (settings.Pack is { } one) rows.RemoveAll(r => r.Name != one && r.Pack != one && !r.Pack.StartsWith(one + "@", StringComparison.Ordinal));
        var table = new Table().AddColumns("Name", "Pack", "State", "Size", "Licences", "Folder");
        foreach (PackRow row in rows)
            table.AddRow(Markup.Escape(row.Name ?? "-"), Markup.Escape(row.Pack), row.State, Sizes.Text(row.Bytes), Markup.Escape(row.Licences), Markup.Escape(row.Fault ?? row.Directory ?? "-"));
        if (rows.Count == 0) output.Say($"There is no model pack in {folders.Manifests} and none is installed in {folders.Cache}.");
        else output.Show(table);
        output.Json(rows, CliJson.Default.ListPackRow);
        return Task.FromResult(ExitCodes.Ok);
    }

    private static PackRow Row(string? name, PackVerification read, string cache)
    {
        if (read.Manifest is not { } manifest) return new(name, "?", "refused", 0, "", null, read.Fault?.ToString());
        string directory = InstalledPacks.DirectoryOf(cache, manifest.Reference);
        bool installed = File.Exists(Path.Combine(directory, PackVerifier.ManifestName));
        string licences = string.Join(", ", manifest.Licences.Select(l => l.Spdx).Distinct());
        string state = !read.IsSound ? "refused" : installed ? "installed" : "available";
        return new(name, manifest.Reference.ToString(), state, manifest.Files.Sum(f => f.Bytes), licences, installed ? directory : null, read.Fault?.ToString());
    }
}
