using Devices.Contract.Messages;
using Devices.Contract.Punches;

namespace Devices.Bridge.Store.Sql;

/// <summary>
/// Punches that corrections make. The bridge writes them into a ledger of its own, one a site, as a terminal would: insert-only, without
/// gaps, chained, each with an outbox row a target under its key. So whatever proves, repeats or shows a terminal's punch does it with these.
/// </summary>
internal static class MadePunches
{
    private const string Name = "hr-added";

    // HR decided about the time; only a time that the terminal itself did not trust stays held.
    private static readonly ClockRules AnyTime = new() { ClockAheadMinutes = int.MaxValue, ClockBackMinutes = int.MaxValue, ClockBackEntryMinutes = int.MaxValue, ClockOldDays = 0 };

    /// <summary>Appends one; returns its number of arrival.</summary>
    public static long Append(SqlSession session, long now, OutboxTargets? targets, string site, Punch content)
    {
        (string terminal, Guid ledger) = Book(session, now, site);
        return Write(session, now, targets, AnyTime, terminal, ledger, content);
    }

    /// <summary>Appends one to a ledger that only the bridge writes; returns its number of arrival.</summary>
    public static long Write(SqlSession session, long now, OutboxTargets? targets, ClockRules rules, string terminal, Guid ledger, Punch content)
    {
        LedgerKeeper keeper = new(session, now, rules, targets);
        LedgerMark? mark = keeper.Load(terminal, ledger, session.Dialect.Locked);
        byte[] chain = mark?.Chain ?? PunchChain.Genesis(ledger);
        Punch punch = content with { Terminal = terminal, Ledger = ledger, Seq = (mark?.Through ?? 0) + 1 };
        punch = punch with { Chain = PunchChain.ToHex(PunchChain.Next(chain, punch)) };
        IngestResult result = keeper.Append(new PunchBatch { Terminal = terminal, Ledger = ledger, Punches = [punch] });
        if (result.Problem is { } problem) throw new InvalidOperationException($"A punch that the bridge made cannot be written: {problem.Text}");
        return session.Number(
            "SELECT id FROM punches WHERE terminal = @terminal AND ledger = @ledger AND seq = @seq", ("@terminal", terminal), ("@ledger", ledger.Text()), ("@seq", punch.Seq));
    }

    // A row among the terminals, so that its site is found like any other's; revoked from the beginning, so that nothing connects as it.
    private static (string Terminal, Guid Ledger) Book(SqlSession session, long now, string site)
    {
        (string, Guid)? known = session.Query(
            "SELECT name, ledger FROM terminals WHERE made AND COALESCE(site, '') = @site ORDER BY name LIMIT 1",
            row => ((string, Guid)?)(row.GetString(0), Guid.Parse(row.GetString(1))), ("@site", site)).FirstOrDefault();
        if (known is { } book)
        {
            // Restored from a backup: what this ledger held after it is lost, and its numbers must not come again with other contents.
            if (session.Number(
                "SELECT COUNT(*) FROM ledgers l JOIN settings s ON s.key = @restored WHERE l.terminal = @name AND l.ledger = @ledger AND CAST(s.value AS BIGINT) >= l.first_seen_at",
                ("@restored", Backup.BridgeBackup.RestoredAt), ("@name", book.Item1), ("@ledger", book.Item2.Text())) == 0) return book;
            Guid next = Guid.CreateVersion7();
            session.Execute("UPDATE terminals SET ledger = @ledger WHERE name = @name", ("@ledger", next.Text()), ("@name", book.Item1));
            return (book.Item1, next);
        }

        string name = Name;
        for (int i = 2; session.Number("SELECT EXISTS (SELECT 1 FROM terminals WHERE name = @name)", ("@name", name)) != 0; i++) name = FormattableString.Invariant($"{Name}-{i}");
        Guid ledger = Guid.CreateVersion7();
        session.Execute(
            "INSERT INTO terminals (name, site, created_at, revoked_at, ledger, made) VALUES (@name, @site, @now, @now, @ledger, @yes)",
            ("@name", name), ("@site", site.Length == 0 ? null : site), ("@now", now), ("@ledger", ledger.Text()), ("@yes", true));
        return (name, ledger);
    }
}
