namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IFleetStore"/>
public sealed partial class SqlFleetStore(SqlDatabase database, TimeProvider time) : IFleetStore
{
    public Task AddClaimAsync(byte[] codeHash, string? terminal, long expiresAt, CancellationToken cancellationToken = default) =>
        database.WriteAsync(session => session.Execute(
            "INSERT INTO claims (code_hash, terminal, created_at, expires_at) VALUES (@hash, @terminal, @now, @expires)",
            ("@hash", codeHash), ("@terminal", terminal), ("@now", Now()), ("@expires", expiresAt)), cancellationToken);

    public Task<ClaimOutcome> RedeemAsync(
        byte[] codeHash, string terminal, Func<IssuedCertificate> issue, Func<byte[], bool> sameKey, string? board = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(issue);
        ArgumentNullException.ThrowIfNull(sameKey);
        return database.WriteAsync(session =>
        {
            long now = Now();
            Claim? claim = session.First(
                "SELECT id, terminal, expires_at, used_at, used_by, serial, board, withdrawn_at FROM claims WHERE code_hash = @hash",
                row => new Claim(row.GetInt64(0), row.TextOrNull(1), row.GetInt64(2), row.LongOrNull(3), row.TextOrNull(4), row.TextOrNull(5), row.TextOrNull(6), row.LongOrNull(7)), ("@hash", codeHash));
            if (claim is null) return Refused(ClaimVerdict.Unknown);
            if (claim.UsedAt is not null)
                return claim.ExpiresAt > now && claim.UsedBy == terminal && Paid(session, claim.Serial) is { } paid && sameKey(paid.Der)
                    ? new ClaimOutcome(ClaimVerdict.Accepted, paid, false, Again: true)
                    : Refused(ClaimVerdict.Used);
            if (claim.WithdrawnAt is not null) return Refused(ClaimVerdict.Withdrawn);
            if (claim.ExpiresAt <= now) return Refused(ClaimVerdict.Expired);
            if (claim.Terminal is not null && claim.Terminal != terminal) return Refused(ClaimVerdict.OtherTerminal);
            if (claim.Board is not null && !string.Equals(claim.Board, board, StringComparison.OrdinalIgnoreCase)) return Refused(ClaimVerdict.OtherBoard);
            bool exists = session.Number("SELECT EXISTS (SELECT 1 FROM terminals WHERE name = @name)", ("@name", terminal)) != 0;
            // Under such a name stand punches that HR added: no device may take it.
            if (session.Number("SELECT EXISTS (SELECT 1 FROM terminals WHERE name = @name AND made)", ("@name", terminal)) != 0) return Refused(ClaimVerdict.NameTaken);
            // An open claim must not take over a terminal that hangs on a wall somewhere.
            if (exists && claim.Terminal is null) return Refused(ClaimVerdict.NameTaken);

            IssuedCertificate certificate = issue();
            session.Execute(
                """
                INSERT INTO terminals (name, created_at, board) VALUES (@name, @now, @board)
                ON CONFLICT (name) DO UPDATE SET revoked_at = NULL, revoked_reason = NULL, revoked_by = NULL, board = excluded.board, trust = NULL
                """,
                ("@name", terminal), ("@now", now), ("@board", board));
            Revoke(session, terminal, "replaced by a new enrolment", now);
            Keep(session, terminal, certificate, renews: null, now);
            session.Execute("UPDATE claims SET used_at = @now, used_by = @name, serial = @serial WHERE id = @id",
                ("@now", now), ("@name", terminal), ("@serial", certificate.Serial), ("@id", claim.Id));
            return new ClaimOutcome(ClaimVerdict.Accepted, certificate, exists);
        }, cancellationToken);
    }

    public Task<CertificateRecord?> FindCertificateAsync(string thumbprint, CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => session.First(
            """
            SELECT c.terminal, c.not_before, c.not_after, c.revoked_at, c.revoked_reason, t.revoked_at, c.used_at, c.retire_at
            FROM certificates c JOIN terminals t ON t.name = c.terminal WHERE c.thumbprint = @thumbprint
            """,
            row => new CertificateRecord(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.LongOrNull(3), row.TextOrNull(4), row.LongOrNull(5), row.LongOrNull(6), row.LongOrNull(7)),
            ("@thumbprint", thumbprint)), cancellationToken);

    public Task<bool> RevokeTerminalAsync(string terminal, string reason, CancellationToken cancellationToken = default) =>
        database.WriteAsync(session =>
        {
            long now = Now();
            if (session.Execute("UPDATE terminals SET revoked_at = COALESCE(revoked_at, @now) WHERE name = @name", ("@now", now), ("@name", terminal)) == 0) return false;
            Revoke(session, terminal, reason, now);
            return true;
        }, cancellationToken);

    // A revoked certificate is of no use to anybody: then the claim is simply used.
    private static IssuedCertificate? Paid(SqlSession session, string? serial) => session.First(
        "SELECT serial, thumbprint, not_before, not_after, der FROM certificates WHERE serial = @serial AND revoked_at IS NULL",
        row => new IssuedCertificate(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.Bytes(4)), ("@serial", serial));

    private static void Revoke(SqlSession session, string terminal, string reason, long now) => session.Execute(
        "UPDATE certificates SET revoked_at = @now, revoked_reason = @reason WHERE terminal = @name AND revoked_at IS NULL",
        ("@now", now), ("@reason", reason), ("@name", terminal));

    private static ClaimOutcome Refused(ClaimVerdict verdict) => new(verdict, null, false);

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    private sealed record Claim(long Id, string? Terminal, long ExpiresAt, long? UsedAt, string? UsedBy, string? Serial, string? Board, long? WithdrawnAt);
}
