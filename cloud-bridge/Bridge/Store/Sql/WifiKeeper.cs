using Devices.Contract.Messages;
using Devices.Contract.Punches;

namespace Devices.Bridge.Store.Sql;

/// <summary>
/// What a router's reports become inside one transaction: rows of evidence, and where the site's policy says so punches in a ledger that only
/// the bridge writes, under the router's name.
/// </summary>
internal sealed class WifiKeeper(SqlSession session, long now, ClockRules clock, OutboxTargets? targets)
{
    // How far a time may be off: up to 10 s until the router looked, up to 15 s until its message was here.
    private const long Uncertainty = 30_000;
    // Two punches nearer than this are one.
    private const long Beside = 120_000;
    // Late reports of other routers may move a first coming forwards and a last going backwards; somebody who sends nonsense gets no further than this.
    private const long MostPunches = 4;

    // A report of yesterday's going comes after punches of this morning, and that is no clock set back. But a router's word about days long past, which
    // decides on somebody's wage, is for HR to look at first.
    private readonly ClockRules _clock = clock with { ClockBackMinutes = int.MaxValue, ClockBackEntryMinutes = int.MaxValue, ClockOldDays = OldDays };

    private const int OldDays = 3;

    private sealed record Router(string Site, Guid Ledger, string Policy);

    private sealed record Owner(long Id, string Person);

    private sealed record Day(string Person, string Site, string Key, string Router, long LastAt, string LastKind, long? In, long? Out, long Punches, bool Closed);

    public WifiTaken? Take(string name, AssociationBatch batch, Func<long, string> dayOf, long oldest)
    {
        if (Find(name) is not { } router) return null;
        // Two routers at two nodes may report one phone at one moment.
        session.Dialect.WaitForTurn(session, "wifi");
        string spool = batch.Spool.Text();
        long through = session.Number($"SELECT through FROM wifi_spools WHERE router = @router AND spool = @spool{session.Dialect.Locked}", ("@router", name), ("@spool", spool));
        long lost = 0;
        int stored = 0, passed = 0, punches = 0;
        foreach (AssociationReport one in batch.Reports.Where(r => r.Seq > through))
        {
            lost += one.Seq - through - 1;
            through = one.Seq;
            (long at, long uncertainty) = TimeOf(batch, one);
            Owner? owner = router.Policy == WifiPolicies.Off || at < oldest ? null : OwnerOf(one.Phone, router.Site);
            if (owner is null)
            {
                passed++;
                continue;
            }
            session.Execute(
                """
                INSERT INTO wifi_reports (router, spool, seq, phone, person, kind, at, uncertainty_ms, received_at)
                VALUES (@router, @spool, @seq, @phone, @person, @kind, @at, @uncertainty, @now)
                """,
                ("@router", name), ("@spool", spool), ("@seq", one.Seq), ("@phone", owner.Id), ("@person", owner.Person), ("@kind", one.Kind), ("@at", at), ("@uncertainty", uncertainty), ("@now", now));
            stored++;
            // Of a time that nobody knows no punch is made: nothing is invented.
            if (router.Policy == WifiPolicies.Punch && uncertainty >= 0) punches += Count(name, router.Site, owner.Person, one.Kind, at, dayOf(at));
        }
        session.Execute(
            """
            INSERT INTO wifi_spools (router, spool, through, lost, first_at, last_at) VALUES (@router, @spool, @through, @lost, @now, @now)
            ON CONFLICT (router, spool) DO UPDATE SET through = @through, lost = wifi_spools.lost + @lost, last_at = @now
            """,
            ("@router", name), ("@spool", spool), ("@through", through), ("@lost", lost), ("@now", now));
        session.Execute("UPDATE wifi_routers SET last_at = @now, unknown = unknown + @passed WHERE router = @router", ("@now", now), ("@passed", passed), ("@router", name));
        return new(through, stored, passed, punches, SqlWifiStore.Salt(session, now), router.Policy == WifiPolicies.Off ? [] : List(router.Site));
    }

    /// <summary>Ends a day: whoever was last seen going has gone.</summary>
    public int Close(string today)
    {
        int made = 0;
        session.Dialect.WaitForTurn(session, "wifi");
        foreach (Day day in session.Query($"SELECT {Columns} FROM wifi_days WHERE NOT closed AND day < @today ORDER BY day, person LIMIT 500", Read, ("@today", today)))
        {
            bool gone = day.LastKind == AssociationKinds.Disassociated && day.Punches < MostPunches
                && (day.In is not { } came || day.LastAt > came + Beside) && (day.Out is not { } went || day.LastAt > went + Beside)
                && Find(day.Router) is { Policy: WifiPolicies.Punch } router && router.Site == day.Site;
            if (gone)
            {
                Append(day.Router, day.Person, day.LastAt, PunchDirection.Out);
                made++;
            }
            session.Execute(
                "UPDATE wifi_days SET closed = @yes, out_at = CASE WHEN @gone THEN last_at ELSE out_at END, punches = punches + @made WHERE person = @person AND site = @site AND day = @day",
                ("@yes", true), ("@gone", gone), ("@made", gone ? 1 : 0), ("@person", day.Person), ("@site", day.Site), ("@day", day.Key));
        }
        return made;
    }

