using Devices.Bridge.Store.Sql;

namespace Devices.Bridge.Store.Retention;

/// <summary>
/// Removes what is older than it must be kept: of each ledger the unbroken run from its beginning that is old and settled at every
/// target. What waits, is held or is a dead letter stays, and so does all after it. Each removed punch leaves its chain value.
/// </summary>
public sealed class RetentionJob(SqlDatabase database, RetentionOptions options, TimeProvider time)
{
    // Small enough that a batch of punches from a terminal waits for it no longer than for a busy disk.
    private const int Batch = 500;

    private const string Settled = "('delivered', 'skipped')";

    /// <exception cref="StoreUnavailableException">The store cannot be used now; what was removed until then stays removed.</exception>
    public async Task<RetentionReport> RunAsync(CancellationToken cancellationToken = default)
    {
        DateTimeOffset now = time.GetUtcNow();
        long before = options.PunchYears > 0 ? now.AddYears(-options.PunchYears).ToUnixTimeMilliseconds() : 0;
        List<RetentionLedger> ledgers = before > 0 ? await database.ReadAsync(session => Plan(session, before), cancellationToken) : [];
        List<string> partitions = before > 0 ? await database.ReadAsync(session => WholeMonths(session, before, ledgers), cancellationToken) : [];
        if (!options.DryRun && ledgers.Count > 0)
        {
            ledgers = await RemoveAsync(ledgers, partitions, cancellationToken);
            await database.WriteAsync(session => SqlDayStore.Removed(session, before), cancellationToken);
        }

        int events = await OldRowsAsync("events", "received_at < @before", options.EventDays, now, cancellationToken);
        int exceptions = await OldRowsAsync("exceptions", "resolved_at < @before", options.ExceptionDays, now, cancellationToken);
        RetentionReport report = new(options.DryRun, before, ledgers, partitions, events, exceptions);
        await new SqlAuditStore(database, time).AuditAsync("bridge", options.DryRun ? "retention, dry run" : "retention", null, report.ToString(), null, cancellationToken);
        return report;
    }

    private static List<RetentionLedger> Plan(SqlSession session, long before)
    {
        List<RetentionLedger> plan = [];
        // A forked ledger is evidence.
        foreach ((string terminal, Guid ledger, long through) in session.Query(
            "SELECT terminal, ledger, through FROM ledgers WHERE state = 'ok' ORDER BY terminal, ledger", row => (row.GetString(0), Guid.Parse(row.GetString(1)), row.GetInt64(2))))
        {
            long first = session.Number("SELECT MIN(seq) FROM punches WHERE terminal = @terminal AND ledger = @ledger", ("@terminal", terminal), ("@ledger", ledger.Text()));
            if (first == 0) continue;
            // Both times: a terminal whose clock was wrong does not make a new punch old.
            (long Seq, bool Old)? kept = session.Query(
                $"""
                SELECT p.seq, p.at < @before AND p.received_at < @before FROM punches p
                WHERE p.terminal = @terminal AND p.ledger = @ledger AND (p.at >= @before OR p.received_at >= @before
                  OR EXISTS (SELECT 1 FROM outbox o WHERE o.punch_id = p.id AND o.state NOT IN {Settled}))
                ORDER BY p.seq LIMIT 1
                """,
                row => ((long, bool)?)(row.GetInt64(0), row.GetBoolean(1)),
                ("@before", before), ("@terminal", terminal), ("@ledger", ledger.Text())).FirstOrDefault();
            long count = (kept?.Seq ?? through + 1) - first;
            if (count > 0 || kept is { Old: true }) plan.Add(new(terminal, ledger, first, count, kept is { Old: true } held ? held.Seq : null));
        }
        return plan;
    }

