namespace Devices.Bridge.Store.Sql;

/// <summary>The renewal of certificates.</summary>
public sealed partial class SqlFleetStore
{
    // A terminal renews once in eight months; a handful of tries is a bad day, more is a fault or somebody with its key.
    private const int MaxPerDay = 8;
    private const long Day = 86_400_000;

    public Task<RenewalOutcome> RenewAsync(
        string thumbprint, Func<IssuedCertificate> issue, Func<byte[], bool> sameKey, long grace, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(issue);
        ArgumentNullException.ThrowIfNull(sameKey);
        return database.WriteAsync(session =>
        {
            long now = Now();
            Shown? shown = session.First(
                """
                SELECT c.serial, c.terminal, c.not_before, c.not_after, c.revoked_at, c.revoked_reason, t.revoked_at
                FROM certificates c JOIN terminals t ON t.name = c.terminal WHERE c.thumbprint = @thumbprint
                """,
                row => new Shown(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.LongOrNull(4), row.TextOrNull(5), row.LongOrNull(6)),
                ("@thumbprint", thumbprint));
            if (shown is null) return new RenewalOutcome(RenewalVerdict.Unknown, null, null);
            RenewalOutcome No(RenewalVerdict verdict) => new(verdict, shown.Terminal, null, Reason: shown.RevokedReason);
            if (shown.TerminalRevokedAt is not null) return No(RenewalVerdict.TerminalRevoked);
            if (shown.RevokedAt is not null) return No(RenewalVerdict.Revoked);
            if (shown.NotBefore > now) return No(RenewalVerdict.NotYet);
            if (shown.NotAfter + grace <= now) return No(RenewalVerdict.GraceOver);

            List<(IssuedCertificate Certificate, long? UsedAt)> later = [.. session.Query(
                "SELECT serial, thumbprint, not_before, not_after, der, used_at FROM certificates WHERE renews = @serial AND revoked_at IS NULL",
                row => (new IssuedCertificate(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.Bytes(4)), row.LongOrNull(5)), ("@serial", shown.Serial))];
            // The first answer was lost on its way.
            foreach ((IssuedCertificate one, long? _) in later)
                if (one.NotAfter > now && sameKey(one.Der)) return new RenewalOutcome(RenewalVerdict.Accepted, shown.Terminal, one, Again: true);
            // Whoever has the new key has no use for the old one.
            if (later.Any(one => one.UsedAt is not null)) return No(RenewalVerdict.Superseded);
            if (session.Number("SELECT COUNT(*) FROM certificates WHERE terminal = @name AND issued_at > @since", ("@name", shown.Terminal), ("@since", now - Day)) >= MaxPerDay)
                return No(RenewalVerdict.TooMany);

            IssuedCertificate certificate = issue();
            // Answers that nobody took up: the key they were for is lost.
            session.Execute("UPDATE certificates SET revoked_at = @now, revoked_reason = 'replaced by another renewal before it was used' WHERE renews = @serial AND revoked_at IS NULL",
                ("@now", now), ("@serial", shown.Serial));
            Keep(session, shown.Terminal, certificate, shown.Serial, now);
            return new RenewalOutcome(RenewalVerdict.Accepted, shown.Terminal, certificate);
        }, cancellationToken);
    }

    public Task MarkUsedAsync(string thumbprint, long overlap, CancellationToken cancellationToken = default) => database.WriteAsync(session =>
    {
        long now = Now();
        if (session.Execute("UPDATE certificates SET used_at = @now WHERE thumbprint = @thumbprint AND used_at IS NULL", ("@now", now), ("@thumbprint", thumbprint)) == 0) return false;
        session.Execute(
            """
            UPDATE certificates SET retire_at = @end
            WHERE retire_at IS NULL AND revoked_at IS NULL AND thumbprint <> @thumbprint
              AND terminal = (SELECT terminal FROM certificates WHERE thumbprint = @thumbprint)
              AND issued_at <= (SELECT issued_at FROM certificates WHERE thumbprint = @thumbprint)
              AND serial IN (SELECT renews FROM certificates WHERE terminal = (SELECT terminal FROM certificates WHERE thumbprint = @thumbprint) AND renews IS NOT NULL)
            """,
            ("@end", now + overlap), ("@thumbprint", thumbprint));
        return true;
    }, cancellationToken);

