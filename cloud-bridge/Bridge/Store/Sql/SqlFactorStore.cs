namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IFactorStore"/>
public sealed class SqlFactorStore(SqlDatabase database, TimeProvider time) : IFactorStore
{
    public Task SetTotpAsync(string account, byte[] sealedKey, long timeStep, IReadOnlyList<string> codeHashes, CancellationToken cancellationToken = default) => database.WriteAsync(session =>
    {
        session.Execute(
            "UPDATE accounts SET totp_key = @key, totp_since = @now, totp_step = @step WHERE name = @name",
            ("@key", sealedKey), ("@now", time.GetUtcNow().ToUnixTimeMilliseconds()), ("@step", timeStep), ("@name", account));
        Renew(session, account, codeHashes);
    }, cancellationToken);

    public Task<bool> ClearTotpAsync(string account, CancellationToken cancellationToken = default) => database.WriteAsync(session =>
    {
        Renew(session, account, []);
        return session.Execute("UPDATE accounts SET totp_key = NULL, totp_since = NULL, totp_step = NULL WHERE name = @name", ("@name", account)) == 1;
    }, cancellationToken);

    public Task<bool> TakeStepAsync(string account, long timeStep, CancellationToken cancellationToken = default) => database.WriteAsync(session => session.Execute(
        "UPDATE accounts SET totp_step = @step WHERE name = @name AND totp_since IS NOT NULL AND COALESCE(totp_step, -1) < @step", ("@step", timeStep), ("@name", account)) == 1, cancellationToken);

    public Task<bool> TakeCodeAsync(string account, string hash, CancellationToken cancellationToken = default) => database.WriteAsync(session => session.Execute(
        "UPDATE account_codes SET used_at = @now WHERE account = @name AND hash = @hash AND used_at IS NULL",
        ("@now", time.GetUtcNow().ToUnixTimeMilliseconds()), ("@name", account), ("@hash", hash)) == 1, cancellationToken);

    public Task SetCodesAsync(string account, IReadOnlyList<string> codeHashes, CancellationToken cancellationToken = default) =>
        database.WriteAsync(session => Renew(session, account, codeHashes), cancellationToken);

    public Task<int> CodesLeftAsync(string account, CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => (int)session.Number("SELECT COUNT(*) FROM account_codes WHERE account = @name AND used_at IS NULL", ("@name", account)), cancellationToken);

    public Task<AccountLink?> FindLinkAsync(string provider, string issuer, string subject, CancellationToken cancellationToken = default) => database.ReadAsync(session => session.First(
        "SELECT provider, issuer, subject, account, linked_at, linked_by FROM account_links WHERE provider = @provider AND issuer = @issuer AND subject = @subject",
        Read, ("@provider", provider), ("@issuer", issuer), ("@subject", subject)), cancellationToken);

    public Task<IReadOnlyList<AccountLink>> LinksAsync(string? account, CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<AccountLink>>(session => session.Query(
        """
        SELECT provider, issuer, subject, account, linked_at, linked_by FROM account_links
        WHERE CAST(@account AS TEXT) IS NULL OR account = @account ORDER BY account, provider, issuer, subject
        """,
        Read, ("@account", account)), cancellationToken);

    public Task<bool> AddLinkAsync(AccountLink link, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(link);
        return database.WriteAsync(session => session.Execute(
            """
            INSERT INTO account_links (provider, issuer, subject, account, linked_at, linked_by) VALUES (@provider, @issuer, @subject, @account, @at, @by)
            ON CONFLICT (provider, issuer, subject) DO NOTHING
            """,
            ("@provider", link.Provider), ("@issuer", link.Issuer), ("@subject", link.Subject), ("@account", link.Account), ("@at", link.LinkedAt), ("@by", link.LinkedBy)) == 1, cancellationToken);
    }

    public Task<bool> RemoveLinkAsync(string account, string provider, string issuer, string subject, CancellationToken cancellationToken = default) => database.WriteAsync(session => session.Execute(
        "DELETE FROM account_links WHERE account = @account AND provider = @provider AND issuer = @issuer AND subject = @subject",
        ("@account", account), ("@provider", provider), ("@issuer", issuer), ("@subject", subject)) == 1, cancellationToken);

    public Task<string?> AccountOfEmailAsync(string email, CancellationToken cancellationToken = default) => database.ReadAsync(session =>
    {
        List<string> found = session.Query("SELECT name FROM accounts WHERE LOWER(email) = LOWER(@email) AND disabled_at IS NULL", row => row.GetString(0), ("@email", email));
        return found.Count == 1 ? found[0] : null;
    }, cancellationToken);

    private static void Renew(SqlSession session, string account, IReadOnlyList<string> codeHashes)
    {
        session.Execute("DELETE FROM account_codes WHERE account = @name", ("@name", account));
        foreach (string hash in codeHashes) session.Execute("INSERT INTO account_codes (account, hash) VALUES (@name, @hash)", ("@name", account), ("@hash", hash));
    }

    private static AccountLink Read(System.Data.Common.DbDataReader row) => new(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetInt64(4), row.GetString(5));
}
