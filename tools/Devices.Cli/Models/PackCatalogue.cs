using Devices.Cli.App;
using Devices.Edge.Vision.Packs;

namespace Devices.Cli.Models;

/// <summary>The packs that can be installed: one folder each, with a manifest and its licence texts.</summary>
public sealed class PackCatalogue(ModelFolders folders, CliHost host)
{
    /// <summary>Every folder with a manifest, by name; unreadable ones carry their fault.</summary>
    public IReadOnlyList<(string Directory, PackVerification Manifest)> All() =>
        !Directory.Exists(folders.Manifests)
            ? []
            : [.. Directory.EnumerateDirectories(folders.Manifests)
                .Where(d => File.Exists(Path.Combine(d, PackVerifier.ManifestName)))
                .Order(StringComparer.Ordinal)
                .Select(d => (d, PackVerifier.ReadManifest(d)))];

    /// <summary>Finds a pack by folder name, id, id@version, or a path.</summary>
    /// <exception cref="CliException"><see cref="ExitCodes.PackUnknown"/>, or what is wrong with its manifest.</exception>
    public (string Directory, PackManifest Manifest) Find(string pack)
    {
        foreach (string directory in (string[])[Path.Combine(folders.Manifests, pack), Path.GetFullPath(pack, host.WorkingDirectory)])
            if (File.Exists(Path.Combine(directory, PackVerifier.ManifestName))) return (directory, Sound(PackVerifier.ReadManifest(directory)));
        var found = All().Where(p => p.Manifest.Manifest is { } m && (m.Id == pack || m.Reference.ToString() == pack)).ToList();
        return found.Count > 0
            ? (found[^1].Directory, Sound(found[^1].Manifest))
            : throw new CliException(ExitCodes.PackUnknown, $"There is no model pack '{pack}' in {(folders.BuiltIn ? "this program (it holds the manifest of 'default')" : folders.Manifests)}, and no manifest.json at that path.",
                folders.BuiltIn ? "Run `devices models install default`, or give --models with the folder that holds the pack's own." : null);
    }

    private static PackManifest Sound(PackVerification read) => read.IsSound ? read.Manifest! : throw PackFaults.ToFault(read.Fault);
}