    /// <summary>Partitions that lie before the time and hold nothing but what is to be removed.</summary>
    private static List<string> WholeMonths(SqlSession session, long before, List<RetentionLedger> plan)
    {
        Dictionary<(string, Guid), RetentionLedger> limits = plan.ToDictionary(one => (one.Terminal, one.Ledger));
        return [.. session.Dialect.PartitionsBefore(session, before).Where(name => session
            .Query($"SELECT terminal, ledger, MAX(seq) FROM {name} GROUP BY terminal, ledger", row => (Key: (row.GetString(0), Guid.Parse(row.GetString(1))), Last: row.GetInt64(2)))
            .All(one => limits.TryGetValue(one.Key, out RetentionLedger? limit) && one.Last < limit.From + limit.Count))];
    }

    private async Task<List<RetentionLedger>> RemoveAsync(List<RetentionLedger> plan, List<string> partitions, CancellationToken cancellationToken)
    {
        List<RetentionLedger> done = [];
        foreach (RetentionLedger ledger in plan)
        {
            long next = ledger.From, end = ledger.From + ledger.Count;
            while (next < end)
            {
                long to = Math.Min(end, next + Batch);
                if (!await database.WriteAsync(session => Forget(session, ledger, next, to, keepRows: partitions.Count > 0), cancellationToken)) break;
                next = to;
            }
            done.Add(ledger with { Count = next - ledger.From });
        }
        if (partitions.Count == 0) return done;
        // A plan that was cut short (something became unsettled meanwhile) drops nothing whole.
        bool whole = done.SequenceEqual(plan);
        foreach (string partition in whole ? partitions : [])
            await database.WriteAsync(session => session.Dialect.DropPartition(session, partition), cancellationToken);
        foreach (RetentionLedger ledger in done)
            for (long next = ledger.From; next < ledger.From + ledger.Count; next += Batch)
            {
                long from = next, to = Math.Min(ledger.From + ledger.Count, next + Batch);
                await database.WriteAsync(session => Delete(session, ledger, from, to), cancellationToken);
            }
        return done;
    }

    /// <summary>Leaves the chain values of a run of punches and takes the rest away; false where one of them is not settled any more.</summary>
    private bool Forget(SqlSession session, RetentionLedger ledger, long from, long to, bool keepRows)
    {
        (string, object?)[] range = Range(ledger, from, to);
        if (session.Number(
            $"SELECT COUNT(*) FROM punches p JOIN outbox o ON o.punch_id = p.id AND o.at = p.at WHERE {Where("p.")} AND o.state NOT IN {Settled}", range) > 0) return false;
        session.Execute(
            $"""
            INSERT INTO removed_punches (terminal, ledger, seq, chain, removed_at) SELECT terminal, ledger, seq, chain, @now FROM punches WHERE {Where("")}
            ON CONFLICT (terminal, ledger, seq) DO NOTHING
            """,
            [.. range, ("@now", time.GetUtcNow().ToUnixTimeMilliseconds())]);
        session.Execute($"DELETE FROM outbox WHERE punch_id IN (SELECT id FROM punches WHERE {Where("")})", range);
        SqlDayStore.Removing(session, Where(""), range);
        if (!keepRows) Delete(session, ledger, from, to);
        return true;
    }

    private static void Delete(SqlSession session, RetentionLedger ledger, long from, long to)
    {
        (string, object?)[] range = Range(ledger, from, to);
        session.Execute($"DELETE FROM punches WHERE {Where("")}", range);
        session.Dialect.ForgetKeys(session, ledger.Terminal, ledger.Ledger.Text(), from, to);
    }

    private static string Where(string of) => $"{of}terminal = @terminal AND {of}ledger = @ledger AND {of}seq >= @from AND {of}seq < @to";

    private static (string, object?)[] Range(RetentionLedger ledger, long from, long to) =>
        [("@terminal", ledger.Terminal), ("@ledger", ledger.Ledger.Text()), ("@from", from), ("@to", to)];

    private async Task<int> OldRowsAsync(string table, string which, int days, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (days <= 0) return 0;
        (string, object?) before = ("@before", now.AddDays(-days).ToUnixTimeMilliseconds());
        return options.DryRun
            ? await database.ReadAsync(session => (int)session.Number($"SELECT COUNT(*) FROM {table} WHERE {which}", before), cancellationToken)
            : await database.WriteAsync(session => session.Execute($"DELETE FROM {table} WHERE {which}", before), cancellationToken);
    }
}
