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

public sealed record ClaimOutcome(ClaimVerdict Verdict, IssuedCertificate? Certificate, bool Reissued);

/// <summary>What the store knows of a certificate shown by a client; null where it never issued it.</summary>
public sealed record CertificateRecord(string Terminal, long NotAfter, long? RevokedAt, string? RevokedReason, long? TerminalRevokedAt);

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
    Task<ClaimOutcome> RedeemAsync(byte[] codeHash, string terminal, Func<IssuedCertificate> issue, CancellationToken cancellationToken = default);

    Task<CertificateRecord?> FindCertificateAsync(string thumbprint, CancellationToken cancellationToken = default);

    /// <summary>Revokes a terminal and its certificates; false where there is none of that name.</summary>
    Task<bool> RevokeTerminalAsync(string terminal, string reason, CancellationToken cancellationToken = default);
}
