using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Store;
using Devices.Bridge.Wifi;
using Devices.Contract.Messages;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Wifi;

/// <summary>Routers' reports in the store, and the punches that are made of them, over both databases.</summary>
public abstract class WifiStoreTests(StoreKind kind) : IAsyncDisposable
{
    private const string Ada = "aa:bb:cc:00:00:01", Grace = "aa:bb:cc:00:00:02";

    private static readonly Guid Boot = Guid.NewGuid(), Spool = Guid.NewGuid();

    private readonly StoreFixture _store = new(kind);
    private readonly WifiDays _days = new(NodaTime.DateTimeZone.Utc, new());

    private SqlWifiStore Wifi => new(_store.Database, _store.Time);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Evidence_is_kept_once_with_the_time_that_the_bridge_knows_and_only_of_phones_that_count_there()
    {
        await FillAsync(WifiPolicies.Evidence);
        AssociationReport[] reports =
        [
            new() { Seq = 1, Phone = await KeyAsync(Ada), Kind = AssociationKinds.Associated, Boot = Boot, Up = 40_000 },
            new() { Seq = 2, Phone = new string('0', 16), Kind = AssociationKinds.Associated, Boot = Boot, Up = 41_000 },
            // Grace's phone is registered for another site.
            new() { Seq = 3, Phone = await KeyAsync(Grace), Kind = AssociationKinds.Associated, Boot = Boot, Up = 42_000 },
            // Of an earlier boot, with the time that the bridge had told it then, without one, and with one that cannot be.
            new() { Seq = 5, Phone = await KeyAsync(Ada), Kind = AssociationKinds.Present, Boot = Guid.NewGuid(), Up = 9, At = Now - 3_600_000 },
            new() { Seq = 6, Phone = await KeyAsync(Ada), Kind = AssociationKinds.Present, Boot = Guid.NewGuid(), Up = 9 },
            new() { Seq = 7, Phone = await KeyAsync(Ada), Kind = AssociationKinds.Present, Boot = Guid.NewGuid(), Up = 9, At = Now + 3_600_000 },
        ];

        WifiTaken first = (await TakeAsync(100_000, reports))!;
        _store.Time.Advance(TimeSpan.FromMinutes(5));
        WifiTaken again = (await TakeAsync(400_000, reports))!;

        (first.Through, first.Stored, first.Passed, first.Punches).ShouldBe((7, 4, 2, 0));
        (again.Through, again.Stored, again.Passed).ShouldBe((7, 0, 0));
        long then = Now - 300_000;
        (await Wifi.SeenAsync(SiteScope.All, "ada", 0, long.MaxValue)).Select(s => (s.Router, s.Kind, s.At, s.UncertaintyMs)).ShouldBe(
        [
            ("gw-1", "present", then - 3_600_000, 30_000), ("gw-1", "associated", then - 60_000, 30_000), ("gw-1", "present", then, -1), ("gw-1", "present", then, -1),
        ]);
        (await Wifi.SeenAsync(SiteScope.Of("South"), "ada", 0, long.MaxValue)).ShouldBeEmpty("the router stands at another site");
        first.Phones.ShouldBe([await KeyAsync(Ada)]);
        WifiRouter router = (await Wifi.RoutersAsync(SiteScope.All)).Single(r => r.Router == "gw-1");
        (router.Through, router.Lost, router.Unknown, router.Site).ShouldBe((7, 1, 2, "North"), "number 4 never came");
        (await _store.CountAsync("punches")).ShouldBe(0);
        (await Wifi.TakeAsync("t-1", Batch(1), _days.TextOf, 0)).ShouldBeNull("a terminal is no router");
        await Should.ThrowAsync<Exception>(() => _store.Database.WriteAsync(session => session.Execute("UPDATE wifi_reports SET at = 1")));
        // Age takes reports by when they came, whatever time they speak of.
        (await Wifi.CleanAsync(then, "2026-03-02")).ShouldBe(0);
        (await Wifi.CleanAsync(then + 1, "2026-03-02")).ShouldBe(4);
        (await Wifi.SeenAsync(SiteScope.All, "ada", 0, long.MaxValue)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_first_coming_and_the_last_going_of_a_day_are_two_punches_of_a_sound_ledger()
    {
        await FillAsync(WifiPolicies.Punch);
        string ada = await KeyAsync(Ada);

        // 08:00 comes, 12:00 goes, 13:00 comes, 18:00 goes; 02:00 of the night still belongs to the day.
        await ReportAsync(1, ada, AssociationKinds.Associated, hours: 0);
        await ReportAsync(2, ada, AssociationKinds.Disassociated, hours: 4);
        await ReportAsync(3, ada, AssociationKinds.Associated, hours: 5);
        await ReportAsync(4, ada, AssociationKinds.Disassociated, hours: 10);
        (await PunchesAsync()).ShouldBe([(0, "in")], "who goes may come again");
        (await Wifi.CloseAsync("2026-03-02")).ShouldBe(0);
        (await Wifi.CloseAsync("2026-03-03")).ShouldBe(1);
        (await Wifi.CloseAsync("2026-03-03")).ShouldBe(0);
        (await PunchesAsync()).ShouldBe([(0, "in"), (10, "out")]);
        // Another router of the site was away and tells late that she came earlier and went later.
        await ReportAsync(1, ada, AssociationKinds.Associated, hours: -1, router: "gw-2");
        await ReportAsync(2, ada, AssociationKinds.Disassociated, hours: 11, router: "gw-2");
        (await Wifi.CloseAsync("2026-03-03")).ShouldBe(1);
        (await PunchesAsync()).ShouldBe([(-1, "in"), (0, "in"), (10, "out"), (11, "out")]);
        await ReportAsync(3, ada, AssociationKinds.Associated, hours: -2, router: "gw-2");
        (await PunchesAsync()).Count.ShouldBe(4, "a day has no more");

        foreach (string router in (string[])["gw-1", "gw-2"])
        {
            List<Punch> all = [.. (await _store.Punches.ListAfterAsync(SiteScope.All, 0, 100)).Select(p => p.Punch).Where(p => p.Terminal == router).OrderBy(p => p.Seq)];
            ChainVerifier.Walk(router, all[0].Ledger, 0, PunchChain.Genesis(all[0].Ledger), all).Fault.ShouldBe(ChainFault.None);
            all.ShouldAllBe(p => p.Method == PunchMethod.Wifi && p.Clock == ClockQuality.Corrected && p.UncertaintyMs == 30_000 && p.Person == "ada");
        }
        (await _store.Outbox.LeaseAsync(OutboxTarget.Platform, Now, 10)).Count.ShouldBe(1, "one a person, on its way like any other");
        (await _store.Terminals.CompletenessAsync(SiteScope.All)).Single(c => c.Terminal.Name == "gw-1").Through.ShouldBe(2);
    }

    [Fact]
    public async Task A_phone_that_lay_there_overnight_did_not_come_and_one_that_stays_did_not_go()
    {
        await FillAsync(WifiPolicies.Punch);
        string ada = await KeyAsync(Ada);
        await ReportAsync(1, ada, AssociationKinds.Present, hours: 0);
        await ReportAsync(2, ada, AssociationKinds.Disassociated, hours: 1);
        await ReportAsync(3, ada, AssociationKinds.Present, hours: 9);
        (await Wifi.CloseAsync("2026-03-03")).ShouldBe(0);
        (await PunchesAsync()).ShouldBeEmpty();
        // A time that nobody knows becomes evidence, and no punch.
        await TakeAsync(1, [new() { Seq = 4, Phone = ada, Kind = AssociationKinds.Associated, Boot = Guid.NewGuid(), Up = 1 }]);
        (await PunchesAsync()).ShouldBeEmpty();
        (await Wifi.SeenAsync(SiteScope.All, "ada", 0, long.MaxValue)).Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_withdrawal_erases_key_and_evidence_keeps_the_punch_and_no_later_report_counts()
    {
        await FillAsync(WifiPolicies.Punch);
        string ada = await KeyAsync(Ada);
        await ReportAsync(1, ada, AssociationKinds.Associated, hours: 0);
        WifiPhone phone = (await Wifi.PhonesAsync(SiteScope.All, "ada", 10)).ShouldHaveSingleItem();
        (phone.Hint, phone.Site, phone.TextVersion, phone.IsPrivate).ShouldBe(("00:01", "North", "v1", false));
        (await Wifi.WithdrawAsync(SiteScope.Of("South"), phone.Id, "hr")).ShouldBeFalse("of another site");

        (await Wifi.WithdrawAsync(SiteScope.All, phone.Id, "hr")).ShouldBeTrue();

        (await Wifi.WithdrawAsync(SiteScope.All, phone.Id, "hr")).ShouldBeFalse();
        (await Wifi.SeenAsync(SiteScope.All, "ada", 0, long.MaxValue)).ShouldBeEmpty();
        (await Wifi.PhonesAsync(SiteScope.All, "ada", 10)).ShouldHaveSingleItem().ShouldSatisfyAllConditions(p => p.Hint.ShouldBeNull(), p => p.WithdrawnBy.ShouldBe("hr"), p => p.TextVersion.ShouldBe("v1"));
        WifiTaken after = (await TakeAsync(1, [new() { Seq = 2, Phone = ada, Kind = AssociationKinds.Disassociated, Boot = Boot, Up = 1 }]))!;
        (after.Stored, after.Passed, after.Phones.Count).ShouldBe((0, 1, 0));
        (await Wifi.CloseAsync("2026-03-09")).ShouldBe(0);
        (await PunchesAsync()).ShouldBe([(0, "in")]);
        (await Wifi.AddPhoneAsync(Phone("grace", Ada, "North"), "hr")).ShouldBe(PhoneVerdict.Added, "the phone may have another owner now");
    }

    [Fact]
    public async Task One_phone_has_one_owner_who_is_here_and_leaving_or_erasure_ends_it()
    {
        await FillAsync(WifiPolicies.Evidence);
        (await Wifi.AddPhoneAsync(Phone("grace", Ada, "North"), "hr")).ShouldBe(PhoneVerdict.Taken);
        (await Wifi.AddPhoneAsync(Phone("nobody", "aa:bb:cc:00:00:09", "North"), "hr")).ShouldBe(PhoneVerdict.NoPerson);
        foreach (string more in (string[])["aa:bb:cc:00:00:0a", "aa:bb:cc:00:00:0b"]) (await Wifi.AddPhoneAsync(Phone("ada", more, WifiPhone.EverySite), "hr")).ShouldBe(PhoneVerdict.Added);
        (await Wifi.AddPhoneAsync(Phone("ada", "aa:bb:cc:00:00:0c", "North"), "hr")).ShouldBe(PhoneVerdict.TooMany);
        await ReportAsync(1, await KeyAsync(Ada), AssociationKinds.Associated, hours: 0);
        (await TakeAsync(1, []))!.Phones.Count.ShouldBe(3, "those of every site too");
        await _store.People.ReconcileAsync([new(1, null, "Company")], [new("grace", "Grace Hopper", null, true, [1])]);
        (await TakeAsync(1, []))!.Phones.ShouldBeEmpty("she has left");
        await Wifi.CleanAsync(0, "2020-01-01");
        (await Wifi.PhonesAsync(SiteScope.All, "ada", 10)).ShouldAllBe(p => p.WithdrawnBy == "bridge" && p.Hint == null);
        (await _store.CountAsync("wifi_reports")).ShouldBe(0);

        // Erasure takes what is left of a leaver, with the number of it in the proof.
        SqlPrivacyStore privacy = new(_store.Database, _store.Time);
        (await privacy.RowsOfAsync("ada"))["wifi_phones"].Count.ShouldBe(3);
        (ErasureVerdict verdict, ErasedPerson? erased) = await privacy.EraseAsync("ada", "hr", "asked", Now, force: true);
        verdict.ShouldBe(ErasureVerdict.Erased);
        erased!.Done.ShouldContain("\"wifi\":0");
    }

    [Fact]
    public async Task A_policy_goes_with_its_site_and_a_router_with_its_name()
    {
        await FillAsync(WifiPolicies.Off);
        (await TakeAsync(1, []))!.Phones.ShouldBeEmpty("off: nobody is looked for");
        (await Wifi.AddRouterAsync("gw-1", "North", "hr")).ShouldBe(RouterVerdict.Already);
        await _store.Database.WriteAsync(session => session.Execute("UPDATE terminals SET ledger = 'x' WHERE name = 't-1'"));
        (await Wifi.AddRouterAsync("t-1", "North", "hr")).ShouldBe(RouterVerdict.IsTerminal);
        await Should.ThrowAsync<ArgumentException>(() => Wifi.SetPolicyAsync("North", WifiPolicies.Punch, accepted: false, "hr"));
        await Wifi.SetPolicyAsync("North", WifiPolicies.Evidence, false, "hr");
        (await new SqlTerminalSites(_store.Database, _store.Time).RenameSiteAsync("North", "Nord", "hr")).ShouldBe(SiteVerdict.Done);
        (await Wifi.SitesAsync(SiteScope.Of("Nord"))).ShouldHaveSingleItem().ShouldSatisfyAllConditions(s => s.Policy.ShouldBe("evidence"), s => s.Phones.ShouldBe(1));
        (await TakeAsync(1, []))!.Phones.Count.ShouldBe(1);
        (await Wifi.SitesAsync(SiteScope.All)).Select(s => (s.Site, s.Policy)).ShouldBe([("", "off"), ("Nord", "evidence"), ("South", "off")], ignoreOrder: true);
        (await Wifi.RoutersAsync(SiteScope.Of("South"))).ShouldBeEmpty();
    }

    private long Now => _store.Time.GetUtcNow().ToUnixTimeMilliseconds();

    private static NewPhone Phone(string person, string address, string site) => new(person, address, false, site, "v1", "paper", 1);

    private async Task FillAsync(string policy)
    {
        await _store.AddTerminalAsync("t-1");
        await _store.People.ReconcileAsync([new(1, null, "Company")], [new("ada", "Ada Lovelace", "7", true, [1]), new("grace", "Grace Hopper", null, true, [1])]);
        await _store.Database.WriteAsync(session => session.Execute("INSERT INTO people_sites (person, site, assigned_at, assigned_by) VALUES ('ada', 'North', 0, 'hr')"));
        foreach (string router in (string[])["gw-1", "gw-2"]) (await Wifi.AddRouterAsync(router, "North", "hr")).ShouldBe(RouterVerdict.Added);
        await _store.Database.WriteAsync(session => session.Execute("INSERT INTO terminals (name, site, created_at) VALUES ('t-2', 'South', 0)"));
        await Wifi.SetPolicyAsync("North", policy, accepted: true, "hr");
        (await Wifi.AddPhoneAsync(Phone("ada", Ada, "North"), "hr")).ShouldBe(PhoneVerdict.Added);
        (await Wifi.AddPhoneAsync(Phone("grace", Grace, "South"), "hr")).ShouldBe(PhoneVerdict.Added);
    }

    private async Task<string> KeyAsync(string address) =>
        AssociationRules.KeyOf((await _store.Database.ReadAsync(session => session.Text("SELECT value FROM settings WHERE key = 'wifi.salt'")))!, address);

    private static AssociationBatch Batch(long up, params IReadOnlyList<AssociationReport> reports) => new() { Spool = Spool, Boot = Boot, Up = up, Reports = reports };

    private Task<WifiTaken?> TakeAsync(long up, IReadOnlyList<AssociationReport> reports, string router = "gw-1") => Wifi.TakeAsync(router, Batch(up, reports), _days.TextOf, Now - (30L * 86_400_000));

    // What happened so many hours after 08:00, told when the clock stands there, or late.
    private async Task ReportAsync(long seq, string phone, string kind, int hours, string router = "gw-1")
    {
        DateTimeOffset then = new DateTimeOffset(2026, 3, 2, 8, 0, 0, TimeSpan.Zero).AddHours(hours);
        if (then > _store.Time.GetUtcNow()) _store.Time.SetUtcNow(then);
        long up = 100_000_000;
        await TakeAsync(up, [new() { Seq = seq, Phone = phone, Kind = kind, Boot = Boot, Up = up - (Now - then.ToUnixTimeMilliseconds()) }], router);
    }

    private async Task<IReadOnlyList<(int Hours, string Direction)>> PunchesAsync() => [.. (await _store.Punches.ListAfterAsync(SiteScope.All, 0, 100))
        .OrderBy(p => p.Punch.At).Select(p => ((int)((p.Punch.At - new DateTimeOffset(2026, 3, 2, 8, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds()) / 3_600_000), p.Punch.Direction == PunchDirection.In ? "in" : "out"))];
}

public sealed class WifiSqliteTests() : WifiStoreTests(StoreKind.Sqlite);

public sealed class WifiPostgresTests() : WifiStoreTests(StoreKind.Postgres);
