using System.Globalization;
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
        if (settings.Enrol < 1 || settings.Probes < 1 || settings.Threads < 0) throw new CliException(ExitCodes.Usage, "--enrol and --probes must be at least 1, --threads at least 0.");
        var options = new AccuracyOptions { Enrol = settings.Enrol, Probes = settings.Probes, Galleries = Sizes(settings.Galleries), Seed = settings.Seed };
        ModelFolders folders = ModelFolders.Of(new ModelsSettings { Models = settings.Models, Cache = settings.Cache }, Host);
        IReadOnlyDictionary<string, string> same = SamePeople.Read(settings.Same is null ? null : Path.GetFullPath(settings.Same, Host.WorkingDirectory));
        PictureFolder data = Pictures(settings.Folder, same);
        using LoadedPack pack = Open(settings.Pack, folders);
        string kept = Path.Combine(Path.GetDirectoryName(folders.Cache)!, "accuracy");
        Embed(settings, pack, data, kept, output, cancellationToken);
        string name = settings.Name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(settings.Folder, Host.WorkingDirectory)));
        AccuracyResult result = AccuracyEvaluation.Run(data.Pictures, name, options, step => Host.Error.Profile.Out.Writer.WriteLine($"Now {step}."), cancellationToken);

        string report = Path.GetFullPath(settings.Report ?? Path.Combine(kept, "report", pack.Manifest.Id), Host.WorkingDirectory);
        Write(result, pack.Manifest, name, Command(settings), same, report);
        string? version = settings.WriteCalibration is null ? null : Calibrate(settings.WriteCalibration, pack.Manifest, result, output);
        output.Json(AccuracyDocument.Of(result, pack.Manifest, name, report, data.Unused, version), CliJson.Default.AccuracyDocument);
        Tell(result, data, report, output);
        return Task.FromResult(ExitCodes.Ok);
    }

    private static void Write(AccuracyResult result, PackManifest pack, string name, string command, IReadOnlyDictionary<string, string> same, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var (file, svg) in AccuracyCharts.Of(result, pack.Id)) Files.WriteAtomically(Path.Combine(folder, file), svg, Files.Public);
        Files.WriteAtomically(Path.Combine(folder, "ACCURACY.md"), AccuracyMarkdown.Of(result, pack, name, command, same), Files.Public);
    }

    private string Calibrate(string manifest, PackManifest pack, AccuracyResult result, Output output)
    {
        if (result.Calibration is not { } calibration) throw new CliException(ExitCodes.TooFewToCalibrate, $"No calibration was written: {result.NoCalibration}");
        string path = Path.GetFullPath(manifest, Host.WorkingDirectory);
        string version = ManifestCalibration.Write(path, pack, calibration);
        output.Say($"The calibration is in {path}, version {version}; install it with `devices models install`.", Color.Green);
        return version;
    }

    private static void Tell(AccuracyResult result, PictureFolder data, string report, Output output)
    {
        foreach (string unused in data.Unused.Take(20)) output.Say($"Not used: {unused} (no .jpg of a person).");
        if (data.Unused.Count > 20) output.Say($"Not used: {data.Unused.Count - 20} more files and folders that hold no .jpg of a person.");
        foreach (UnusedPicture picture in result.NotUsed) output.Say($"Not used: {picture.Name}: {picture.Reason}", Color.Yellow);
        output.Say(FormattableString.Invariant($"{result.Persons:N0} persons, {result.Pictures:N0} pictures; a face was found in {result.DetectionRate:P2} of those that can be read; {result.FailedToEnrol} persons failed to enrol."));
        foreach (OperatingPoint p in result.Verification.Points.Where(p => p.Support != Support.None))
            output.Say(FormattableString.Invariant($"FMR {p.Fmr:0e0}: threshold {p.Threshold:0.0000}, FNMR {p.Fnmr:P2} ({p.FnmrInterval.Low:P2} to {p.FnmrInterval.High:P2}), {(p.Support == Support.Counted ? "counted" : "fitted tail, not counted")}"));
        foreach (OpenSetPoint p in result.OpenSet?.Points ?? [])
            output.Say(FormattableString.Invariant($"1:{p.Persons:N0}{(p.Synthetic > 0 ? $" ({p.Synthetic:N0} synthetic)" : "")}: FNIR {p.Fnir:P2} at FPIR {p.WantedFpir:P1}{(p.IsWeak ? " (fewer than 30 false positives: weak)" : "")}"));
        if (result.TenFold is { } ten) output.Say(FormattableString.Invariant($"Ten folds: {ten.Accuracy:P2} of {ten.SamePairs + ten.DifferentPairs:N0} pairs."));
        if (result.NoCalibration is { } why) output.Say($"No calibration can be made of these pictures: {why}", Color.Yellow);
        output.Say($"Report: {Path.Combine(report, "ACCURACY.md")}", Color.Green);
    }

    private static int[]? Sizes(string? text)
    {
        if (text is null) return null;
        var sizes = new List<int>();
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            sizes.Add(int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int size) && size is > 0 and <= 1_000_000 ? size
                : throw new CliException(ExitCodes.Usage, $"--galleries {text}: '{part}' is not a number of persons from 1 to 1000000."));
        return sizes.Count > 0 ? [.. sizes] : throw new CliException(ExitCodes.Usage, "--galleries names no size.");
    }

    // As a reader can repeat it; nothing of this machine's paths.
    private static string Command(AccuracySettings s)
    {
        var words = new List<string> { "./tools/accuracy FOLDER --pack", Path.GetFileName(Path.TrimEndingDirectorySeparator(s.Pack)) };
        if (s.Enrol != 1) words.Add(FormattableString.Invariant($"--enrol {s.Enrol}"));
        if (s.Probes != 10) words.Add(FormattableString.Invariant($"--probes {s.Probes}"));
        if (s.Galleries is not null) words.Add($"--galleries {s.Galleries}");
        if (s.Same is not null) words.Add($"--same {Path.GetFileName(s.Same)}");
        words.Add(FormattableString.Invariant($"--seed {s.Seed}"));
        return string.Join(' ', words);
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

    private PictureFolder Pictures(string folder, IReadOnlyDictionary<string, string> same)
    {
        string path = Path.GetFullPath(folder, Host.WorkingDirectory);
        if (!Directory.Exists(path)) throw new CliException(ExitCodes.NothingToMeasure, $"There is no folder {path}.");
        PictureFolder data = PictureFolder.Read(path, same);
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