    public Task<IReadOnlyList<LiveCertificate>> LiveCertificatesAsync(CancellationToken cancellationToken = default)
    {
        long now = Now();
        return database.ReadAsync<IReadOnlyList<LiveCertificate>>(session => [.. session.Query(
            """
            SELECT c.terminal, c.serial, c.not_before, c.not_after, c.used_at, t.online, t.trust, c.der
            FROM certificates c JOIN terminals t ON t.name = c.terminal
            WHERE c.revoked_at IS NULL AND t.revoked_at IS NULL AND (c.retire_at IS NULL OR c.retire_at > @now)
            ORDER BY c.terminal, c.issued_at
            """,
            row => new LiveCertificate(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.LongOrNull(4), row.GetBoolean(5), row.TextOrNull(6), row.Bytes(7)), ("@now", now))], cancellationToken);
    }

    public Task<IReadOnlyList<string>> RevokedSinceAsync(long since, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<string>>(session => [.. session.Query("SELECT thumbprint FROM certificates WHERE revoked_at >= @since", row => row.GetString(0), ("@since", since))], cancellationToken);

    public Task<RevokeVerdict> RevokeAsync(string terminal, string reason, string by, string? address, CancellationToken cancellationToken = default) => database.WriteAsync(session =>
    {
        long now = Now();
        if (session.Execute("UPDATE terminals SET revoked_at = @now, revoked_reason = @reason, revoked_by = @by WHERE name = @name AND revoked_at IS NULL AND NOT made",
            ("@now", now), ("@reason", reason), ("@by", by), ("@name", terminal)) == 0)
            return session.Number("SELECT EXISTS (SELECT 1 FROM terminals WHERE name = @name AND NOT made)", ("@name", terminal)) != 0 ? RevokeVerdict.Already : RevokeVerdict.Unknown;
        Revoke(session, terminal, reason, now);
        SqlAuditStore.Write(session, time, by, "terminal.revoke", terminal, reason, address);
        return RevokeVerdict.Done;
    }, cancellationToken);

    public Task<Revocation?> RevocationAsync(string terminal, CancellationToken cancellationToken = default) => database.ReadAsync(session => session.First(
        "SELECT revoked_at, revoked_reason, revoked_by FROM terminals WHERE name = @name AND revoked_at IS NOT NULL",
        row => new Revocation(row.GetInt64(0), row.TextOrNull(1), row.TextOrNull(2)), ("@name", terminal)), cancellationToken);

    public Task SaveTrustAsync(string terminal, IReadOnlyList<string> roots, CancellationToken cancellationToken = default) => database.WriteAsync(session =>
        session.Execute("UPDATE terminals SET trust = @trust WHERE name = @name", ("@trust", string.Join(' ', roots)), ("@name", terminal)), cancellationToken);

    private static void Keep(SqlSession session, string terminal, IssuedCertificate certificate, string? renews, long now) => session.Execute(
        """
        INSERT INTO certificates (serial, terminal, thumbprint, not_before, not_after, issued_at, der, renews)
        VALUES (@serial, @terminal, @thumbprint, @before, @after, @now, @der, @renews)
        """,
        ("@serial", certificate.Serial), ("@terminal", terminal), ("@thumbprint", certificate.Thumbprint), ("@before", certificate.NotBefore),
        ("@after", certificate.NotAfter), ("@now", now), ("@der", certificate.Der), ("@renews", renews));

    private sealed record Shown(string Serial, string Terminal, long NotBefore, long NotAfter, long? RevokedAt, string? RevokedReason, long? TerminalRevokedAt);
}
