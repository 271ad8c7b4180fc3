using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Devices.Cli.App;
using Devices.Cli.Models;
using Devices.Contract.Updates;
using Devices.Edge.Vision.Packs;
using Spectre.Console;

namespace Devices.Cli.Release;

/// <summary><c>devices release package DIR KIND FOLDER</c>: packs a folder and puts it into the draft of the next targets.</summary>
public sealed class ReleasePackageCommand(IAnsiConsole console, CliHost host) : CliCommand<ReleasePackageSettings>(console, host)
{
    private static readonly string[] Systems = ["linux-x64", "linux-arm64"], Chips = ["esp32", "esp32s3", "esp32c3"];

    protected override Task<ExitCode> RunAsync(ReleasePackageSettings settings, Output output, CancellationToken cancellationToken)
    {
        ReleaseFolder folder = ReleaseFolder.Open(ReleaseWords.Folder(settings.Folder, Host));
        _ = folder.Judge;
        string source = ReleaseWords.Folder(settings.Source, Host);
        if (!Directory.Exists(source)) throw new CliException(ExitCodes.ReleasePackageRefused, $"The folder {source} is not there.");
        UpdateTarget draft = settings.Kind switch
        {
            UpdateKinds.Agent => Agent(settings, source),
            UpdateKinds.Models => Models(source),
            UpdateKinds.Firmware => Firmware(settings, source),
            _ => throw new CliException(ExitCodes.Usage, $"'{settings.Kind}' is no kind of package; it is agent, models or firmware."),
        };
        IReadOnlyList<UpdateTarget> before = folder.DraftTargets();
        (long highest, long? same) = folder.Counters(draft.Kind, draft.Name, draft.Version);
        draft = draft with { Counter = same ?? highest + 1, Path = $"{draft.Kind}/{draft.Name}-{draft.Version}-{draft.Runtime}{PackageArchive.Extension}" };
        UpdateTarget made = Pack(folder, draft, source, cancellationToken);
        if (before.FirstOrDefault(one => one.Path == made.Path) is { } old)
        {
            if (old.Sha256 != made.Sha256 && folder.Targets?.Targets.Any(one => one.Path == made.Path) == true)
                throw new CliException(ExitCodes.ReleaseVersionTaken, $"{made} was published already with other contents: terminals would take the two for one.");
            if (old.Sha256 == made.Sha256)
            {
                output.Say($"{made} is there already, byte for byte.", Color.Green);
                ReleaseWords.Show(folder.Report(), output);
                return Task.FromResult(ExitCodes.Ok);
            }
        }

        folder.KeepTargets([.. before.Where(one => one.Path != made.Path), made], Host.Clock.GetUtcNow().AddDays(180));
        output.Say(string.Create(CultureInfo.InvariantCulture, $"{made} is packed: {made.Length} bytes, {made.ChunkCount} chunks, SHA-256 {made.Sha256}. Publish it with `devices release publish`."), Color.Green);
        ReleaseWords.Show(folder.Report(), output);
        return Task.FromResult(ExitCodes.Ok);
    }

