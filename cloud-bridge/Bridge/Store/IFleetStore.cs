namespace Devices.Bridge.Store;

/// <summary>A certificate as issued. Times in ms since the Unix epoch.</summary>
public sealed record IssuedCertificate(string Serial, string Thumbprint, long NotBefore, long NotAfter, byte[] Der);

/// <summary>Why a claim was or was not taken.</summary>
public enum ClaimVerdict
{
    Accepted,

    /// <summary>No claim has this code.</summary>
    Unknown,
    Expired,
    Used,

    /// <summary>The claim is for another terminal.</summary>
    OtherTerminal,

    /// <summary>The claim is for another board.</summary>
    OtherBoard,
    Withdrawn,

    /// <summary>The name is taken and the claim was not made for it.</summary>
    NameTaken,
}

/// <param name="Reissued">The terminal had a certificate before, which is revoked now.</param>
/// <param name="Again">Nothing was issued: the certificate is the one that this claim had paid for.</param>
public sealed record ClaimOutcome(ClaimVerdict Verdict, IssuedCertificate? Certificate, bool Reissued, bool Again = false);

/// <summary>What the store knows of a certificate shown by a client; null where it never issued it.</summary>
/// <param name="UsedAt">When it was first used in a connection.</param>
/// <param name="RetireAt">Until when it is good beside its successor, which is in use.</param>
public sealed record CertificateRecord(string Terminal, long NotBefore, long NotAfter, long? RevokedAt, string? RevokedReason, long? TerminalRevokedAt, long? UsedAt = null, long? RetireAt = null);

/// <summary>Why a certificate was or was not renewed.</summary>
public enum RenewalVerdict
{
    Accepted,

    /// <summary>This bridge never issued it.</summary>
    Unknown,
    Revoked,
    TerminalRevoked,

    /// <summary>It is not valid before a later time: the bridge's clock is wrong.</summary>
    NotYet,

    /// <summary>It ended longer ago than the grace.</summary>
    GraceOver,

    /// <summary>Its successor is in use: whoever asks has a copy of an old key.</summary>
    Superseded,

    /// <summary>The terminal got too many certificates today.</summary>
    TooMany,
}

/// <param name="Again">Nothing was issued: an earlier request for the same key had this answer.</param>
public sealed record RenewalOutcome(RenewalVerdict Verdict, string? Terminal, IssuedCertificate? Certificate, bool Again = false, string? Reason = null);

/// <summary>What became of a revocation.</summary>
public enum RevokeVerdict
{
    /// <summary>There is no such terminal.</summary>
    Unknown,

    /// <summary>It was revoked before.</summary>
    Already,
    Done,
}

/// <param name="By">Null from before that was kept.</param>
public sealed record Revocation(long At, string? Reason, string? By);

/// <summary>A certificate that can be used, or renewed.</summary>
public sealed record LiveCertificate(string Terminal, string Serial, long NotBefore, long NotAfter, long? UsedAt, bool Online, string? Trust, byte[] Der);

/// <summary>Claims and certificates.</summary>
public interface IFleetStore
{
    /// <param name="codeHash">SHA-256 of the code.</param>
    /// <param name="terminal">The only terminal that may use it; null for any new one.</param>
    Task AddClaimAsync(byte[] codeHash, string? terminal, long expiresAt, CancellationToken cancellationToken = default);

    /// <summary>
    /// Uses up a claim and records the certificate in one transaction; <paramref name="issue"/> runs inside it, so that a claim never
    /// pays for two certificates nor is spent for none. Earlier certificates of the terminal are revoked.
    /// </summary>
    /// <param name="sameKey">
    /// Whether a certificate (DER) is for the key that asks. A claim that was used for this very terminal and key gives the same
    /// certificate again while it lives: the first answer may have been lost on its way.
    /// </param>
    /// <param name="board">The serial number that the board names; null where it names none.</param>
    Task<ClaimOutcome> RedeemAsync(
        byte[] codeHash, string terminal, Func<IssuedCertificate> issue, Func<byte[], bool> sameKey, string? board = null, CancellationToken cancellationToken = default);

    Task<CertificateRecord?> FindCertificateAsync(string thumbprint, CancellationToken cancellationToken = default);

    /// <summary>
    /// Records a successor of a certificate, in one transaction with the question whether it may have one. The old one stays good.
    /// A request that repeats an earlier one (same certificate, same key) gets that one's answer again.
    /// </summary>
    /// <param name="thumbprint">The certificate that the terminal showed.</param>
    /// <param name="issue">Runs inside the transaction, for the name that the certificate has.</param>
    /// <param name="sameKey">Whether a certificate (DER) is for the key that asks.</param>
    /// <param name="grace">How long after its end a certificate may still be renewed, in ms.</param>
    Task<RenewalOutcome> RenewAsync(
        string thumbprint, Func<IssuedCertificate> issue, Func<byte[], bool> sameKey, long grace, CancellationToken cancellationToken = default);

    /// <summary>A certificate was used in a connection: earlier ones of the same terminal end after the overlap.</summary>
    /// <param name="overlap">In ms.</param>
    Task MarkUsedAsync(string thumbprint, long overlap, CancellationToken cancellationToken = default);

    /// <summary>Certificates that are neither revoked nor retired of terminals that are not revoked, with their DER; those too that have run out.</summary>
    Task<IReadOnlyList<LiveCertificate>> LiveCertificatesAsync(CancellationToken cancellationToken = default);

    /// <summary>Which roots a terminal trusts, as it says.</summary>
    /// <param name="roots">SHA-256 of each, hex.</param>
    Task SaveTrustAsync(string terminal, IReadOnlyList<string> roots, CancellationToken cancellationToken = default);

    /// <summary>Thumbprints of certificates revoked since then.</summary>
    Task<IReadOnlyList<string>> RevokedSinceAsync(long since, CancellationToken cancellationToken = default);

    /// <summary>
    /// Revokes a terminal and its certificates, with its row of the audit log. There is no way back: it is enrolled again with a claim made for its name.
    /// </summary>
    Task<RevokeVerdict> RevokeAsync(string terminal, string reason, string by, string? address, CancellationToken cancellationToken = default);

    /// <summary>Who revoked it and why; null where it is not revoked.</summary>
    Task<Revocation?> RevocationAsync(string terminal, CancellationToken cancellationToken = default);

    /// <summary>Revokes a terminal and its certificates; false where there is none of that name.</summary>
    Task<bool> RevokeTerminalAsync(string terminal, string reason, CancellationToken cancellationToken = default);
}