    // Only a coming opens a day: a phone that lay there overnight is no arrival.
    private int Count(string name, string site, string person, string kind, long at, string day)
    {
        Day row = session.First($"SELECT {Columns} FROM wifi_days WHERE person = @person AND site = @site AND day = @day", Read, ("@person", person), ("@site", site), ("@day", day))
            ?? new(person, site, day, name, at, kind, null, null, 0, false);
        int made = 0;
        if (kind == AssociationKinds.Associated && row.Punches < MostPunches && (row.In is not { } came || at < came - Beside))
        {
            Append(name, person, at, PunchDirection.In);
            row = row with { In = at, Punches = row.Punches + 1 };
            made = 1;
        }
        if (at >= row.LastAt) row = row with { Router = name, LastAt = at, LastKind = kind, Closed = false };
        session.Execute(
            """
            INSERT INTO wifi_days (person, site, day, router, last_at, last_kind, in_at, out_at, punches, closed) VALUES (@person, @site, @day, @router, @last, @kind, @in, @out, @punches, @closed)
            ON CONFLICT (person, site, day) DO UPDATE SET router = @router, last_at = @last, last_kind = @kind, in_at = @in, out_at = @out, punches = @punches, closed = @closed
            """,
            ("@person", person), ("@site", site), ("@day", day), ("@router", row.Router), ("@last", row.LastAt), ("@kind", row.LastKind), ("@in", row.In), ("@out", row.Out),
            ("@punches", row.Punches), ("@closed", row.Closed));
        return made;
    }

    private void Append(string name, string person, long at, PunchDirection direction)
    {
        Guid ledger = Find(name)!.Ledger;
        // Restored from a backup: what this ledger held after it is lost, and its numbers must not come again with other contents.
        if (session.Number(
            "SELECT COUNT(*) FROM wifi_routers r JOIN settings s ON s.key = @restored WHERE r.router = @router AND CAST(s.value AS BIGINT) >= r.ledger_at",
            ("@restored", Backup.BridgeBackup.RestoredAt), ("@router", name)) > 0)
        {
            ledger = Guid.CreateVersion7();
            session.Execute("UPDATE wifi_routers SET ledger = @ledger, ledger_at = @now WHERE router = @router", ("@ledger", ledger.Text()), ("@now", now), ("@router", name));
        }
        MadePunches.Write(session, now, targets, _clock, name, ledger, new Punch
        {
            Terminal = name, Ledger = ledger, Seq = 0, Person = person, At = at, Clock = ClockQuality.Corrected, UncertaintyMs = Uncertainty, Method = PunchMethod.Wifi, Direction = direction, Chain = "",
        });
        // The pages compare what a terminal says it has with what is stored; this one says nothing.
        session.Execute(
            "UPDATE terminals SET ledger = @ledger, last_seq = (SELECT l.through FROM ledgers l WHERE l.terminal = @router AND l.ledger = @ledger) WHERE name = @router",
            ("@ledger", ledger.Text()), ("@router", name));
    }

    // The router's clock since boot gives the age, whatever its wall clock says; of an earlier boot only what the bridge had told it.
    private (long At, long Uncertainty) TimeOf(AssociationBatch batch, AssociationReport one) =>
        one.Boot == batch.Boot ? (now - (batch.Up - one.Up), Uncertainty)
        : one.At > 0 && one.At <= now + Uncertainty ? (Math.Min(one.At, now), Uncertainty)
        : (now, -1);

    private Router? Find(string name) => session.First(
        """
        SELECT COALESCE(t.site, ''), r.ledger, COALESCE(p.policy, 'off') FROM wifi_routers r JOIN terminals t ON t.name = r.router
        LEFT JOIN wifi_policies p ON p.site = COALESCE(t.site, '') WHERE r.router = @router
        """,
        row => new Router(row.GetString(0), Guid.Parse(row.GetString(1)), row.GetString(2)), ("@router", name));

    private Owner? OwnerOf(string key, string site) => session.First(
        $"SELECT f.id, f.person {InForce} AND f.phone_key = @key", row => new Owner(row.GetInt64(0), row.GetString(1)), ("@key", key), ("@site", site));

    private List<string> List(string site) => session.Query(
        $"SELECT f.phone_key {InForce} ORDER BY f.phone_key LIMIT @most", row => row.GetString(0), ("@site", site), ("@most", (long)AssociationRules.MaxPhones));

    private const string InForce = "FROM wifi_phones f JOIN people p ON p.userid = f.person WHERE f.withdrawn_at IS NULL AND p.active AND (f.site = '*' OR f.site = @site)";

    private const string Columns = "person, site, day, router, last_at, last_kind, in_at, out_at, punches, closed";

    private static Day Read(System.Data.Common.DbDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetInt64(4), row.GetString(5), row.LongOrNull(6), row.LongOrNull(7), row.GetInt64(8), row.GetBoolean(9));
}
