using System.Diagnostics;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Store.Sqlite;
using Devices.Bridge.Tests.Kit;
using Devices.Contract;
using Devices.Contract.Punches;
using MQTTnet;
using MQTTnet.Packets;

namespace Devices.Bridge.Tests.Ingest;

/// <summary>Stops and full disks in the middle of a storm of terminals.</summary>
public sealed class StormTests
{
    private const int Terminals = 5;

    [Fact]
    public async Task SIGTERM_in_a_storm_ends_in_time_and_everything_acknowledged_is_stored()
    {
        using TempDirectory directory = new();
        string data = directory.File("data");
        List<(TestLedger Ledger, Sender Sender)> all = [];
        TimeSpan took;
        using (BridgeProcess bridge = await BridgeProcess.StartAsync(data))
        {
            foreach (Enrolled identity in await EnrolAsync(bridge, data))
            {
                TestLedger ledger = new TestLedger(identity.Terminal).AddMany(3_000);
                all.Add((ledger, new Sender(await TestTerminal.ConnectAsync(identity, bridge.Mqtt), ledger)));
            }
            Task[] sending = [.. all.Select(one => one.Sender.RunAsync())];
            await Until.TrueAsync(() => Task.FromResult(all.All(one => one.Sender.Acknowledged >= 100)), "the storm is on");
            Stopwatch watch = Stopwatch.StartNew();
            (await bridge.StopAsync()).ShouldBe(0);
            took = watch.Elapsed;
            await Task.WhenAll(sending).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }
        took.TotalSeconds.ShouldBeLessThan(45, "the limit of the unit and of the pod is 60 s");
        await using SqliteDatabase found = SqliteDatabase.Open(Path.Combine(data, "bridge.db"));
        SqlPunchStore store = new(found, TimeProvider.System);
        foreach ((TestLedger ledger, Sender sender) in all)
        {
            sender.Acknowledged.ShouldBeLessThan(3_000, "the stop came in the middle");
            LedgerMark mark = (await store.FindLedgerAsync(ledger.Terminal, ledger.Id))!;
            mark.Through.ShouldBeGreaterThanOrEqualTo(sender.Acknowledged);
            PunchChain.ToHex(mark.Chain).ShouldBe(ledger.Punches[(int)mark.Through - 1].Chain);
        }
    }

    [Fact]
    public async Task A_full_disk_stops_the_acknowledgements_tells_terminals_to_wait_and_loses_and_doubles_nothing()
    {
        using TempDirectory directory = new();
        string data = directory.File("small");
        Directory.CreateDirectory(data);
        if (!OperatingSystem.IsLinux() || Run("mount", "-t", "tmpfs", "-o", "size=24m,mode=700", "tmpfs", data) != 0) Assert.Skip("A small disk can be mounted only by root on Linux.");
        try
        {
            List<(TestLedger Ledger, Sender Sender)> all = [];
            using (BridgeProcess bridge = await BridgeProcess.StartAsync(data))
            {
                foreach (Enrolled identity in await EnrolAsync(bridge, data))
                {
                    TestLedger ledger = new TestLedger(identity.Terminal).AddMany(1_200);
                    all.Add((ledger, new Sender(await TestTerminal.ConnectAsync(identity, bridge.Mqtt), ledger) { Wait = TimeSpan.FromMilliseconds(100) }));
                }
                string filler = Path.Combine(data, "filler");
                await using (FileStream rest = new(filler, FileMode.Create))
                {
                    byte[] block = new byte[64 * 1024];
                    try
                    {
                        while (true)
                        {
                            rest.Write(block);
                            rest.Flush();
                        }
                    }
                    catch (IOException)
                    {
                        // Full.
                    }
                }
                // A little room again, so that the disk becomes full in the middle of the storm.
                await using (FileStream rest = new(filler, FileMode.Open)) rest.SetLength(Math.Max(0, rest.Length - 400 * 1024));
                Task[] sending = [.. all.Select(one => one.Sender.RunAsync())];
                await Until.TrueAsync(() => Task.FromResult(all.All(one => one.Sender.Refused > 0)), "every terminal is refused");
                all.ShouldAllBe(one => one.Sender.LongestPause >= 1_000 && one.Sender.Acknowledged < 1_200);
                long[] before = [.. all.Select(one => one.Sender.Acknowledged)];
                File.Delete(filler);
                await Until.TrueAsync(() => Task.FromResult(all.All(one => one.Sender.Acknowledged == 1_200)), $"all arrives once there is room ({string.Join(' ', before)} before, {new DriveInfo(data).AvailableFreeSpace} bytes free)");
                await Task.WhenAll(sending);
                foreach ((_, Sender sender) in all) await sender.DisposeAsync();
                (await bridge.StopAsync()).ShouldBe(0);
            }
            await using SqliteDatabase found = SqliteDatabase.Open(Path.Combine(data, "bridge.db"));
            SqlPunchStore store = new(found, TimeProvider.System);
            (await store.ListAsync(SiteScope.All, new(), null, 1)).Total.Number.ShouldBe(Terminals * 1_200);
            foreach ((TestLedger ledger, _) in all) PunchChain.ToHex((await store.FindLedgerAsync(ledger.Terminal, ledger.Id))!.Chain).ShouldBe(ledger.LastChain);
        }
        finally
        {
            Run("umount", "-l", data);
        }
    }

    private static async Task<List<Enrolled>> EnrolAsync(BridgeProcess bridge, string data)
    {
        List<Enrolled> all = [];
        for (int i = 0; i < Terminals; i++)
        {
            (_, string claim, _) = await BridgeProcess.RunAsync("claim", "--data", data, "--terminal", $"m2-{i:000}", "--json");
            all.Add(await Enrolled.EnrolAsync(bridge.Https, $"m2-{i:000}", System.Text.Json.JsonDocument.Parse(claim).RootElement.GetProperty("claim").GetString()!));
        }
        return all;
    }

    private static int Run(string program, params string[] args)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }

    /// <summary>Sends as a terminal does, batch by batch, again after each refusal, until all is acknowledged or the bridge has gone.</summary>
    private sealed class Sender(TestTerminal terminal, TestLedger ledger) : IAsyncDisposable
    {
        private const int Batch = 20;
        private long _acknowledged;
        private int _refused;

        public TimeSpan Wait { get; init; } = TimeSpan.FromMilliseconds(20);

        public long Acknowledged => Interlocked.Read(ref _acknowledged);
        public int Refused => Volatile.Read(ref _refused);
        public long LongestPause { get; private set; }

        public async Task RunAsync()
        {
            while (Acknowledged < ledger.Punches.Count)
            {
                try
                {
                    MqttClientPublishResult answer = await terminal.PublishAsync(ledger.Batch((int)Acknowledged + 1, Batch));
                    if (answer.ReasonCode == MqttClientPublishReasonCode.Success)
                    {
                        Interlocked.Add(ref _acknowledged, Batch);
                        continue;
                    }
                    string? pause = answer.UserProperties?.FirstOrDefault(one => one.Name == Protocol.SlowDownProperty)?.ReadValueAsString();
                    if (pause is not null) LongestPause = Math.Max(LongestPause, long.Parse(pause, System.Globalization.CultureInfo.InvariantCulture));
                    Interlocked.Increment(ref _refused);
                }
                catch (Exception)
                {
                    if (!terminal.Client.IsConnected) return;
                }
                await Task.Delay(Wait);
            }
        }

        public ValueTask DisposeAsync() => terminal.DisposeAsync();
    }
}
