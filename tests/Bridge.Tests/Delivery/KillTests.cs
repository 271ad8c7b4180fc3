using System.Diagnostics;
using System.Runtime.InteropServices;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Store.Sqlite;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Delivery;

/// <summary>The real program, killed with SIGKILL while an upload is under way.</summary>
public sealed class KillTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_bridge_killed_while_sending_ends_with_exactly_one_record(bool recorded)
    {
        string folder = Directory.CreateTempSubdirectory("bridge-kill-").FullName;
        await using PlayedPlatform platform = await PlayedPlatform.StartAsync();
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "bridge"));
            await File.WriteAllTextAsync(Path.Combine(folder, "secret"), "dingstandinsecret", TestContext.Current.CancellationToken);
            LedgerMaker ledger = new();
            Punch punch = ledger.Next("ada", Bench.Now(5));
            string file = Path.Combine(folder, "bridge", "bridge.db");
            await WithStoreAsync(file, (punches, _) => punches.AppendAsync(ledger.Batch(punch)));
            await platform.FaultAsync(new { kind = "delay", delay_ms = 60_000, after_recording = recorded, api = PlayedPlatform.Upload, count = 1 });

            using (Process bridge = Start(folder, platform))
            {
                await Until.Async(() => platform.CallsAsync(PlayedPlatform.Upload), calls => calls == 1, "the upload to be under way", 60);
                if (recorded) await Until.Async(platform.RecordsAsync, r => r.Count == 1, "the platform to record");
                bridge.Kill();
                await bridge.WaitForExitAsync(TestContext.Current.CancellationToken);
            }

            using (Process bridge = Start(folder, platform))
            {
                await Until.Async(platform.RecordsAsync, r => r.Count == 1, "the record", 60);
                await Until.Async(
                    async () =>
                    {
                        StoredPunch? stored = null;
                        await WithStoreAsync(file, async (punches, _) => stored = await punches.FindAsync(SiteScope.All, new(punch.Terminal, punch.Ledger, punch.Seq)));
                        return stored!.Delivery;
                    },
                    state => state == DeliveryState.Delivered, "the punch to be delivered", 60);
                bridge.Kill();
                await bridge.WaitForExitAsync(TestContext.Current.CancellationToken);
            }

            (await platform.RecordsAsync()).Count.ShouldBe(1);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task WithStoreAsync(string file, Func<IPunchStore, IOutboxStore, Task> work)
    {
        await using SqliteDatabase database = SqliteDatabase.Open(file);
        await work(new SqlPunchStore(database, TimeProvider.System), new SqlOutboxStore(database, TimeProvider.System));
    }

    private static Process Start(string folder, PlayedPlatform platform)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Devices.Bridge.dll");
        ProcessStartInfo start = new(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : Dotnet())
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        start.ArgumentList.Add(program);
        foreach (string argument in Bench.Arguments(folder, platform.Address)) start.ArgumentList.Add(argument);
        start.ArgumentList.Add("--Bridge:Platform:TimeoutSeconds=60");
        Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    // The runtime this test runs on: <root>/shared/Microsoft.NETCore.App/<version>/.
    private static string Dotnet() => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
}
