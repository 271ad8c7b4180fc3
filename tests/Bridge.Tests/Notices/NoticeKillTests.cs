using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Store.Sqlite;
using Devices.Bridge.Tests.Delivery;
using Devices.Bridge.Tests.Kit;
using Devices.Contract.Punches;
using Until = Devices.Bridge.Tests.Delivery.Until;

namespace Devices.Bridge.Tests.Notices;

/// <summary>The real program, killed with SIGKILL while a guardian's notice is on its way.</summary>
public sealed class NoticeKillTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_bridge_killed_while_telling_a_guardian_has_told_once_in_the_end(bool arrived)
    {
        string data = Path.Combine(_directory.Path, "bridge"), file = Path.Combine(data, "bridge.db");
        Directory.CreateDirectory(data);
        await File.WriteAllTextAsync(Path.Combine(_directory.Path, "secret"), "dingstandinsecret\n", TestContext.Current.CancellationToken);
        await using PlayedPlatform platform = await PlayedPlatform.StartAsync();
        string[] settings = [.. Bench.Arguments(_directory.Path, platform.Address).Where(a => !a.StartsWith("--urls", StringComparison.Ordinal)), "--Bridge:Platform:TimeoutSeconds=60", .. NoticeBench.Usual, "--Bridge:Notices:PollSeconds=0.1"];
        LedgerMaker ledger = new();

        using (BridgeProcess bridge = await BridgeProcess.StartAsync(data, settings))
        {
            await Until.Async(() => WithAsync(file, d => new SqlSettingStore(d, TimeProvider.System).GetSettingAsync("notices.punches")), m => m is not null, "the mark", 60);
            await platform.FaultAsync(new { kind = "delay", delay_ms = 60_000, after_recording = arrived, api = "topapi/message/corpconversation/asyncsend_v2", count = 1 });
            await WithAsync(file, d => new SqlNoticeStore(d, TimeProvider.System).AddConsentAsync(new("ada", "grace", "v1", "mother", 1, "hr", null, null)));
            Punch punch = ledger.Next("ada", Bench.Now(3));
            await WithAsync(file, d => new SqlPunchStore(d, TimeProvider.System).AppendAsync(ledger.Batch(punch)));
            await Until.Async(() => platform.CallsAsync("topapi/message/corpconversation/asyncsend_v2"), n => n == 1, "the call", 60);
            if (arrived) await Until.Async(() => NoticeBench.AllAsync(platform), a => a.Count == 1, "the platform to have it");
            await bridge.KillAsync();
        }

        using (BridgeProcess bridge = await BridgeProcess.StartAsync(data, settings))
        {
            await Until.Async(() => WithAsync(file, d => new SqlNoticeStore(d, TimeProvider.System).NoticesAsync(5)), n => n.Count == 1 && n[0].State == NoticeState.Delivered, "the notice to be known as delivered", 60);
            await bridge.KillAsync();
        }

        (await NoticeBench.AllAsync(platform)).Count(a => a.Code is null).ShouldBe(1);
    }

    private static async Task<T> WithAsync<T>(string file, Func<SqlDatabase, Task<T>> work)
    {
        await using SqliteDatabase database = SqliteDatabase.Open(file);
        return await work(database);
    }
}
