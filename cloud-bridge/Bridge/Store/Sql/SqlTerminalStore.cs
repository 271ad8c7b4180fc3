using System.Data.Common;
using Devices.Contract.Messages;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="ITerminalStore"/>
public sealed class SqlTerminalStore(SqlDatabase database, TimeProvider time) : ITerminalStore
{
    private const string Select =
        """
        t.name, t.site, t.created_at, t.revoked_at, t.online, t.last_seen_at, t.address, t.ledger, t.last_seq, t.clock_offset_ms, t.clock,
        t.queue, t.free_bytes, t.temperature, t.versions,
        (SELECT MAX(c.not_after) FROM certificates c WHERE c.terminal = t.name AND c.revoked_at IS NULL),
        EXISTS (SELECT 1 FROM wifi_routers w WHERE w.router = t.name)
        """;

    public Task<IReadOnlyList<TerminalRow>> ListTerminalsAsync(SiteScope scope, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<TerminalRow>>(session => session.Query($"SELECT {Select} FROM terminals t WHERE NOT t.made AND {scope.Site("t.site")} ORDER BY t.name", Read, scope.Values()), cancellationToken);

    public Task<TerminalRow?> FindTerminalAsync(SiteScope scope, string name, CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => session.First($"SELECT {Select} FROM terminals t WHERE t.name = @name AND {scope.Site("t.site")}", Read, scope.With(("@name", name))), cancellationToken);

    public Task<IReadOnlyList<CompletenessRow>> CompletenessAsync(SiteScope scope, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<CompletenessRow>>(session => session.Query(
            $"""
            SELECT {Select}, l.ledger, l.through, l.complete_at, l.state, l.problem
            FROM terminals t LEFT JOIN ledgers l ON l.terminal = t.name WHERE NOT t.made AND {scope.Site("t.site")} ORDER BY t.name, l.first_seen_at DESC
            """,
            ReadCompleteness, scope.Values()), cancellationToken);

    public Task<IReadOnlyList<CompletenessRow>> CompletenessAsync(SiteScope scope, string terminal, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<CompletenessRow>>(session => session.Query(
            $"""
            SELECT {Select}, l.ledger, l.through, l.complete_at, l.state, l.problem
            FROM terminals t LEFT JOIN ledgers l ON l.terminal = t.name WHERE t.name = @name AND {scope.Site("t.site")} ORDER BY l.first_seen_at DESC
            """,
            ReadCompleteness, scope.With(("@name", terminal))), cancellationToken);

    public Task SetOnlineAsync(string terminal, bool online, string? address, CancellationToken cancellationToken = default) =>
        database.WriteAsync(session => session.Execute(
            "UPDATE terminals SET online = @online, address = COALESCE(@address, address), last_seen_at = @now WHERE name = @name",
            ("@online", online), ("@address", address), ("@now", Now()), ("@name", terminal)), cancellationToken);

    public Task SetAllOfflineAsync(CancellationToken cancellationToken = default) =>
        database.WriteAsync(session => session.Execute("UPDATE terminals SET online = FALSE WHERE online"), cancellationToken);

    public Task SaveStatusAsync(string terminal, StatusMessage status, bool online, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(status);
        return database.WriteAsync(session => session.Execute(
            """
            UPDATE terminals SET online = @online, last_seen_at = CASE WHEN @live THEN @now ELSE last_seen_at END,
              queue = CASE WHEN @live THEN @queue ELSE queue END, clock = COALESCE(@clock, clock), free_bytes = COALESCE(@free, free_bytes),
              temperature = COALESCE(@temperature, temperature), last_frame_at = COALESCE(@frame, last_frame_at),
              health = COALESCE(@health, health), versions = COALESCE(@versions, versions) WHERE name = @name
            """,
            // The will is written at connect: what it says of the backlog is old by the time it is sent.
            ("@online", online), ("@live", status.Online), ("@now", Now()), ("@queue", status.Queue), ("@clock", status.Clock),
            ("@free", status.FreeBytes), ("@temperature", status.Temperature), ("@frame", status.LastFrameAt),
            ("@health", status.Health is null ? null : System.Text.Encoding.UTF8.GetString(ContractCodec.Write(status.Health, ContractJson.Default.TerminalHealth))),
            ("@versions", status.Versions.Count == 0 ? null : VersionsText.Write(status.Versions)), ("@name", terminal)), cancellationToken);
    }

    public Task<bool> SaveEventAsync(string terminal, EventMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return database.WriteAsync(session => session.Execute(
            """
            INSERT INTO events (terminal, id, kind, at, text, received_at) VALUES (@terminal, @id, @kind, @at, @text, @now)
            ON CONFLICT (terminal, id) DO NOTHING
            """,
            ("@terminal", terminal), ("@id", message.Id), ("@kind", message.Kind), ("@at", message.At), ("@text", message.Text), ("@now", Now())) == 1, cancellationToken);
    }

    public Task<TerminalEvent?> FindEventAsync(SiteScope scope, string terminal, string id, string kind, CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => session.First(
            $"SELECT terminal, id, kind, at, text, received_at FROM events WHERE terminal = @terminal AND id = @id AND kind = @kind AND {scope.Terminal("terminal")}",
            ReadEvent, scope.With(("@terminal", terminal), ("@id", id), ("@kind", kind))), cancellationToken);

    public Task<IReadOnlyList<TerminalEvent>> EventsAsync(SiteScope scope, string? terminal, int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<TerminalEvent>>(session => session.Query(
            $"""
            SELECT terminal, id, kind, at, text, received_at FROM events WHERE (CAST(@terminal AS TEXT) IS NULL OR terminal = @terminal) AND {scope.Terminal("terminal")}
            ORDER BY received_at DESC, id LIMIT @limit
            """,
            ReadEvent,
            scope.With(("@terminal", terminal), ("@limit", limit))), cancellationToken);

    private static CompletenessRow ReadCompleteness(DbDataReader row)
    {
        TerminalRow terminal = Read(row);
        Guid? ledger = row.GuidOrNull(17);
        return new(terminal, ledger, row.LongOrNull(18) ?? 0, row.LongOrNull(19), ledger is not null && ledger == terminal.Ledger, row.TextOrNull(20) == "forked", row.TextOrNull(21));
    }

    private static TerminalEvent ReadEvent(DbDataReader row) => new(row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.GetString(4), row.GetInt64(5));

    private static TerminalRow Read(DbDataReader row) => new()
    {
        Name = row.GetString(0),
        Site = row.TextOrNull(1),
        CreatedAt = row.GetInt64(2),
        RevokedAt = row.LongOrNull(3),
        Online = row.GetBoolean(4),
        LastSeenAt = row.LongOrNull(5),
        Address = row.TextOrNull(6),
        Ledger = row.GuidOrNull(7),
        LastSeq = row.LongOrNull(8),
        ClockOffsetMs = row.LongOrNull(9),
        Clock = row.TextOrNull(10),
        Queue = row.LongOrNull(11),
        FreeBytes = row.LongOrNull(12),
        Temperature = row.DoubleOrNull(13),
        Versions = VersionsText.Read(row.TextOrNull(14)),
        CertificateNotAfter = row.LongOrNull(15),
        Router = row.GetBoolean(16),
    };

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
