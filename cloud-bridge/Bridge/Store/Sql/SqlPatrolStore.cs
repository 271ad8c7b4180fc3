using System.Data.Common;
using System.Text.Json;
using Devices.Contract.Messages;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IPatrolStore"/>
public sealed class SqlPatrolStore(SqlDatabase database, TimeProvider time) : IPatrolStore
{
    private const long Day = 86_400_000;
    private const string Columns = "p.terminal, COALESCE(t.site, ''), p.checked_at, p.score, p.grade, p.was, p.changed_at, p.queue, p.findings";

    public Task<FleetFacts> FactsAsync(long since, CancellationToken cancellationToken = default) => database.ReadAsync(session => new FleetFacts(
        session.Query("SELECT name, health FROM terminals WHERE health IS NOT NULL", row => (Name: row.GetString(0), Health: Read(row.GetString(1), ContractJson.Default.TerminalHealth)))
            .Where(one => one.Health is not null).ToDictionary(one => one.Name, one => one.Health!, StringComparer.Ordinal),
        session.Query("SELECT terminal, report FROM config_reports", row => (Name: row.GetString(0), Report: Read(row.GetString(1), ContractJson.Default.ConfigApplied)))
            .Where(one => one.Report is not null).ToDictionary(one => one.Name, one => one.Report!, StringComparer.Ordinal),
        session.Query("SELECT terminal, ledger, first_seen_at FROM ledgers", row => new LedgerAge(row.GetString(0), Guid.Parse(row.GetString(1)), row.GetInt64(2))).ToLookup(one => one.Terminal, StringComparer.Ordinal),
        session.Query("SELECT terminal, kind, MAX(received_at), COUNT(*) FROM events WHERE received_at > @since AND kind IN ('tamper', 'crash') GROUP BY terminal, kind",
            row => (Key: (row.GetString(0), row.GetString(1)), Value: (row.GetInt64(2), row.GetInt64(3))), ("@since", since)).ToDictionary(one => one.Key, one => one.Value),
        session.Query("SELECT DISTINCT terminal, code FROM exceptions WHERE resolved_at IS NULL AND terminal IS NOT NULL AND source IN ('access', 'ingest')",
            row => (Name: row.GetString(0), Code: row.GetString(1))).ToLookup(one => one.Name, one => one.Code, StringComparer.Ordinal)), cancellationToken);

