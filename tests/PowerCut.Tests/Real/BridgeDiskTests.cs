using System.Globalization;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Store.Sqlite;
using Devices.Bridge.Tests.Kit;
using Devices.Contract.Messages;
using Devices.Edge.Agent.Tests.Support;
using MQTTnet;
using MQTTnet.Packets;

namespace Devices.PowerCut.Tests.Real;

/// <summary>A real bridge whose disk is full, or fails: nothing is acknowledged that is not stored, terminals stay connected and are told to wait, and it goes on without a restart.</summary>
public sealed class BridgeDiskTests
{
    private const int NoSpace = 28;
    private const int InputOutput = 5;

    [Fact]
    public async Task On_a_full_disk_no_batch_is_acknowledged_and_it_goes_on_when_there_is_room_again()
    {
        Mounted.OrSkip();
        using Scratch scratch = new();
        string data = scratch["data"];
        await using BridgeUnder bridge = await BridgeUnder.StartAsync(data, Mounted.Through(data, 48), Beside);
        string inside = Mounted.Inside(bridge.Id, data);
        TestLedger ledger = new TestLedger("m2-001").AddMany(4_000);
        Enrolled identity = await bridge.EnrolAsync("m2-001");
        await using TestTerminal terminal = await TestTerminal.ConnectAsync(identity, bridge.Mqtt);
        int through = 0;
        (await SendAsync(10)).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);

        Mounted.Fill(inside, 0);
        MqttClientPublishResult? refused = null;
        for (int n = 0; n < 100 && refused is null; n++)
            if (await SendAsync(30) is { IsSuccess: false } answer) refused = answer;
        Refused(refused.ShouldNotBeNull());
        terminal.Client.IsConnected.ShouldBeTrue();
        using HttpClient http = new();
        ((int)(await http.GetAsync(new Uri(bridge.Http + "/healthz"))).StatusCode).ShouldBe(503);

        Mounted.Free(inside);
        await HealedAsync();
        string copy = scratch["copy"];
        (await bridge.StopAsync()).ShouldBe(0);

        async Task<MqttClientPublishResult> SendAsync(int count)
        {
            MqttClientPublishResult result = await terminal.PublishAsync(ledger.Batch(through + 1, count));
            if (result.IsSuccess) through += count;
            return result;
        }

        async Task HealedAsync()
        {
            await Edge.Agent.Tests.Support.Until.Some<object>(async () => (await SendAsync(30)).IsSuccess ? terminal : null, "the store to take punches again");
            (await http.GetAsync(new Uri(bridge.Http + "/healthz"))).IsSuccessStatusCode.ShouldBeTrue();
            Directory.CreateDirectory(scratch["copy"]);
            foreach (string name in (string[])["bridge.db", "bridge.db-wal"])
                if (File.Exists(Path.Combine(inside, name))) File.Copy(Path.Combine(inside, name), Path.Combine(scratch["copy"], name));
            await ExactlyAsync(Path.Combine(scratch["copy"], "bridge.db"), ledger, through);
        }
    }

    [Theory]
    [InlineData("posix/io/rw/pwrite", NoSpace)]
    [InlineData("posix/io/rw/pwrite", InputOutput)]
    [InlineData("posix/io/sync/*", InputOutput)]
    public async Task A_disk_that_fails_under_the_bridge_costs_no_acknowledged_punch_and_heals_without_a_restart(string call, int errno)
    {
        FiuRun.OrSkip();
        using Scratch scratch = new();
        FiuRun fiu = new(scratch.Path);
        string data = scratch["data"];
        await using BridgeUnder bridge = await BridgeUnder.StartAsync(data, fiu.Through);
        TestLedger ledger = new TestLedger("m2-001").AddMany(60);
        Enrolled identity = await bridge.EnrolAsync("m2-001");
        await using TestTerminal terminal = await TestTerminal.ConnectAsync(identity, bridge.Mqtt);
        (await terminal.PublishAsync(ledger.Batch(1, 10))).IsSuccess.ShouldBeTrue();

        fiu.Fail(bridge.Id, call, errno);
        for (int n = 0; n < 3; n++) Refused(await terminal.PublishAsync(ledger.Batch(11, 10)));
        terminal.Client.IsConnected.ShouldBeTrue();
        fiu.Heal(bridge.Id, call);
        await Edge.Agent.Tests.Support.Until.Some<object>(async () => (await terminal.PublishAsync(ledger.Batch(11, 10))).IsSuccess ? terminal : null, "the store to take punches again");
        (await terminal.PublishAsync(ledger.Batch(11, 50))).IsSuccess.ShouldBeTrue();
        (await bridge.StopAsync()).ShouldBe(0);
        await ExactlyAsync(Path.Combine(data, "bridge.db"), ledger, 60);
    }

    private static void Refused(MqttClientPublishResult answer)
    {
        answer.ReasonCode.ShouldBe(MqttClientPublishReasonCode.UnspecifiedError);
        answer.ReasonString.ShouldNotBeNullOrEmpty();
        answer.UserProperties.Single(one => one.Name == "problem").ReadValueAsString().ShouldBe(ProblemCodes.Unavailable);
    }

    private static string[] Beside(int process) =>
    [
        "nsenter", "--target", process.ToString(CultureInfo.InvariantCulture), .. Environment.UserName == "root" ? Array.Empty<string>() : ["--user", "--preserve-credentials"], "--mount",
    ];

    private static async Task ExactlyAsync(string file, TestLedger ledger, int through)
    {
        await using SqlDatabase found = SqliteDatabase.Open(file);
        IReadOnlyList<StoredPunch> stored = await new SqlPunchStore(found, TimeProvider.System).ListAfterAsync(SiteScope.All, 0, 10_000);
        stored.Select(one => one.Punch).ShouldBe(ledger.Punches.Take(through));
        (await found.ReadAsync(session => session.Number("SELECT COUNT(*) FROM outbox WHERE target = 'platform'"))).ShouldBe(through);
        (await found.ReadAsync(session => session.Text("PRAGMA integrity_check"))).ShouldBe("ok");
    }
}
