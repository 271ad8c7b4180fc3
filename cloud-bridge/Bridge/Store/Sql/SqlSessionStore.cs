using System.Data.Common;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="ISessionStore"/>
public sealed class SqlSessionStore(SqlDatabase database, TimeProvider time) : ISessionStore
{
    private const string Select = "SELECT id, account, method, second, created_at, seen_at, address, agent, ended_at, ended_by FROM sessions";

    public Task BeginSessionAsync(SessionRow session, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        return database.WriteAsync(open => open.Execute(
            """
            INSERT INTO sessions (id, account, method, second, created_at, seen_at, address, agent)
            VALUES (@id, @account, @method, @second, @created, @seen, @address, @agent)
            """,
            ("@id", session.Id), ("@account", session.Account), ("@method", session.Method), ("@second", session.Second), ("@created", session.CreatedAt),
            ("@seen", session.SeenAt), ("@address", session.Address), ("@agent", session.Agent)), cancellationToken);
    }

    public Task<SessionRow?> FindSessionAsync(string id, CancellationToken cancellationToken = default) =>
        database.ReadAsync(open => open.First($"{Select} WHERE id = @id", Read, ("@id", id)), cancellationToken);

    public Task SeenAsync(string id, CancellationToken cancellationToken = default) =>
        database.WriteAsync(open => open.Execute("UPDATE sessions SET seen_at = @now WHERE id = @id AND ended_at IS NULL", ("@now", Now()), ("@id", id)), cancellationToken);

    public Task<IReadOnlyList<SessionRow>> SessionsAsync(string? account, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<SessionRow>>(open => open.Query(
            $"{Select} WHERE ended_at IS NULL AND (CAST(@account AS TEXT) IS NULL OR account = @account) ORDER BY seen_at DESC, id", Read, ("@account", account)), cancellationToken);

    public Task<bool> EndSessionAsync(string account, string id, string by, CancellationToken cancellationToken = default) =>
        database.WriteAsync(open => open.Execute(
            "UPDATE sessions SET ended_at = @now, ended_by = @by WHERE id = @id AND account = @account AND ended_at IS NULL",
            ("@now", Now()), ("@by", by), ("@id", id), ("@account", account)) == 1, cancellationToken);

    public Task<int> EndSessionsAsync(string account, string? except, string by, CancellationToken cancellationToken = default) =>
        database.WriteAsync(open => EndAll(open, account, except, by, Now()), cancellationToken);

    public Task<int> ForgetSessionsAsync(long before, CancellationToken cancellationToken = default) =>
        database.WriteAsync(open => open.Execute("DELETE FROM sessions WHERE COALESCE(ended_at, seen_at) < @before", ("@before", before)), cancellationToken);

    /// <summary>In the transaction in hand: what ends an account's sessions ends their rows too.</summary>
    internal static int EndAll(SqlSession open, string account, string? except, string by, long now) => open.Execute(
        "UPDATE sessions SET ended_at = @now, ended_by = @by WHERE account = @account AND ended_at IS NULL AND (CAST(@except AS TEXT) IS NULL OR id <> @except)",
        ("@now", now), ("@by", by), ("@account", account), ("@except", except));

    private static SessionRow Read(DbDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), row.TextOrNull(3), row.GetInt64(4), row.GetInt64(5), row.TextOrNull(6), row.TextOrNull(7), row.LongOrNull(8), row.TextOrNull(9));

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
