using Devices.Bridge.Patrol;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Kit;
using Devices.Bridge.Tests.Store;
using Devices.Contract.Messages;

namespace Devices.Bridge.Tests.Patrol;

/// <summary>Rounds over a store: grades, history, notes, scope; on both databases.</summary>
public abstract class PatrolStoreTests(StoreKind kind) : IAsyncDisposable
{
    private readonly StoreFixture _store = new(kind);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_round_keeps_grades_history_and_notes_and_shows_each_site_its_own()
    {
        SqlPatrolStore patrol = new(_store.Database, _store.Time);
        PatrolRound round = new(_store.Terminals, patrol, new PatrolOptions(), _store.Time);
        foreach ((string name, string? site) in new (string, string?)[] { ("gate-1", "North"), ("hall-1", null), ("old-1", null) })
            await _store.Database.WriteAsync(session => session.Execute("INSERT INTO terminals (name, created_at, site) VALUES (@name, @now, @site)", ("@name", name), ("@now", Now), ("@site", site)), Stop);
        await _store.Database.WriteAsync(session => session.Execute("UPDATE terminals SET revoked_at = 1 WHERE name = 'old-1'"), Stop);
        foreach (string name in (string[])["gate-1", "hall-1"]) await TellAsync(name, new() { McuOnline = true, CameraRunning = true, CameraFps = 20, Liveness = true });

        (await round.RunAsync(Stop)).Select(one => (one.Terminal, one.Grade, one.Was)).ShouldBe([("gate-1", "A", null), ("hall-1", "A", null)]);
        _store.Time.Advance(TimeSpan.FromHours(1));
        await TellAsync("gate-1", new() { McuOnline = false, DiskWear = 90, CameraRunning = true, CameraFps = 20, Liveness = true });
        await TellAsync("hall-1", null);
        long first = Now;
        PatrolState gate = (await round.RunAsync(Stop))[0];
        (gate.Terminal, gate.Site, gate.Score, gate.Grade, gate.Was, gate.Worsened, gate.ChangedAt).ShouldBe(("gate-1", "North", 40, "D", "A", true, first));
        gate.Findings.Select(one => one.Code).ShouldBe(["mcu-offline", "disk-wear"]);

        // Unchanged: no row of history within a day, and the finding keeps its beginning.
        _store.Time.Advance(TimeSpan.FromHours(1));
        await TellAsync("gate-1", null);
        gate = (await round.RunAsync(Stop))[0];
        (gate.Findings[0].Since, gate.Was, gate.Worsened).ShouldBe((first, "A", true));
        (await patrol.ScoresAsync(SiteScope.All, "gate-1", 10, Stop)).Select(one => (one.Grade, string.Join(',', one.Codes))).ShouldBe([("D", "disk-wear,mcu-offline"), ("A", "")]);
        _store.Time.Advance(TimeSpan.FromHours(24));
        await TellAsync("gate-1", null);
        await round.RunAsync(Stop);
        (await patrol.ScoresAsync(SiteScope.All, "gate-1", 10, Stop)).Count.ShouldBe(3);

        // Another site sees and changes nothing.
        SiteScope main = SiteScope.Of("");
        (await patrol.StatesAsync(main, Stop)).Select(one => one.Terminal).ShouldBe(["hall-1"]);
        (await patrol.ScoresAsync(main, "gate-1", 10, Stop)).ShouldBeEmpty();
        (await patrol.AcknowledgeAsync(main, "gate-1", "mcu-offline", "olga", "why", Now + 1000, null, Stop)).ShouldBeFalse();
        (await patrol.AcknowledgeAsync(SiteScope.Of("North"), "gate-1", "tamper", "otto", "why", Now + 1000, null, Stop)).ShouldBeFalse("it has no such finding");

        (await patrol.AcknowledgeAsync(SiteScope.Of("North"), "gate-1", "mcu-offline", "otto", "is being repaired", Now + (2 * 86_400_000L), "10.0.0.1", Stop)).ShouldBeTrue();
        (await patrol.AcksAsync(main, Stop)).ShouldBeEmpty();
        gate = (await round.RunAsync(Stop)).Single(one => one.Terminal == "gate-1");
        (gate.Score, gate.Grade, gate.Was, gate.Worsened, gate.Findings.Count).ShouldBe((90, "B", "D", false, 2));
        _store.Time.Advance(TimeSpan.FromDays(3));
        await TellAsync("gate-1", null);
        (await round.RunAsync(Stop)).Single(one => one.Terminal == "gate-1").Grade.ShouldBe("D", "the note has ended");
        await patrol.AcknowledgeAsync(SiteScope.All, "gate-1", "mcu-offline", "otto", "again", Now + 86_400_000L, null, Stop);
        (await patrol.WithdrawAsync(main, "gate-1", "mcu-offline", "olga", null, Stop)).ShouldBeFalse();
        (await patrol.WithdrawAsync(SiteScope.All, "gate-1", "mcu-offline", "otto", null, Stop)).ShouldBeTrue();
        (await new SqlAuditStore(_store.Database, _store.Time).AuditLogAsync(10, Stop)).Select(row => (row.Action, row.Actor, row.Target)).ShouldBe([("patrol.unnote", "otto", "gate-1"), ("patrol.note", "otto", "gate-1"), ("patrol.note", "otto", "gate-1")]);

        (await patrol.ForgetAsync(Now - 86_400_000L, Stop)).ShouldBeGreaterThan(0);
    }

    private long Now => _store.Time.GetUtcNow().ToUnixTimeMilliseconds();

    private Task TellAsync(string terminal, TerminalHealth? health) => _store.Terminals.SaveStatusAsync(terminal, new StatusMessage { Online = true, Health = health }, true, Stop);
}

public sealed class PatrolSqliteTests() : PatrolStoreTests(StoreKind.Sqlite);

public sealed class PatrolPostgresTests() : PatrolStoreTests(StoreKind.Postgres);
