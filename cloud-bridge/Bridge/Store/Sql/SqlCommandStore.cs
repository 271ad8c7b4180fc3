using System.Data.Common;
using System.Text.Json;
using Devices.Contract.Messages;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="ICommandStore"/>
public sealed class SqlCommandStore(SqlDatabase database, TimeProvider time) : ICommandStore
{
    private static readonly TimeSpan LogsKept = TimeSpan.FromDays(30);
    private const string Select = "c.id, c.terminal, c.kind, c.arguments, c.issued_at, c.expires_at, c.issued_by, c.envelope, c.state, c.code, c.message, c.changed_at";

    public Task<bool> IssueAsync(CommandRow command, string? address, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        return database.WriteAsync(session =>
        {
            if (session.Number("SELECT COUNT(*) FROM terminals WHERE name = @name AND revoked_at IS NULL", ("@name", command.Terminal)) == 0) return false;
            string arguments = JsonSerializer.Serialize(command.Arguments);
            session.Execute(
                """
                INSERT INTO commands (id, terminal, kind, arguments, issued_at, expires_at, issued_by, envelope, state, changed_at)
                VALUES (@id, @terminal, @kind, @arguments, @issued, @expires, @by, @envelope, 'waiting', @now)
                """,
                ("@id", command.Id.Text()), ("@terminal", command.Terminal), ("@kind", command.Kind), ("@arguments", arguments), ("@issued", command.IssuedAt), ("@expires", command.ExpiresAt),
                ("@by", command.IssuedBy), ("@envelope", command.Envelope), ("@now", Now()));
            SqlAuditStore.Write(session, time, command.IssuedBy, "terminal.command", command.Terminal, $"{command.Kind}{(command.Arguments.Count > 0 ? " " + arguments : "")}, id {command.Id:D}", address);
            DownlinkNews.Tell(session);
            return true;
        }, cancellationToken);
    }

    public Task<IReadOnlyList<CommandRow>> OpenAsync(string terminal, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<CommandRow>>(session => session.Query(
            $"SELECT {Select} FROM commands c WHERE c.terminal = @terminal AND c.state IN ('waiting', 'sent', 'accepted') AND (c.expires_at > @now OR c.state = 'accepted') ORDER BY c.issued_at, c.id",
            row => Read(row, null), ("@terminal", terminal), ("@now", Now())), cancellationToken);

    public Task MarkSentAsync(Guid id, CancellationToken cancellationToken = default) =>
        database.WriteAsync(session => session.Execute("UPDATE commands SET state = 'sent', changed_at = @now WHERE id = @id AND state = 'waiting'", ("@now", Now()), ("@id", id.Text())), cancellationToken);

    public Task<bool> SettleAsync(string terminal, CommandResult result, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(result);
        return database.WriteAsync(session =>
        {
            if (session.Text("SELECT state FROM commands WHERE id = @id AND terminal = @terminal", ("@id", result.Id.Text()), ("@terminal", terminal)) is not { } before) return false;
            // An order in which answers may come: what ended does not begin again, and the terminal's word counts more than our expiry.
            bool open = before is "waiting" or "sent" or "accepted" or "expired";
            if (!open || (result.State == CommandStates.Accepted && before is "accepted" or "expired")) return true;
            session.Execute(
                "UPDATE commands SET state = @state, code = @code, message = @message, attachment = @attachment, changed_at = @now WHERE id = @id",
                ("@state", result.State), ("@code", result.Code), ("@message", result.Text), ("@attachment", result.Attachment), ("@now", Now()), ("@id", result.Id.Text()));
            return true;
        }, cancellationToken);
    }

    // One that was accepted is not over: the terminal has it, and says how it ended when it is back.
    public Task<int> ExpireAsync(CancellationToken cancellationToken = default) => database.WriteAsync(session =>
    {
        session.Execute("UPDATE commands SET attachment = NULL WHERE attachment IS NOT NULL AND changed_at < @before", ("@before", Now() - (long)LogsKept.TotalMilliseconds));
        return session.Execute("UPDATE commands SET state = 'expired', changed_at = @now WHERE state IN ('waiting', 'sent') AND expires_at <= @now", ("@now", Now()));
    }, cancellationToken);

    public Task<bool> WithdrawAsync(Guid id, string actor, string? address, CancellationToken cancellationToken = default) => database.WriteAsync(session =>
    {
        if (session.Execute("UPDATE commands SET state = 'withdrawn', changed_at = @now WHERE id = @id AND state = 'waiting'", ("@now", Now()), ("@id", id.Text())) == 0) return false;
        SqlAuditStore.Write(session, time, actor, "terminal.command.withdrawn", session.Text("SELECT terminal FROM commands WHERE id = @id", ("@id", id.Text())), $"id {id:D}", address);
        return true;
    }, cancellationToken);

    public Task<IReadOnlyList<CommandRow>> ListAsync(string terminal, int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<CommandRow>>(session => session.Query(
            $"SELECT {Select} FROM commands c WHERE c.terminal = @terminal ORDER BY c.issued_at DESC, c.id LIMIT @limit", row => Read(row, null), ("@terminal", terminal), ("@limit", (long)limit)), cancellationToken);

    public Task<CommandRow?> FindAsync(Guid id, CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => session.First($"SELECT {Select}, c.attachment FROM commands c WHERE c.id = @id", row => Read(row, row.TextOrNull(12)), ("@id", id.Text())), cancellationToken);

    private static CommandRow Read(DbDataReader row, string? attachment) => new(
        Guid.Parse(row.GetString(0)), row.GetString(1), row.GetString(2), JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetString(3))!, row.GetInt64(4), row.GetInt64(5), row.GetString(6), row.GetString(7),
        Columns.Enum<CommandState>(row.GetString(8)), row.TextOrNull(9), row.TextOrNull(10), attachment, row.GetInt64(11));

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
