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

    /// <summary>The name is taken and the claim was not made for it.</summary>
    NameTaken,
}

/// <param name="Reissued">The terminal had a certificate before, which is revoked now.</param>
/// <param name="Again">Nothing was issued: the certificate is the one that this claim had paid for.</param>
public sealed record ClaimOutcome(ClaimVerdict Verdict, IssuedCertificate? Certificate, bool Reissued, bool Again = false);

/// <summary>What the store knows of a certificate shown by a client; null where it never issued it.</summary>
public sealed record CertificateRecord(string Terminal, long NotBefore, long NotAfter, long? RevokedAt, string? RevokedReason, long? TerminalRevokedAt);

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
    Task<ClaimOutcome> RedeemAsync(
        byte[] codeHash, string terminal, Func<IssuedCertificate> issue, Func<byte[], bool> sameKey, CancellationToken cancellationToken = default);

    Task<CertificateRecord?> FindCertificateAsync(string thumbprint, CancellationToken cancellationToken = default);

    /// <summary>Revokes a terminal and its certificates; false where there is none of that name.</summary>
    Task<bool> RevokeTerminalAsync(string terminal, string reason, CancellationToken cancellationToken = default);
}
