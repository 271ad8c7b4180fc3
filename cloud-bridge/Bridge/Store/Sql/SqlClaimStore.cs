using System.Globalization;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IClaimStore"/>
public sealed class SqlClaimStore(SqlDatabase database, TimeProvider time) : IClaimStore
{
    public Task<bool> MakeAsync(byte[] codeHash, string? terminal, string? board, long expiresAt, string by, string? address, CancellationToken cancellationToken = default) =>
        MakeAllAsync([(codeHash, terminal, board)], expiresAt, by, address, cancellationToken);

    public Task<bool> MakeAllAsync(IReadOnlyList<(byte[] CodeHash, string Terminal, string? Board)> claims, long expiresAt, string by, CancellationToken cancellationToken = default) =>
        MakeAllAsync([.. claims.Select(one => (one.CodeHash, (string?)one.Terminal, one.Board))], expiresAt, by, null, cancellationToken);

    private Task<bool> MakeAllAsync(IReadOnlyList<(byte[] CodeHash, string? Terminal, string? Board)> claims, long expiresAt, string by, string? address, CancellationToken cancellationToken) =>
        database.WriteAsync(session =>
        {
            long now = Now();
            if (session.Number("SELECT COUNT(*) FROM claims WHERE used_at IS NULL AND withdrawn_at IS NULL AND expires_at > @now", ("@now", now)) + claims.Count > IClaimStore.MaxOpen) return false;
            foreach ((byte[] codeHash, string? terminal, string? board) in claims)
            {
                session.Execute(
                    "INSERT INTO claims (code_hash, terminal, board, created_at, expires_at, made_by) VALUES (@hash, @terminal, @board, @now, @expires, @by)",
                    ("@hash", codeHash), ("@terminal", terminal), ("@board", board), ("@now", now), ("@expires", expiresAt), ("@by", by));
                string detail = string.Create(CultureInfo.InvariantCulture, $"until {DateTimeOffset.FromUnixTimeMilliseconds(expiresAt):yyyy-MM-dd HH:mm} UTC{(board is null ? "" : $", board {board}")}");
                SqlAuditStore.Write(session, time, by, "claim.make", terminal, detail, address);
            }

            return true;
        }, cancellationToken);

    public Task<IReadOnlyList<ClaimRow>> ListAsync(SiteScope scope, int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<ClaimRow>>(session => session.Query(
            $"""
            SELECT id, terminal, board, created_at, made_by, expires_at, used_at, used_by, withdrawn_at, withdrawn_by
            FROM claims WHERE {Within(scope)} ORDER BY id DESC LIMIT @limit
            """,
            row => new ClaimRow(row.GetInt64(0), row.TextOrNull(1), row.TextOrNull(2), row.GetInt64(3), row.TextOrNull(4), row.GetInt64(5), row.LongOrNull(6), row.TextOrNull(7), row.LongOrNull(8), row.TextOrNull(9)),
            scope.With(("@limit", limit))), cancellationToken);

    public Task<bool> WithdrawAsync(SiteScope scope, long id, string by, string? address, CancellationToken cancellationToken = default) =>
        database.WriteAsync(session =>
        {
            bool ended = session.Execute(
                $"UPDATE claims SET withdrawn_at = @now, withdrawn_by = @by WHERE id = @id AND used_at IS NULL AND withdrawn_at IS NULL AND expires_at > @now AND {Within(scope)}",
                scope.With(("@now", Now()), ("@by", by), ("@id", id))) == 1;
            if (ended)
                SqlAuditStore.Write(session, time, by, "claim.withdraw", session.Text("SELECT terminal FROM claims WHERE id = @id", ("@id", id)), string.Create(CultureInfo.InvariantCulture, $"claim {id}"), address);
            return ended;
        }, cancellationToken);

    // A claim hangs on the terminal that it is for, or that used it.
    private static string Within(SiteScope scope) => scope.Terminal("COALESCE(terminal, used_by)");

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
