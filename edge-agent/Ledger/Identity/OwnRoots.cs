using System.Security.Cryptography.X509Certificates;

namespace Devices.Edge.Ledger.Identity;

/// <summary>How a terminal judges certificates: by the roots that it was given, never by the system's, and without asking anybody.</summary>
public static class OwnRoots
{
    /// <summary>What is judged beside that, uses and intermediate certificates, the caller adds.</summary>
    /// <param name="roots">The only ones that count.</param>
    /// <param name="at">When it must be valid; null where signatures alone count.</param>
    public static X509ChainPolicy Policy(X509Certificate2Collection roots, DateTimeOffset? at)
    {
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.AddRange(roots);
        if (at is { } time) policy.VerificationTime = time.UtcDateTime;
        else policy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        return policy;
    }
}