    private UpdateTarget Pack(ReleaseFolder folder, UpdateTarget draft, string source, CancellationToken cancellationToken)
    {
        string temporary = Path.Combine(folder.TargetsFolder, ".packing");
        (string Path, string File, bool Run)[] files = [.. Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).Where(f => Wanted(draft.Kind, Path.GetRelativePath(source, f).Replace('\\', '/')))
            .Select(f => (Path.GetRelativePath(source, f).Replace('\\', '/'), f, IsProgram(f)))];
        if (files.Sum(one => new FileInfo(one.File).Length) > Host.FreeBytes(folder.Location)) throw new CliException(ExitCodes.DiskFull, $"There is too little free space in {folder.Location} for the package.");
        try
        {
            byte[] list;
            long unpacked;
            using (FileStream to = File.Create(temporary)) (list, unpacked) = PackageArchive.Create(files, to, cancellationToken);
            List<byte> chunks = [];
            using IncrementalHash whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long length = 0;
            using (FileStream packed = File.OpenRead(temporary))
            {
                byte[] chunk = new byte[UpdateTarget.ChunkBytes];
                int read;
                while ((read = packed.ReadAtLeast(chunk, chunk.Length, throwOnEndOfStream: false)) > 0)
                {
                    chunks.AddRange(SHA256.HashData(chunk.AsSpan(0, read)));
                    whole.AppendData(chunk, 0, read);
                    length += read;
                }
            }

            UpdateTarget made = draft with { Length = length, Sha256 = Convert.ToHexStringLower(whole.GetHashAndReset()), Chunks = [.. chunks], Files = Convert.ToHexStringLower(SHA256.HashData(list)), Unpacked = unpacked };
            if (made.Fault() is { } fault) throw new CliException(ExitCodes.ReleasePackageRefused, $"The package cannot be made: {fault}");
            string target = folder.PackageFile(made);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Move(temporary, target, overwrite: true);
            Files.FlushDirectory(Path.GetDirectoryName(target)!);
            return made;
        }
        catch (UpdateRefusedException fault)
        {
            throw new CliException(ExitCodes.ReleasePackageRefused, fault.Message, inner: fault);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static UpdateTarget Agent(ReleasePackageSettings settings, string source)
    {
        string runtime = settings.Runtime is { } given && Systems.Contains(given) ? given : throw new CliException(ExitCodes.Usage, $"Give --runtime: {string.Join(" or ", Systems)}.");
        if (!File.Exists(Path.Combine(source, "Devices.Edge.Agent"))) throw new CliException(ExitCodes.ReleasePackageRefused, $"{source} holds no agent (Devices.Edge.Agent).", "Give the folder that `dotnet publish` made of edge-agent/Agent.");
        string about = Path.Combine(source, "about.json");
        try
        {
            JsonElement json = CanonicalJson.Parse(File.ReadAllBytes(about), about);
            return Draft(UpdateKinds.Agent, "agent", settings.Version, runtime) with { StateWrites = json.GetProperty("state_writes").GetInt64(), StateReads = json.GetProperty("state_reads").GetInt64() };
        }
        catch (Exception fault) when (fault is IOException or UpdateRefusedException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new CliException(ExitCodes.ReleasePackageRefused, $"{about} does not say which formats of the state directory this agent writes and reads.", "Publish the agent again; the file belongs to it.", fault);
        }
    }

    private static UpdateTarget Models(string source)
    {
        PackVerification found = PackVerifier.Verify(source);
        if (!found.IsSound) throw PackFaults.ToFault(found.Fault!);
        PackManifest manifest = found.Manifest!;
        return Draft(UpdateKinds.Models, manifest.Id, manifest.Version, UpdateKinds.AnyRuntime) with { Templates = manifest.Templates.ToString() };
    }

    private static UpdateTarget Firmware(ReleasePackageSettings settings, string source)
    {
        string chip = settings.Runtime is { } given && Chips.Contains(given) ? given : throw new CliException(ExitCodes.Usage, $"Give --runtime: {string.Join(", ", Chips)}.");
        if (!File.Exists(Path.Combine(source, "app.bin"))) throw new CliException(ExitCodes.ReleasePackageRefused, $"{source} holds no app.bin.");
        return Draft(UpdateKinds.Firmware, "mcu", settings.Version, chip);
    }

    private static UpdateTarget Draft(string kind, string name, string? version, string runtime) => new()
    {
        Kind = kind, Name = name, Version = version is { Length: > 0 } ? version : throw new CliException(ExitCodes.Usage, "Give --version."), Runtime = runtime,
        Path = "", Length = 1, Sha256 = "", Counter = 1, Chunks = [], Files = "", Unpacked = 0,
    };

    // Symbols help nobody on a terminal.
    private static bool Wanted(string kind, string path) => kind != UpdateKinds.Agent || !path.EndsWith(".pdb", StringComparison.Ordinal);

    // By what it is and not by its mode, which differs with the disk and the system that it was published on.
    private static bool IsProgram(string file)
    {
        Span<byte> head = stackalloc byte[4];
        using FileStream stream = File.OpenRead(file);
        int read = stream.ReadAtLeast(head, 4, throwOnEndOfStream: false);
        return (read == 4 && head.SequenceEqual("\u007fELF"u8)) || (read >= 2 && head[..2].SequenceEqual("#!"u8));
    }
}
