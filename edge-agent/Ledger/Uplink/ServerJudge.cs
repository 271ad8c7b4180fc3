using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Edge.Ledger.Identity;
using Devices.Edge.Ledger.Time;

namespace Devices.Edge.Ledger.Uplink;

/// <summary>The time to judge certificates by.</summary>
/// <param name="Best">The best known one.</param>
/// <param name="Vouched">Whether NTP or the bridge vouches for it. A board's own clock may have woken up in the past or far ahead.</param>
/// <param name="Floor">The true time cannot lie before this.</param>
public readonly record struct JudgeTime(DateTimeOffset Best, bool Vouched, DateTimeOffset Floor)
{
    /// <summary>As a clock has it now.</summary>
    public static JudgeTime Of(TrustedClock clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return new(clock.CertificateTime, clock.Source >= TrustSource.Bridge, DateTimeOffset.FromUnixTimeMilliseconds(clock.FloorMs));
    }
}

/// <summary>Whether it is our bridge: the name, and a chain to the roots that this terminal was given, never to the system's. Owns the roots.</summary>
public sealed class ServerJudge(IReadOnlyList<string> names, X509Certificate2Collection roots, JudgeTime time) : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>Null where it is, else one sentence.</summary>
    /// <param name="own">The terminal's own certificate: it shows that its beginning has passed.</param>
    public string? Judge(X509Certificate? shown, X509Chain? sent, SslPolicyErrors errors, X509Certificate2 own)
    {
        ArgumentNullException.ThrowIfNull(own);
        if (shown is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable)) return "The bridge showed no certificate.";
        using X509Certificate2 certificate = new(shown);
        if (!names.Any(name => certificate.MatchesHostname(name, allowWildcards: true, allowCommonName: false)))
            return $"The bridge's certificate is not for '{names[0]}' (it is for {certificate.Subject}).";
        using X509Chain chain = new() { ChainPolicy = OwnRoots.Policy(roots, TimeFor(certificate, own)) };
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        // What the bridge sent along: while it changes its root, the new root signed by the old one.
        if (sent is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
            foreach (X509ChainElement element in sent.ChainElements) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        if (chain.Build(certificate)) return null;
        X509ChainStatusFlags why = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        if (why.HasFlag(X509ChainStatusFlags.PartialChain) || why.HasFlag(X509ChainStatusFlags.UntrustedRoot)) return "The bridge's certificate was not issued by this terminal's own CA.";
        if (why.HasFlag(X509ChainStatusFlags.NotTimeValid)) return $"The bridge's certificate is valid from {certificate.NotBefore:u} to {certificate.NotAfter:u}; the terminal's time is {time.Best:u}.";
        return $"The bridge's certificate was refused: {string.Join(' ', chain.ChainStatus.Select(s => s.StatusInformation.Trim()))}";
    }

    public void Dispose()
    {
        foreach (X509Certificate2 root in roots) root.Dispose();
    }

    // While nobody vouches for the time, the latest date that our CA has signed in these very certificates is a lower bound: it exists, so
    // it has passed. Without this a board that woke up in the past could never reach the bridge that would tell it the time; and one whose
    // clock ran ahead would take its bridge for expired for ever, so there only what is known to have passed counts.
    private DateTimeOffset TimeFor(X509Certificate2 certificate, X509Certificate2 own)
    {
        if (time.Vouched) return time.Best;
        DateTimeOffset latest = Later(time.Best, certificate, own);
        return latest <= certificate.NotAfter ? latest : Later(time.Floor, certificate, own);
    }

    private DateTimeOffset Later(DateTimeOffset bound, X509Certificate2 certificate, X509Certificate2 own)
    {
        DateTimeOffset latest = bound;
        foreach (X509Certificate2 one in roots.Append(own).Append(certificate))
            if (new DateTimeOffset(one.NotBefore) > latest) latest = new DateTimeOffset(one.NotBefore).AddSeconds(1);
        return latest;
    }
}
