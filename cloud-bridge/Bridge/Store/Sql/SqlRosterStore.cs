using System.Globalization;
using Devices.Contract.Messages;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IRosterChanges"/>
/// <param name="requireConsent">Whether a face is enrolled only with a consent in force.</param>
public sealed class SqlRosterStore(SqlDatabase database, TimeProvider time, bool requireConsent = false) : IRosterChanges, IRosterMarks, IPlanStore
{
    private const string OwnPlan = "attendance.own_plan";

    public Task<long> RevisionAsync(CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => session.Number("SELECT revision FROM roster_state WHERE id = 1"), cancellationToken);

    public Task<IReadOnlyList<PersonChange>> ChangesAfterAsync(long revision, int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<PersonChange>>(session => session.Query(
            """
            SELECT c.revision, c.userid, c.kind, c.name, c.job_number, c.departments, c.at, c.face_only,
              (SELECT CASE WHEN f.withdrawn_at IS NULL THEN 'given' ELSE 'withdrawn' END FROM face_consents f WHERE f.person = c.userid ORDER BY f.id DESC LIMIT 1)
            FROM roster_changes c
            WHERE c.revision > @after AND (c.wipe OR NOT EXISTS (SELECT 1 FROM roster_changes n WHERE n.userid = c.userid AND n.revision > c.revision))
            ORDER BY c.revision LIMIT @limit
            """,
            row => new PersonChange(row.GetInt64(0), new(row.GetString(1), row.GetString(3), row.TextOrNull(4), row.GetString(2) != "leave", Ids(row.GetString(5))), row.GetInt64(6))
            {
                FaceOnly = row.GetBoolean(7),
                FaceConsent = row.TextOrNull(8) switch { "withdrawn" => FaceConsents.Withdrawn, "given" => null, _ => requireConsent ? FaceConsents.Missing : null },
            },
            ("@after", revision), ("@limit", limit)), cancellationToken);

    public Task MarkAsync(IReadOnlyList<RosterMark> marks, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(marks);
        return database.WriteAsync(session =>
        {
            long now = Now();
            foreach (RosterMark mark in marks)
                session.Execute(
                    """
                    INSERT INTO roster_marks (kind, id, expect, generation, attempts, due_at, marked_at) VALUES (@kind, @id, @expect, 1, 0, @now, @now)
                    ON CONFLICT (kind, id) DO UPDATE SET expect = @expect, generation = roster_marks.generation + 1, attempts = 0, due_at = @now, marked_at = @now
                    """,
                    ("@kind", Columns.Text(mark.Kind)), ("@id", mark.Id), ("@expect", Columns.Text(mark.Expect)), ("@now", now));
        }, cancellationToken);
    }

    public Task<IReadOnlyList<RosterMark>> DueAsync(long now, int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<RosterMark>>(session => session.Query(
            "SELECT kind, id, expect, generation, attempts FROM roster_marks WHERE due_at <= @now ORDER BY due_at, kind, id LIMIT @limit",
            row => new RosterMark(Columns.Enum<MarkKind>(row.GetString(0)), row.GetString(1), Columns.Enum<Expectation>(row.GetString(2)))
            {
                Generation = row.GetInt64(3),
                Attempts = (int)row.GetInt64(4),
            },
            ("@now", now), ("@limit", limit)), cancellationToken);

    public Task SettleAsync(IReadOnlyList<RosterMark> marks, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(marks);
        return database.WriteAsync(session =>
        {
            foreach (RosterMark mark in marks)
                session.Execute("DELETE FROM roster_marks WHERE kind = @kind AND id = @id AND generation = @generation",
                    ("@kind", Columns.Text(mark.Kind)), ("@id", mark.Id), ("@generation", mark.Generation));
        }, cancellationToken);
    }

    public Task PutOffAsync(IReadOnlyList<RosterMark> marks, long dueAt, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(marks);
        return database.WriteAsync(session =>
        {
            foreach (RosterMark mark in marks)
                session.Execute("UPDATE roster_marks SET due_at = @due, attempts = attempts + 1 WHERE kind = @kind AND id = @id AND generation = @generation",
                    ("@due", dueAt), ("@kind", Columns.Text(mark.Kind)), ("@id", mark.Id), ("@generation", mark.Generation));
        }, cancellationToken);
    }

    public Task<int> OpenAsync(CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => (int)session.Number("SELECT COUNT(*) FROM roster_marks"), cancellationToken);

    public Task<IReadOnlyList<StoredPlan>> PlansAsync(CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<StoredPlan>>(session => session.Query(
            "SELECT valid_from, content, loaded_at FROM site_plans ORDER BY id",
            row => new StoredPlan(row.GetString(0), row.GetString(1), row.GetInt64(2))), cancellationToken);

    public Task<bool> TryAddPlanAsync(StoredPlan plan, long seen, string actor, string what, string? address, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return database.WriteAsync(session =>
        {
            // One writer at a time comes past this row, so that of two changes the second is told.
            session.Execute("INSERT INTO settings (key, value, updated_at) VALUES (@key, '0', @now) ON CONFLICT (key) DO UPDATE SET updated_at = @now", ("@key", OwnPlan), ("@now", Now()));
            if (session.Number("SELECT COUNT(*) FROM site_plans") != seen) return false;
            session.Execute("UPDATE settings SET value = '1' WHERE key = @key", ("@key", OwnPlan));
            session.Execute("INSERT INTO site_plans (valid_from, content, loaded_at) VALUES (@from, @content, @at)", ("@from", plan.ValidFrom), ("@content", plan.Content), ("@at", plan.LoadedAt));
            SqlAuditStore.Write(session, time, actor, "plan.change", null, what.Length > 500 ? what[..500] : what, address);
            return true;
        }, cancellationToken);
    }

    public Task<bool> IsOwnAsync(CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => session.Number("SELECT COUNT(*) FROM settings WHERE key = @key AND value = '1'", ("@key", OwnPlan)) > 0 && session.Number("SELECT COUNT(*) FROM site_plans") > 0, cancellationToken);

    public Task AddPlanAsync(StoredPlan plan, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return database.WriteAsync(session => session.Execute(
            "INSERT INTO site_plans (valid_from, content, loaded_at) VALUES (@from, @content, @at)",
            ("@from", plan.ValidFrom), ("@content", plan.Content), ("@at", plan.LoadedAt)), cancellationToken);
    }

    public Task<IReadOnlyList<Membership>> MembershipsAsync(CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<Membership>>(session => session.Query(
            """
            SELECT c.userid, c.at, c.departments FROM roster_changes c
            WHERE c.departments IS DISTINCT FROM
              (SELECT b.departments FROM roster_changes b WHERE b.userid = c.userid AND b.revision < c.revision ORDER BY b.revision DESC LIMIT 1)
            ORDER BY c.revision
            """,
            row => new Membership(row.GetString(0), row.GetInt64(1), Ids(row.GetString(2)))), cancellationToken);

    private static IReadOnlyList<long> Ids(string text) =>
        [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(one => long.Parse(one, CultureInfo.InvariantCulture))];

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
