using Devices.Cli.App;
using Devices.Cli.Models;
using Devices.Edge.Vision.Evaluation;
using Devices.Edge.Vision.Packs;
using Spectre.Console;

namespace Devices.Cli.Accuracy;

/// <summary><c>devices accuracy FOLDER</c>: measures a pack on pictures of known people; see models/README.md.</summary>
public sealed class AccuracyCommand(IAnsiConsole console, CliHost host) : CliCommand<AccuracySettings>(console, host)
{
    protected override Task<ExitCode> RunAsync(AccuracySettings settings, Output output, CancellationToken cancellationToken)
    {
        ModelFolders folders = ModelFolders.Of(new ModelsSettings { Models = settings.Models, Cache = settings.Cache }, Host);
        PictureFolder data = Pictures(settings.Folder);
        using LoadedPack pack = Open(settings.Pack, folders);
        string kept = Path.Combine(Path.GetDirectoryName(folders.Cache)!, "accuracy");
        Embed(settings, pack, data, kept, output, cancellationToken);
        return Task.FromResult(ExitCodes.Ok);
    }

    private void Embed(AccuracySettings settings, LoadedPack pack, PictureFolder data, string folder, Output output, CancellationToken cancellationToken)
    {
        using EmbeddingCache? cache = settings.NoCache ? null : OpenCache(folder, pack.Manifest);
        var progress = new EmbeddingProgress(Host, data.Pictures.Count);
        PictureEmbedder.Embed(pack, data.Pictures, cache, settings.Threads, progress.Done, cancellationToken);
        progress.End();
        output.Say(FormattableString.Invariant($"{data.Pictures.Count:N0} pictures, {progress.Anew:N0} embedded now and the rest known from earlier runs, in {progress.Elapsed.TotalSeconds:N0} s."));
    }

    private static EmbeddingCache OpenCache(string folder, PackManifest manifest)
    {
        try
        {
            return EmbeddingCache.Open(folder, manifest);
        }
        catch (IOException e) when (e is not DirectoryNotFoundException and not PathTooLongException && Directory.Exists(folder))
        {
            throw new CliException(ExitCodes.Busy, $"The embeddings in {folder} cannot be opened: {e.Message}", "Wait for the other run to end, or give --no-cache.", e);
        }
    }

    private PictureFolder Pictures(string folder)
    {
        string path = Path.GetFullPath(folder, Host.WorkingDirectory);
        if (!Directory.Exists(path)) throw new CliException(ExitCodes.NothingToMeasure, $"There is no folder {path}.");
        PictureFolder data = PictureFolder.Read(path);
        return data.Pictures.Count > 0 ? data : throw new CliException(ExitCodes.NothingToMeasure, $"No picture was found in {path}: one sub-folder a person with .jpg files in it is expected.");
    }

    private LoadedPack Open(string pack, ModelFolders folders)
    {
        PackLoadResult loaded = PackLoader.Load(InstalledFolder(pack, folders), new PackOptions { ForCalibration = true });
        return loaded.IsLoaded ? loaded.Pack : throw PackFaults.ToFault(loaded.Fault);
    }

    private string InstalledFolder(string pack, ModelFolders folders)
    {
        string path = Path.GetFullPath(pack, Host.WorkingDirectory);
        bool isPath = pack.Contains('/', StringComparison.Ordinal) && File.Exists(Path.Combine(path, PackVerifier.ManifestName));
        if (isPath && Directory.EnumerateFiles(path, "*.onnx").Any()) return path;
        PackManifest manifest = new PackCatalogue(folders, Host).Find(pack).Manifest;
        string installed = InstalledPacks.DirectoryOf(folders.Cache, manifest.Reference);
        return Directory.Exists(installed) ? installed
            : throw new CliException(ExitCodes.NotInstalled, $"Pack {manifest.Reference} is not installed in {folders.Cache}.", $"Run `devices models install {pack}`.");
    }
}
