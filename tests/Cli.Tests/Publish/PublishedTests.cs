using System.Buffers.Binary;
using System.Diagnostics;
using Devices.Cli.App;
using Devices.Cli.Tests.Support;
using Devices.Contract.Punches;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;

namespace Devices.Cli.Tests.Publish;

/// <summary>
/// What <c>./tools/publish</c> made: one file that needs nothing beside it. <c>./tools/test</c> makes the one for linux-x64; the others are looked at where they
/// have been made of the same sources.
/// </summary>
public sealed class PublishedTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static string File(string rid)
    {
        string file = Path.Combine(Packs.Root(), "artifacts", "publish", "devices-" + rid);
        Assert.SkipUnless(System.IO.File.Exists(file), $"There is no {Path.GetFileName(file)}: ./tools/publish makes it, and takes minutes.");
        return file;
    }

    [Fact]
    public async Task The_file_runs_alone_from_an_empty_folder_with_its_native_parts()
    {
        string alone = _folder["devices"];
        System.IO.File.Copy(File("linux-x64"), alone);
        System.IO.File.SetUnixFileMode(alone, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(_folder["state"]);
        using (LedgerStore store = LedgerStore.Open(new LedgerOptions { Path = _folder["state", "ledger.db"], Terminal = "m2-001", ReserveBytes = 0 }, "boot"))
            store.Append(new PunchDraft { Person = "a", Method = PunchMethod.Card }, ClockReading.Known(1_790_000_000_000, 1, "boot"));

        (await RunAsync("--help")).ShouldSucceed().Output.ShouldContain("doctor");
        (await RunAsync("--version")).ShouldSucceed().Output.Trim().ShouldBe(CliApp.Version);
        // Its own list of packs, without a folder beside it.
        (await RunAsync("models", "list")).ShouldSucceed().Output.ShouldContain("faceplugin-rfb-512");
        (await RunAsync("models", "install", "nosuch")).ShouldRefuse(ExitCodes.PackUnknown, "it holds the manifest of 'default'");
        // SQLite.
        Ran ledger = (await RunAsync("ledger", "verify", "state/ledger.db", "--json")).ShouldSucceed();
        ledger.Json.GetProperty("whole").GetBoolean().ShouldBeTrue();
        (await RunAsync("completion", "bash")).ShouldSucceed().Output.ShouldContain("complete -F _devices devices");
        (await RunAsync("doctor", "--state", "state", "--step-timeout", "2", "--json")).Code.ShouldBe(ExitCodes.TroubleFound.Number);
        // Skia, where there is a font.
        if (Directory.Exists("/usr/share/fonts/opentype/noto")) (await RunAsync("font", "--out", "font.bin")).ShouldSucceed();

        Task<Ran> RunAsync(params string[] args)
        {
            ProcessStartInfo start = new(alone, args) { WorkingDirectory = _folder.Path, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
            start.Environment["DOTNET_BUNDLE_EXTRACT_BASE_DIR"] = _folder["parts"];
            // As on a machine without .NET.
            start.Environment["DOTNET_ROOT"] = _folder["none"];
            return BuiltProgram.EndAsync(Process.Start(start)!);
        }
    }

    public static TheoryData<string, int> Made()
    {
        TheoryData<string, int> made = new() { { "linux-x64", 62 } };
        string folder = Path.Combine(Packs.Root(), "artifacts", "publish");
        foreach ((string rid, string suffix, int machine) in ((string, string, int)[])[("linux-arm64", "", 183), ("win-x64", ".exe", 0x8664)])
            if (System.IO.File.Exists(Path.Combine(folder, $"devices-{rid}{suffix}")) && Inputs(rid) == Inputs("linux-x64")) made.Add(rid + suffix, machine);
        return made;

        string Inputs(string rid) => System.IO.File.Exists(Path.Combine(folder, $"devices-{rid}.inputs")) ? System.IO.File.ReadAllText(Path.Combine(folder, $"devices-{rid}.inputs")) : "";
    }

    [Theory]
    [MemberData(nameof(Made))]
    public void Each_file_is_a_program_of_its_system_and_holds_the_native_parts(string rid, int machine)
    {
        string file = File(rid);
        byte[] head = new byte[4096];
        using (FileStream stream = System.IO.File.OpenRead(file)) stream.ReadExactly(head);
        if (rid.StartsWith("win", StringComparison.Ordinal))
        {
            head.AsSpan(0, 2).ToArray().ShouldBe("MZ"u8.ToArray());
            int pe = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(0x3C));
            BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(pe + 4)).ShouldBe((ushort)machine);
        }
        else
        {
            head.AsSpan(0, 5).ToArray().ShouldBe(new byte[] { 0x7F, (byte)'E', (byte)'L', (byte)'F', 2 });
            BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(18)).ShouldBe((ushort)machine);
        }

        // The bundle's list of names lies at its end, in clear.
        using FileStream whole = System.IO.File.OpenRead(file);
        byte[] tail = new byte[64 * 1024];
        whole.Seek(-tail.Length, SeekOrigin.End);
        whole.ReadExactly(tail);
        string names = System.Text.Encoding.Latin1.GetString(tail);
        (string prefix, string suffix) = rid.StartsWith("win", StringComparison.Ordinal) ? ("", ".dll") : ("lib", ".so");
        foreach (string part in (string[])[$"{prefix}e_sqlite3{suffix}", $"libSkiaSharp{suffix}", $"{prefix}onnxruntime{suffix}"]) names.ShouldContain(part);
    }
}