    public Task<IReadOnlyList<PatrolState>> StatesAsync(SiteScope scope, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<PatrolState>>(session => session.Query(
            $"SELECT {Columns} FROM patrol_states p JOIN terminals t ON t.name = p.terminal WHERE t.revoked_at IS NULL AND {scope.Site("t.site")} ORDER BY p.score, p.terminal", Read, scope.Values()), cancellationToken);

    public async Task SaveAsync(IReadOnlyList<PatrolState> states, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(states);
        // A part at a time: punches of terminals share the writer, and must not wait for a whole fleet.
        foreach (PatrolState[] part in states.Chunk(100)) await SavePartAsync(part, cancellationToken);
    }

    private Task<bool> SavePartAsync(PatrolState[] states, CancellationToken cancellationToken) =>
        database.WriteAsync(session =>
        {
            foreach (PatrolState state in states)
            {
                string codes = string.Join(',', state.Findings.Select(one => one.Code).Order(StringComparer.Ordinal));
                session.Execute(
                    """
                    INSERT INTO patrol_states (terminal, checked_at, score, grade, changed_at, was, queue, findings) VALUES (@terminal, @at, @score, @grade, @changed, @was, @queue, @findings)
                    ON CONFLICT (terminal) DO UPDATE SET checked_at = @at, score = @score, grade = @grade, changed_at = @changed, was = @was, queue = @queue, findings = @findings
                    """,
                    ("@terminal", state.Terminal), ("@at", state.CheckedAt), ("@score", state.Score), ("@grade", state.Grade), ("@changed", state.ChangedAt), ("@was", state.Was), ("@queue", state.Queue),
                    ("@findings", JsonSerializer.Serialize(state.Findings)));
                PatrolScore? last = session.First("SELECT at, score, grade, findings FROM patrol_scores WHERE terminal = @terminal ORDER BY at DESC LIMIT 1", Score, ("@terminal", state.Terminal));
                if (last is not null && last.Score == state.Score && string.Join(',', last.Codes) == codes && state.CheckedAt - last.At < Day) continue;
                session.Execute("INSERT INTO patrol_scores (terminal, at, score, grade, findings) VALUES (@terminal, @at, @score, @grade, @codes) ON CONFLICT (terminal, at) DO NOTHING",
                    ("@terminal", state.Terminal), ("@at", state.CheckedAt), ("@score", state.Score), ("@grade", state.Grade), ("@codes", codes));
            }

            return true;
        }, cancellationToken);

    public Task<IReadOnlyList<PatrolScore>> ScoresAsync(SiteScope scope, string terminal, int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<PatrolScore>>(session => session.Query(
            $"SELECT at, score, grade, findings FROM patrol_scores WHERE terminal = @terminal AND {scope.Terminal("terminal")} ORDER BY at DESC LIMIT @limit", Score, scope.With(("@terminal", terminal), ("@limit", limit))), cancellationToken);

    public Task<IReadOnlyList<PatrolAck>> AcksAsync(SiteScope scope, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<PatrolAck>>(session => session.Query(
            $"SELECT terminal, code, level, actor, reason, at, until FROM patrol_acks WHERE until > @now AND {scope.Terminal("terminal")} ORDER BY terminal, code",
            row => new PatrolAck(row.GetString(0), row.GetString(1), Sql.Columns.Enum<PatrolLevel>(row.GetString(2)), row.GetString(3), row.GetString(4), row.GetInt64(5), row.GetInt64(6)),
            scope.With(("@now", Now()))), cancellationToken);

    public Task<bool> AcknowledgeAsync(SiteScope scope, string terminal, string code, string actor, string reason, long until, string? address, CancellationToken cancellationToken = default) =>
        database.WriteAsync(session =>
        {
            PatrolState? state = session.First($"SELECT {Columns} FROM patrol_states p JOIN terminals t ON t.name = p.terminal WHERE p.terminal = @terminal AND {scope.Site("t.site")}", Read, scope.With(("@terminal", terminal)));
            if (state?.Findings.FirstOrDefault(one => one.Code == code) is not { } finding) return false;
            session.Execute(
                """
                INSERT INTO patrol_acks (terminal, code, level, actor, reason, at, until) VALUES (@terminal, @code, @level, @actor, @reason, @now, @until)
                ON CONFLICT (terminal, code) DO UPDATE SET level = @level, actor = @actor, reason = @reason, at = @now, until = @until
                """,
                ("@terminal", terminal), ("@code", code), ("@level", Sql.Columns.Text(finding.Level)), ("@actor", actor), ("@reason", reason), ("@now", Now()), ("@until", until));
            SqlAuditStore.Write(session, time, actor, "patrol.note", terminal, FormattableString.Invariant($"{code} until {DateTimeOffset.FromUnixTimeMilliseconds(until):yyyy-MM-dd}: {reason}"), address);
            return true;
        }, cancellationToken);

    public Task<bool> WithdrawAsync(SiteScope scope, string terminal, string code, string actor, string? address, CancellationToken cancellationToken = default) =>
        database.WriteAsync(session =>
        {
            if (session.Execute($"DELETE FROM patrol_acks WHERE terminal = @terminal AND code = @code AND {scope.Terminal("terminal")}", scope.With(("@terminal", terminal), ("@code", code))) == 0) return false;
            SqlAuditStore.Write(session, time, actor, "patrol.unnote", terminal, code, address);
            return true;
        }, cancellationToken);

    public Task<int> ForgetAsync(long before, CancellationToken cancellationToken = default) =>
        database.WriteAsync(session => session.Execute("DELETE FROM patrol_scores WHERE at < @before", ("@before", before)), cancellationToken);

    private static PatrolState Read(DbDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetInt64(2), (int)row.GetInt64(3), row.GetString(4), row.TextOrNull(5), row.GetInt64(6), row.GetInt64(7), JsonSerializer.Deserialize<List<PatrolFinding>>(row.GetString(8))!);

    private static PatrolScore Score(DbDataReader row) => new(row.GetInt64(0), (int)row.GetInt64(1), row.GetString(2), row.GetString(3).Split(',', StringSplitOptions.RemoveEmptyEntries));

    // Told by a newer terminal than this bridge: what cannot be read is not known.
    private static T? Read<T>(string json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
