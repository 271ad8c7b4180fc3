using System.Data.Common;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IReconcileStore"/>
public sealed class SqlReconcileStore(SqlDatabase database, TimeProvider time) : IReconcileStore
{
    private const string Run =
        "SELECT id, state, day, from_at, to_at, through, started_at, finished_at, reason_code, people, calls, ours, theirs, same, missing, repaired, wrong_time, doubled, others FROM reconciliations";

    public Task<ReconcileRun?> LastAsync(CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => session.First($"{Run} ORDER BY id DESC LIMIT 1", Read), cancellationToken);

    public Task<IReadOnlyList<ReconcileRun>> RunsAsync(int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<ReconcileRun>>(session => session.Query($"{Run} ORDER BY id DESC LIMIT @limit", Read, ("@limit", (long)limit)), cancellationToken);

    public Task<IReadOnlyList<ReconcileFinding>> FindingsAsync(SiteScope scope, long run, int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<ReconcileFinding>>(session => session.Query(
            $"""
            SELECT kind, person, at, punch_id, record, other_at, place FROM reconciliation_findings
            WHERE run = @run AND {(scope.Everything ? "TRUE" : $"punch_id IN (SELECT p.id FROM punches p WHERE {scope.Terminal("p.terminal")})")} ORDER BY CASE WHEN kind = 'other' THEN 1 ELSE 0 END, id LIMIT @limit
            """,
            row => new ReconcileFinding(row.GetString(0), row.GetString(1), row.GetInt64(2), row.LongOrNull(3), row.TextOrNull(4), row.LongOrNull(5), row.TextOrNull(6)),
            scope.With(("@run", run), ("@limit", (long)limit))), cancellationToken);

    public Task<ReconcileRun> BeginAsync(string day, long start, long until, string through, CancellationToken cancellationToken = default) => database.WriteAsync(
        session =>
        {
            long now = Now();
            long id = session.Number(
                """
                INSERT INTO reconciliations (state, day, from_at, to_at, through, started_at) VALUES ('running', @day, @start, @until, @through, @now) RETURNING id
                """,
                ("@day", day), ("@start", start), ("@until", until), ("@through", through), ("@now", now));
            return new ReconcileRun(id, "running", day, start, until, through, now, null, null, ReconcileCounts.None);
        }, cancellationToken);

    public Task SaveAsync(long run, string through, ReconcileCounts more, IReadOnlyList<ReconcileFinding> findings, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(more);
        ArgumentNullException.ThrowIfNull(findings);
        return database.WriteAsync(session =>
        {
            session.Execute(
                """
                UPDATE reconciliations SET through = @through, people = people + @people, calls = calls + @calls, ours = ours + @ours, theirs = theirs + @theirs,
                  same = same + @same, missing = missing + @missing, repaired = repaired + @repaired, wrong_time = wrong_time + @wrong, doubled = doubled + @doubled,
                  others = others + @others WHERE id = @run
                """,
                ("@through", through), ("@people", more.People), ("@calls", more.Calls), ("@ours", more.Ours), ("@theirs", more.Theirs), ("@same", more.Same),
                ("@missing", more.Missing), ("@repaired", more.Repaired), ("@wrong", more.WrongTime), ("@doubled", more.Doubled), ("@others", more.Others), ("@run", run));
            foreach (ReconcileFinding one in findings)
                session.Execute(
                    """
                    INSERT INTO reconciliation_findings (run, kind, person, at, punch_id, record, other_at, place)
                    VALUES (@run, @kind, @person, @at, @punch, @record, @other, @place)
                    """,
                    ("@run", run), ("@kind", one.Kind), ("@person", one.Person), ("@at", one.At), ("@punch", one.PunchId), ("@record", one.Record),
                    ("@other", one.OtherAt), ("@place", one.Place));
        }, cancellationToken);
    }

    public Task CloseAsync(long run, bool done, string? reasonCode, CancellationToken cancellationToken = default) => database.WriteAsync(
        session => session.Execute(
            "UPDATE reconciliations SET state = @state, finished_at = @now, reason_code = @reason WHERE id = @run AND state = 'running'",
            ("@state", done ? "done" : "stopped"), ("@now", Now()), ("@reason", reasonCode), ("@run", run)), cancellationToken);

    public Task<IReadOnlyList<string>> PeopleAsync(string after, long start, long until, int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<string>>(session => session.Query(
            "SELECT DISTINCT person FROM punches WHERE at >= @start AND at < @until AND person > @after ORDER BY person LIMIT @limit",
            row => row.GetString(0), ("@start", start), ("@until", until), ("@after", after), ("@limit", (long)limit)), cancellationToken);

    public Task<IReadOnlyList<ComparedPunch>> PunchesAsync(IReadOnlyCollection<string> people, long start, long until, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(people);
        return database.ReadAsync<IReadOnlyList<ComparedPunch>>(session =>
            [.. people.SelectMany(person => session.Query(
                """
                SELECT p.id, p.terminal, p.ledger, p.seq, p.person, p.at, o.state, o.platform_record, o.repaired_at, x.struck IS NOT NULL
                FROM punches p JOIN outbox o ON o.punch_id = p.id AND o.at = p.at AND o.target = 'platform' LEFT JOIN punch_effects x ON x.punch_id = p.id
                WHERE p.person = @person AND p.at >= @start AND p.at < @until ORDER BY p.at, p.id
                """,
                row => new ComparedPunch(row.GetInt64(0), new(row.GetString(1), Guid.Parse(row.GetString(2)), row.GetInt64(3)), row.GetString(4), row.GetInt64(5),
                    Columns.Enum<DeliveryState>(row.GetString(6)), row.TextOrNull(7), row.LongOrNull(8) is not null, row.GetBoolean(9)),
                ("@person", person), ("@start", start), ("@until", until)))], cancellationToken);
    }

    public Task<bool> MissedBeforeAsync(long punchId, long run, CancellationToken cancellationToken = default) => database.ReadAsync(
        session => session.Number(
            "SELECT EXISTS (SELECT 1 FROM reconciliation_findings WHERE run < @run AND kind = 'missing' AND punch_id = @punch)", ("@run", run), ("@punch", punchId)) != 0,
        cancellationToken);

    public Task<bool> RepairAsync(long punchId, CancellationToken cancellationToken = default) => database.WriteAsync(
        session => session.Execute(
            """
            UPDATE outbox SET state = 'ambiguous', next_attempt_at = @now, delivered_at = NULL, proved_at = NULL, platform_record = NULL, platform_note = NULL,
              checks = 0, next_check_at = NULL, reason_code = 'reason.reconcile_missing', reason = NULL, forced = @yes, repaired_at = @now, updated_at = @now
            WHERE punch_id = @id AND target = 'platform' AND state = 'delivered'
              AND NOT EXISTS (SELECT 1 FROM punch_effects x WHERE x.punch_id = @id AND x.struck IS NOT NULL)
            """,
            ("@yes", true), ("@now", Now()), ("@id", punchId)) == 1, cancellationToken);

    private static ReconcileRun Read(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.GetInt64(4), row.GetString(5), row.GetInt64(6), row.LongOrNull(7), row.TextOrNull(8),
        new(row.GetInt64(9), row.GetInt64(10), row.GetInt64(11), row.GetInt64(12), row.GetInt64(13), row.GetInt64(14), row.GetInt64(15), row.GetInt64(16), row.GetInt64(17), row.GetInt64(18)));

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
