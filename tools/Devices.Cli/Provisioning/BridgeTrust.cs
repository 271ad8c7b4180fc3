using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Devices.Cli.App;
using Devices.Edge.Ledger.Identity;

namespace Devices.Cli.Provisioning;

/// <summary>Judges what a bridge shows against the root that the claim pinned.</summary>
public static class BridgeTrust
{
    /// <summary>SHA-256 over the certificate's DER, lower-case hex.</summary>
    public static string Fingerprint(X509Certificate2 certificate) =>
        certificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256).ToLowerInvariant();

    /// <summary>The root among <paramref name="offered"/> that has the pinned fingerprint.</summary>
    /// <exception cref="CliException"><see cref="ExitCodes.WrongRoot"/>.</exception>
    public static X509Certificate2 Pin(IEnumerable<X509Certificate2> offered, string fingerprint, Endpoint bridge)
    {
        X509Certificate2? root = offered.FirstOrDefault(c => Fingerprint(c) == fingerprint);
        if (root is not null) return root;
        string found = string.Join(", ", offered.Select(Fingerprint));
        throw new CliException(ExitCodes.WrongRoot, $"The bridge at {bridge} has the root certificate {found}, but the claim names {fingerprint}; the claim code was not sent.");
    }

    /// <summary>Chain to the root, validity now, and the name.</summary>
    /// <exception cref="CliException">What does not hold.</exception>
    public static void DemandServer(X509Certificate2 server, X509Certificate2Collection sent, X509Certificate2Collection roots, string name, Endpoint bridge, DateTimeOffset now)
    {
        X509ChainStatusFlags flags = Chain(server, sent, roots, now);
        if ((flags & ~X509ChainStatusFlags.NotTimeValid) != 0)
            throw new CliException(ExitCodes.WrongRoot, $"The certificate of {bridge} ({server.Subject}) is not signed by the root that the claim names; the claim code was not sent.");
        if ((flags & X509ChainStatusFlags.NotTimeValid) != 0)
            throw new CliException(ExitCodes.ClockWrong, $"This board's clock says {Day(now)}, and the certificate of {bridge} is valid from {Day(server.NotBefore)} to {Day(server.NotAfter)}.",
                "If the board's clock is wrong, set it (`timedatectl set-time`, or NTP); if it is right, the bridge's certificate has run out: restart the bridge to renew it. Then run this again.");
        if (!server.MatchesHostname(name, allowWildcards: true, allowCommonName: false))
            throw new CliException(ExitCodes.WrongBridgeName, $"The certificate of {bridge} is not made for '{name}' but for {Names(server)}; the claim code was not sent.");
    }

    /// <summary>What is wrong with a certificate's chain to <paramref name="roots"/>; <see cref="X509ChainStatusFlags.NoError"/> where nothing is.</summary>
    public static X509ChainStatusFlags Chain(X509Certificate2 certificate, X509Certificate2Collection between, X509Certificate2Collection roots, DateTimeOffset now)
    {
        using var chain = new X509Chain { ChainPolicy = OwnRoots.Policy(roots, now) };
        chain.ChainPolicy.ExtraStore.AddRange(between);
        return chain.Build(certificate)
            ? X509ChainStatusFlags.NoError
            : chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status) is var found && found == 0 ? X509ChainStatusFlags.PartialChain : found;
    }

    /// <summary>The DNS names and addresses in a certificate, in words.</summary>
    public static string Names(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(x => x.EnumerateDnsNames().Concat(x.EnumerateIPAddresses().Select(a => a.ToString()))).ToList();
        return names.Count > 0 ? string.Join(", ", names) : $"no name at all ({certificate.Subject})";
    }

    private static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC";
}
