using System.Data.Common;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IAccountStore"/>
public sealed class SqlAccountStore(SqlDatabase database, TimeProvider time) : IAccountStore
{
    private const string Select =
        "SELECT name, password_hash, must_change, security_stamp, failed, locked_until, disabled_at, every_site, email, totp_key, totp_since, created_at FROM accounts";

    public Task<Account?> FindAccountAsync(string name, CancellationToken cancellationToken = default) => database.ReadAsync(session => Find(session, name), cancellationToken);

    public Task<IReadOnlyList<Account>> AccountsAsync(CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<Account>>(session =>
    {
        ILookup<string, string> roles = session.Query("SELECT account, role FROM account_roles", Pair).ToLookup(p => p.Key, p => p.Value, StringComparer.Ordinal);
        ILookup<string, string> sites = session.Query("SELECT account, site FROM account_sites", Pair).ToLookup(p => p.Key, p => p.Value, StringComparer.Ordinal);
        return session.Query($"{Select} ORDER BY name", row => Read(row, roles[row.GetString(0)], sites[row.GetString(0)]));
    }, cancellationToken);

    public Task<bool> AnyAccountAsync(CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => session.Number("SELECT EXISTS (SELECT 1 FROM accounts)") != 0, cancellationToken);

    public Task<bool> AddAccountAsync(NewAccount account, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(account);
        return database.WriteAsync(session =>
        {
            bool added = session.Execute(
                """
                INSERT INTO accounts (name, password_hash, must_change, security_stamp, created_at, password_changed_at, every_site, email)
                VALUES (@name, @hash, @must, @stamp, @now, @now, @every, @email) ON CONFLICT (name) DO NOTHING
                """,
                ("@name", account.Name), ("@hash", account.PasswordHash), ("@must", true), ("@stamp", NewStamp()), ("@now", Now()),
                ("@every", account.Scope.Everything), ("@email", account.Email)) == 1;
            if (added) Give(session, account.Name, account.Roles, account.Scope);
            return added;
        }, cancellationToken);
    }

    public Task<bool> SetPasswordAsync(string name, string passwordHash, bool mustChange, CancellationToken cancellationToken = default) =>
        database.WriteAsync(session => session.Execute(
            """
            UPDATE accounts SET password_hash = @hash, must_change = @must, security_stamp = @stamp, password_changed_at = @now, failed = 0, locked_until = NULL
            WHERE name = @name
            """,
            ("@name", name), ("@hash", passwordHash), ("@must", mustChange), ("@stamp", NewStamp()), ("@now", Now())) == 1, cancellationToken);

    public Task<AccountChange> SetRightsAsync(string name, IReadOnlyList<string> roles, SiteScope scope, string? email, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(roles);
        ArgumentNullException.ThrowIfNull(scope);
        return database.WriteAsync(session =>
        {
            if (!roles.Contains(AccountRoles.Admin) && IsLastAdmin(session, name)) return AccountChange.LastAdmin;
            if (session.Execute("UPDATE accounts SET every_site = @every, email = @email WHERE name = @name", ("@every", scope.Everything), ("@email", email), ("@name", name)) == 0)
                return AccountChange.Unknown;
            session.Execute("DELETE FROM account_roles WHERE account = @name", ("@name", name));
            session.Execute("DELETE FROM account_sites WHERE account = @name", ("@name", name));
            Give(session, name, roles, scope);
            return AccountChange.Done;
        }, cancellationToken);
    }

    public Task<AccountChange> SetDisabledAsync(string name, bool disabled, CancellationToken cancellationToken = default) => database.WriteAsync(session =>
    {
        if (disabled && IsLastAdmin(session, name)) return AccountChange.LastAdmin;
        return session.Execute(
            "UPDATE accounts SET disabled_at = CASE WHEN @disabled THEN @now ELSE NULL END, security_stamp = @stamp WHERE name = @name",
            ("@disabled", disabled), ("@now", Now()), ("@stamp", NewStamp()), ("@name", name)) == 1 ? AccountChange.Done : AccountChange.Unknown;
    }, cancellationToken);

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

    internal static Account? Find(SqlSession session, string name)
    {
        List<string> roles = session.Query("SELECT role FROM account_roles WHERE account = @name", row => row.GetString(0), ("@name", name));
        List<string> sites = session.Query("SELECT site FROM account_sites WHERE account = @name", row => row.GetString(0), ("@name", name));
        return session.First($"{Select} WHERE name = @name", row => Read(row, roles, sites), ("@name", name));
    }

    // Disabled ones cannot help anybody.
    private static bool IsLastAdmin(SqlSession session, string name) => session.Number(
        """
        SELECT CASE WHEN EXISTS (SELECT 1 FROM account_roles r JOIN accounts a ON a.name = r.account WHERE r.role = 'admin' AND a.disabled_at IS NULL AND a.name = @name)
          AND NOT EXISTS (SELECT 1 FROM account_roles r JOIN accounts a ON a.name = r.account WHERE r.role = 'admin' AND a.disabled_at IS NULL AND a.name <> @name)
          THEN 1 ELSE 0 END
        """, ("@name", name)) != 0;

    private static void Give(SqlSession session, string name, IReadOnlyList<string> roles, SiteScope scope)
    {
        foreach (string role in roles.Distinct(StringComparer.Ordinal)) session.Execute("INSERT INTO account_roles (account, role) VALUES (@name, @role)", ("@name", name), ("@role", role));
        foreach (string site in scope.Sites) session.Execute("INSERT INTO account_sites (account, site) VALUES (@name, @site)", ("@name", name), ("@site", site));
    }

    private static Account Read(DbDataReader row, IEnumerable<string> roles, IEnumerable<string> sites) => new(
        row.GetString(0), row.GetString(1), row.GetBoolean(2), row.GetString(3), row.GetInt32(4), row.LongOrNull(5), !row.IsDBNull(6))
    {
        Roles = [.. AccountRoles.Every.Intersect(roles, StringComparer.Ordinal)],
        Scope = row.GetBoolean(7) ? SiteScope.All : SiteScope.Of(sites),
        Email = row.TextOrNull(8),
        TotpKey = row.IsDBNull(9) ? null : row.Bytes(9),
        TotpSince = row.LongOrNull(10),
        CreatedAt = row.GetInt64(11),
    };

    private static (string Key, string Value) Pair(DbDataReader row) => (row.GetString(0), row.GetString(1));

    private static string NewStamp() => Guid.NewGuid().ToString("N");

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
