using Devices.Bridge.Store.Sql;
using Devices.Contract.Punches;
using Microsoft.Data.Sqlite;

namespace Devices.Bridge.Store.Backup;

/// <summary>Reads a <c>bridge.db</c> that nobody writes and checks all of it: the file, the references, each ledger's chain to its head.</summary>
internal static class StoreVerifier
{
    private const int Page = 2000;

    /// <summary>Rows by table and the ledgers, as they are in the file.</summary>
    public static (Dictionary<string, long> Rows, List<BackupLedger> Ledgers) Describe(SqlSession session)
    {
        Dictionary<string, long> rows = TableCopy.Tables(session).ToDictionary(table => table, table => session.Number($"SELECT COUNT(*) FROM {table}"), StringComparer.Ordinal);
        List<BackupLedger> ledgers = session.Query(
            """
            SELECT l.terminal, l.ledger, l.through, l.chain, l.state, (SELECT COUNT(*) FROM removed_punches r WHERE r.terminal = l.terminal AND r.ledger = l.ledger)
            FROM ledgers l ORDER BY l.terminal, l.ledger
            """,
            row => new BackupLedger(row.GetString(0), Guid.Parse(row.GetString(1)), row.GetInt64(2), row.Hex(3), row.GetString(4), row.GetInt64(5)));
        return (rows, ledgers);
    }

    /// <summary>Null where all holds, else one sentence for the first thing that does not.</summary>
    public static string? Check(SqlSession session)
    {
        try
        {
            if (session.Text("PRAGMA integrity_check") is { } integrity && integrity != "ok") return $"The database in it is damaged: {integrity}.";
            if (session.Query("PRAGMA foreign_key_check", row => row.GetString(0)).FirstOrDefault() is { } table) return $"A row of {table} refers to another that is not there.";
            if (session.Number("SELECT COUNT(*) FROM punches p WHERE NOT EXISTS (SELECT 1 FROM ledgers l WHERE l.terminal = p.terminal AND l.ledger = p.ledger)") is > 0 and var orphans)
                return $"{orphans} punches belong to no ledger.";
            if (session.Number("SELECT COUNT(*) FROM punches p WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.punch_id = p.id AND o.target = 'platform')") is > 0 and var lost)
                return $"{lost} punches have no row in the outbox.";
            foreach (BackupLedger ledger in Describe(session).Ledgers)
                if (Walk(session, ledger) is { } fault) return fault;
            return null;
        }
        catch (SqliteException fault)
        {
            return $"The database in it cannot be read: {fault.Message}.";
        }
    }

    // From the ledger's id to its head: every punch must follow from the one before, those removed by the value they left.
    private static string? Walk(SqlSession session, BackupLedger ledger)
    {
        (string, object?)[] key = [("@terminal", ledger.Terminal), ("@ledger", ledger.Ledger.Text())];
        Dictionary<long, byte[]> removed = session.Query("SELECT seq, chain FROM removed_punches WHERE terminal = @terminal AND ledger = @ledger", row => (row.GetInt64(0), row.Bytes(1)), key).ToDictionary();
        byte[] chain = PunchChain.Genesis(ledger.Ledger);
        long next = 1;
        while (true)
        {
            for (; removed.TryGetValue(next, out byte[]? left); next++) chain = left;
            List<StoredPunch> page = session.Query(
                $"SELECT {PunchQuery.Select} {PunchQuery.From} WHERE p.terminal = @terminal AND p.ledger = @ledger AND p.seq >= @next ORDER BY p.seq LIMIT {Page}",
                PunchQuery.Read, [.. key, ("@next", next)]);
            foreach (Punch punch in page.Select(one => one.Punch))
            {
                for (; removed.TryGetValue(next, out byte[]? left); next++) chain = left;
                if (punch.Seq != next) return $"Punch {next} of ledger {ledger.Ledger} of {ledger.Terminal} is missing.";
                chain = PunchChain.Next(chain, punch);
                if (!string.Equals(PunchChain.ToHex(chain), punch.Chain, StringComparison.OrdinalIgnoreCase))
                    return $"Punch {punch.Seq} of ledger {ledger.Ledger} of {ledger.Terminal} does not fit its chain value: it was altered.";
                next++;
            }
            if (page.Count < Page) break;
        }
        if (next - 1 != ledger.Through || !string.Equals(PunchChain.ToHex(chain), ledger.Chain, StringComparison.OrdinalIgnoreCase))
            return $"Ledger {ledger.Ledger} of {ledger.Terminal} ends at punch {next - 1}, and its watermark says {ledger.Through}, or with another chain value.";
        return null;
    }
}
