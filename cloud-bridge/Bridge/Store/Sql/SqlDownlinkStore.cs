using Devices.Contract.Messages;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IDownlinkStore"/>
public sealed class SqlDownlinkStore(SqlDatabase database, TimeProvider time) : IDownlinkStore
{
    public Task SaveAppliedAsync(string terminal, RosterApplied applied, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(applied);
        return database.WriteAsync(session =>
        {
            long now = time.GetUtcNow().ToUnixTimeMilliseconds();
            session.Execute(
                """
                INSERT INTO roster_reach (terminal, line, revision, confirmed_at, people, local, problem)
                VALUES (@terminal, @line, @revision, @now, @people, @local, @problem)
                ON CONFLICT (terminal) DO UPDATE SET line = @line, revision = @revision, confirmed_at = @now, people = @people, local = @local, problem = @problem
                """,
                ("@terminal", terminal), ("@line", applied.Line.Text()), ("@revision", applied.Snapshot is null ? applied.Revision : 0L), ("@now", now),
                ("@people", applied.People), ("@local", applied.Local), ("@problem", applied.Problem));
            foreach (Erasure erased in applied.Erased)
                session.Execute(
                    """
                    INSERT INTO erasures (terminal, person, revision, erased_at, templates, cards, pins, confirmed_at)
                    VALUES (@terminal, @person, @revision, @at, @templates, @cards, @pins, @now) ON CONFLICT (terminal, person, revision) DO NOTHING
                    """,
                    ("@terminal", terminal), ("@person", erased.Person), ("@revision", erased.Revision), ("@at", erased.At),
                    ("@templates", erased.Templates), ("@cards", erased.Cards), ("@pins", erased.Pins), ("@now", now));
            return 0;
        }, cancellationToken);
    }

    public Task<IReadOnlyList<RosterReach>> ReachAsync(SiteScope scope, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<RosterReach>>(session => session.Query(
            $"""
            SELECT t.name, r.line, r.revision, r.confirmed_at, r.people, r.local, r.problem
            FROM terminals t LEFT JOIN roster_reach r ON r.terminal = t.name WHERE t.revoked_at IS NULL AND {scope.Site("t.site")} ORDER BY t.name
            """,
            row => new RosterReach(row.GetString(0), row.GuidOrNull(1), row.LongOrNull(2) ?? 0, row.LongOrNull(3), row.LongOrNull(4) ?? 0, row.LongOrNull(5) ?? 0, row.TextOrNull(6)), scope.Values()),
            cancellationToken);

    public Task<DownlinkReach?> ReachAsync(SiteScope scope, string terminal, CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => session.First(
            $"""
            SELECT COALESCE(r.revision, 0), COALESCE((SELECT s.revision FROM roster_state s WHERE s.id = 1), 0), r.confirmed_at, r.problem,
              (SELECT COUNT(*) FROM roster_changes c WHERE c.revision > COALESCE(r.revision, 0) AND c.kind = 'leave'
                 AND NOT EXISTS (SELECT 1 FROM roster_changes n WHERE n.userid = c.userid AND n.revision > c.revision)),
              COALESCE(y.revision, 0), COALESCE((SELECT h.revision FROM site_heads h WHERE h.site = COALESCE(t.site, '')), 0), y.confirmed_at, y.problem
            FROM terminals t LEFT JOIN roster_reach r ON r.terminal = t.name LEFT JOIN relay_reach y ON y.terminal = t.name
            WHERE t.name = @terminal AND {scope.Site("t.site")}
            """,
            row => new DownlinkReach(row.GetInt64(0), row.GetInt64(1), row.LongOrNull(2), row.TextOrNull(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.LongOrNull(7), row.TextOrNull(8)),
            scope.With(("@terminal", terminal))), cancellationToken);

    public Task<IReadOnlyList<ErasureProof>> ErasuresAsync(SiteScope scope, string? person, int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<ErasureProof>>(session => session.Query(
            $"""
            SELECT terminal, person, revision, erased_at, templates, cards, pins, confirmed_at FROM erasures
            WHERE (CAST(@person AS TEXT) IS NULL OR person = @person) AND {scope.Terminal("terminal")} ORDER BY confirmed_at DESC, person, terminal LIMIT @limit
            """,
            row => new ErasureProof(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.GetInt64(7)),
            scope.With(("@person", person), ("@limit", (long)limit))), cancellationToken);
}
