using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Devices.Contract.Messages;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IRolloutStore"/>
public sealed class SqlRolloutStore(SqlDatabase database, TimeProvider time) : IRolloutStore
{
    private const string Columns = "r.id, r.kind, r.name, r.version, r.stages, r.stage, r.stage_at, r.soak_minutes, r.abort_percent, r.silent_minutes, r.site, r.terminals, r.enrol_again, r.state, r.reason, r.created_at, r.created_by, r.changed_at";
    private static readonly HashSet<string> Begun = [UpdateStates.Trial, UpdateStates.Confirmed, UpdateStates.RolledBack];

    public Task<RolloutRow> BeginAsync(RolloutPlan plan, string actor, string? address, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return database.WriteAsync(session =>
        {
            foreach (RolloutRow old in session.Query($"SELECT {Columns} FROM rollouts r WHERE r.kind = @kind AND r.name = @name AND r.state IN ('running', 'paused', 'done')", Read, ("@kind", plan.Kind), ("@name", plan.Name)))
                session.Execute("UPDATE rollouts SET state = 'cancelled', reason = @reason, changed_at = @now WHERE id = @id", ("@reason", $"Followed by version {plan.Version}."), ("@now", Now()), ("@id", old.Id.Text()));
            RolloutRow row = new(Guid.CreateVersion7(), plan, 0, Now(), RolloutState.Running, null, Now(), actor, Now());
            session.Execute(
                """
                INSERT INTO rollouts (id, kind, name, version, stages, stage, stage_at, soak_minutes, abort_percent, silent_minutes, site, terminals, enrol_again, state, created_at, created_by, changed_at)
                VALUES (@id, @kind, @name, @version, @stages, 0, @now, @soak, @abort, @silent, @site, @terminals, @again, 'running', @now, @by, @now)
                """,
                ("@id", row.Id.Text()), ("@kind", plan.Kind), ("@name", plan.Name), ("@version", plan.Version), ("@stages", JsonSerializer.Serialize(plan.Stages)), ("@now", Now()), ("@soak", plan.SoakMinutes),
                ("@abort", plan.AbortPercent), ("@silent", plan.SilentMinutes), ("@site", plan.Site), ("@terminals", plan.Terminals is null ? null : JsonSerializer.Serialize(plan.Terminals)), ("@again", plan.EnrolAgain ? 1 : 0), ("@by", actor));
            SqlAuditStore.Write(session, time, actor, "release.begin", $"{plan.Kind}/{plan.Name}/{plan.Version}", $"stages {string.Join(", ", plan.Stages)} %, stops above {plan.AbortPercent} % failed{(plan.Site is { } site ? $", site {SiteNames.Shown(site)}" : "")}{(plan.Terminals is { } named ? $", {named.Count} terminals" : "")}{(plan.EnrolAgain ? ", people are enrolled again" : "")}", address);
            DownlinkNews.Tell(session);
            return row;
        }, cancellationToken);
    }

