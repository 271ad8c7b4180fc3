namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IAccountStore"/>
public sealed class SqlAccountStore(SqlDatabase database, TimeProvider time) : IAccountStore
{
    public Task<Account?> FindAccountAsync(string name, CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => session.First(
            "SELECT name, password_hash, must_change, security_stamp, failed, locked_until, disabled_at FROM accounts WHERE name = @name",
            row => new Account(row.GetString(0), row.GetString(1), row.GetBoolean(2), row.GetString(3), row.GetInt32(4), row.LongOrNull(5), !row.IsDBNull(6)),
            ("@name", name)), cancellationToken);

    public Task<bool> AnyAccountAsync(CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => session.Number("SELECT EXISTS (SELECT 1 FROM accounts)") != 0, cancellationToken);

    public Task SetPasswordAsync(string name, string passwordHash, bool mustChange, CancellationToken cancellationToken = default) =>
        database.WriteAsync(session => session.Execute(
            """
            INSERT INTO accounts (name, password_hash, must_change, security_stamp, created_at, password_changed_at)
            VALUES (@name, @hash, @must, @stamp, @now, @now)
            ON CONFLICT (name) DO UPDATE SET password_hash = @hash, must_change = @must, security_stamp = @stamp, password_changed_at = @now,
              failed = 0, locked_until = NULL
            """,
            ("@name", name), ("@hash", passwordHash), ("@must", mustChange), ("@stamp", Guid.NewGuid().ToString("N")),
            ("@now", time.GetUtcNow().ToUnixTimeMilliseconds())), cancellationToken);

    public Task<int> CountFailureAsync(string name, Func<int, long?> lockedUntil, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lockedUntil);
        return database.WriteAsync(session =>
        {
            int failed = (int)session.Number("UPDATE accounts SET failed = failed + 1 WHERE name = @name RETURNING failed", ("@name", name));
            if (failed > 0)
                session.Execute("UPDATE accounts SET locked_until = @until WHERE name = @name", ("@until", lockedUntil(failed)), ("@name", name));
            return failed;
        }, cancellationToken);
    }

    public Task ClearFailuresAsync(string name, CancellationToken cancellationToken = default) =>
        database.WriteAsync(session => session.Execute("UPDATE accounts SET failed = 0, locked_until = NULL WHERE name = @name", ("@name", name)), cancellationToken);
}