    public Task<IReadOnlyList<RolloutRow>> ListAsync(int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<RolloutRow>>(session => session.Query($"SELECT {Columns} FROM rollouts r ORDER BY r.created_at DESC, r.id DESC LIMIT @limit", Read, ("@limit", limit)), cancellationToken);

    public Task<RolloutRow?> FindAsync(Guid id, CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => session.First($"SELECT {Columns} FROM rollouts r WHERE r.id = @id", Read, ("@id", id.Text())), cancellationToken);

    public Task<IReadOnlyList<RolloutMember>> MembersAsync(SiteScope scope, Guid id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return database.ReadAsync<IReadOnlyList<RolloutMember>>(session => session.Query(
            $"""
            SELECT m.terminal, t.site, t.online, m.state, m.code, m.message, m.percent, m.begun_at, m.changed_at FROM rollout_terminals m JOIN terminals t ON t.name = m.terminal
            WHERE m.rollout = @id AND {scope.Terminal("m.terminal")} ORDER BY m.terminal
            """,
            row => new RolloutMember(row.GetString(0), Text(row, 1), row.GetBoolean(2), row.GetString(3), Text(row, 4), Text(row, 5), (int)row.GetInt64(6), row.IsDBNull(7) ? null : row.GetInt64(7), row.GetInt64(8)), scope.With(("@id", id.Text()))), cancellationToken);
    }

    public Task<bool> SetStateAsync(Guid id, RolloutState state, string? reason, string actor, string? address, CancellationToken cancellationToken = default) => database.WriteAsync(session =>
    {
        if (session.First($"SELECT {Columns} FROM rollouts r WHERE r.id = @id{session.Dialect.Locked}", Read, ("@id", id.Text())) is not { } row) return false;
        bool may = state switch
        {
            RolloutState.Paused => row.State == RolloutState.Running,
            RolloutState.Running => row.State is RolloutState.Paused or RolloutState.Stopped,
            RolloutState.Stopped => row.State is RolloutState.Running or RolloutState.Done,
            RolloutState.Done => row.State == RolloutState.Running,
            _ => row.State != RolloutState.Cancelled,
        };
        if (!may) return false;
        session.Execute("UPDATE rollouts SET state = @state, reason = @reason, stage_at = @now, changed_at = @now WHERE id = @id", ("@state", Sql.Columns.Text(state)), ("@reason", reason), ("@now", Now()), ("@id", id.Text()));
        string word = state switch { RolloutState.Paused => "release.pause", RolloutState.Running => "release.resume", RolloutState.Stopped => "release.stop", RolloutState.Done => "release.done", _ => "release.cancel" };
        SqlAuditStore.Write(session, time, actor, word, $"{row.Plan.Kind}/{row.Plan.Name}/{row.Plan.Version}", reason, address);
        DownlinkNews.Tell(session);
        return true;
    }, cancellationToken);

    public Task AddAsync(Guid id, IReadOnlyCollection<string> terminals, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(terminals);
        return database.WriteAsync(session =>
        {
            foreach (string terminal in terminals)
                session.Execute("INSERT INTO rollout_terminals (rollout, terminal, state, percent, changed_at) VALUES (@id, @terminal, 'waiting', 0, @now) ON CONFLICT (rollout, terminal) DO NOTHING", ("@id", id.Text()), ("@terminal", terminal), ("@now", Now()));
            if (terminals.Count > 0) DownlinkNews.Tell(session);
            return true;
        }, cancellationToken);
    }

    public Task SetStageAsync(Guid id, int stage, CancellationToken cancellationToken = default) =>
        database.WriteAsync(session => session.Execute("UPDATE rollouts SET stage = @stage, stage_at = @now, changed_at = @now WHERE id = @id AND stage < @stage", ("@stage", stage), ("@now", Now()), ("@id", id.Text())), cancellationToken);

    public Task<UpdateMessage> WishAsync(string terminal, CancellationToken cancellationToken = default) => database.ReadAsync(session =>
    {
        // Paused: who has not begun does not begin.
        List<UpdateWish> wanted = session.Query(
            """
            SELECT r.kind, r.name, r.version, r.enrol_again FROM rollout_terminals m JOIN rollouts r ON r.id = m.rollout
            WHERE m.terminal = @terminal AND (r.state IN ('running', 'done') OR (r.state = 'paused' AND m.begun_at IS NOT NULL)) ORDER BY r.created_at DESC
            """,
            row => new UpdateWish { Kind = row.GetString(0), Name = row.GetString(1), Version = row.GetString(2), EnrolAgain = row.GetInt64(3) != 0 }, ("@terminal", terminal));
        wanted = [.. wanted.DistinctBy(one => (one.Kind, one.Name)).OrderBy(one => one.Kind, StringComparer.Ordinal).ThenBy(one => one.Name, StringComparer.Ordinal).Take(UpdateRules.MaxWanted)];
        string digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', wanted.Select(one => $"{one.Kind}/{one.Name}/{one.Version}/{one.EnrolAgain}")))))[..32];
        return new UpdateMessage { Digest = digest, Wanted = wanted };
    }, cancellationToken);

    public Task SaveReportAsync(string terminal, UpdateApplied applied, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(applied);
        return database.WriteAsync(session =>
        {
            session.Execute(
                "INSERT INTO update_reports (terminal, report, reported_at) VALUES (@terminal, @report, @now) ON CONFLICT (terminal) DO UPDATE SET report = @report, reported_at = @now",
                ("@terminal", terminal), ("@report", Encoding.UTF8.GetString(ContractCodec.Write(applied, ContractJson.Default.UpdateApplied))), ("@now", Now()));
            foreach (UpdateProgress one in applied.Progress)
            {
                // What ended stays ended: a report that was on its way meanwhile takes nothing back. One that is tried again after it was rolled back has a new word.
                session.Execute(
                    """
                    UPDATE rollout_terminals SET state = @state, code = @code, message = @message, percent = @percent, changed_at = @now, begun_at = CASE WHEN @begun = 1 THEN COALESCE(begun_at, @now) ELSE begun_at END
                    WHERE terminal = @terminal AND (state <> @state OR COALESCE(message, '') <> COALESCE(@message, '') OR percent <> @percent)
                      AND rollout IN (SELECT r.id FROM rollouts r WHERE r.kind = @kind AND r.name = @name AND r.version = @version AND r.state IN ('running', 'paused', 'done', 'stopped'))
                    """,
                    ("@state", one.State), ("@code", one.Code), ("@message", one.Text), ("@percent", one.Percent), ("@now", Now()), ("@begun", Begun.Contains(one.State) ? 1 : 0), ("@terminal", terminal),
                    ("@kind", one.Kind), ("@name", one.Name), ("@version", one.Version));
            }

            return true;
        }, cancellationToken);
    }

    public Task<IReadOnlyList<UpdateReportRow>> ReportsAsync(SiteScope scope, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return database.ReadAsync<IReadOnlyList<UpdateReportRow>>(session => session.Query(
            $"SELECT t.name, t.site, t.online, u.report, u.reported_at FROM terminals t LEFT JOIN update_reports u ON u.terminal = t.name WHERE t.revoked_at IS NULL AND NOT EXISTS (SELECT 1 FROM wifi_routers w WHERE w.router = t.name) AND {scope.Terminal("t.name")} ORDER BY t.name",
            row => new UpdateReportRow(row.GetString(0), Text(row, 1), row.GetBoolean(2), row.IsDBNull(3) ? null : JsonSerializer.Deserialize(row.GetString(3), ContractJson.Default.UpdateApplied), row.IsDBNull(4) ? null : row.GetInt64(4)), scope.Values()), cancellationToken);
    }

    private static RolloutRow Read(DbDataReader row) => new(
        Guid.Parse(row.GetString(0)),
        new()
        {
            Kind = row.GetString(1), Name = row.GetString(2), Version = row.GetString(3), Stages = JsonSerializer.Deserialize<List<int>>(row.GetString(4))!, SoakMinutes = (int)row.GetInt64(7), AbortPercent = (int)row.GetInt64(8),
            SilentMinutes = (int)row.GetInt64(9), Site = Text(row, 10), Terminals = Text(row, 11) is { } named ? JsonSerializer.Deserialize<List<string>>(named) : null, EnrolAgain = row.GetInt64(12) != 0,
        },
        (int)row.GetInt64(5), row.GetInt64(6), Sql.Columns.Enum<RolloutState>(row.GetString(13)), Text(row, 14), row.GetInt64(15), row.GetString(16), row.GetInt64(17));

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
