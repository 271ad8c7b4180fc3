using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Devices.Cli.App;

namespace Devices.Cli.Provisioning;

/// <summary>The terminal's certificate with the certificates between it and the root, judged before it is kept.</summary>
public sealed record IssuedCertificate(X509Certificate2 Leaf, X509Certificate2Collection Between)
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>Our key, our name, for TLS clients, chain to a trusted root, valid now.</summary>
    /// <exception cref="CliException"><see cref="ExitCodes.CertificateRefused"/> with what does not hold.</exception>
    public static IssuedCertificate Demand(X509Certificate2Collection issued, ECDsa key, string terminal, X509Certificate2Collection roots, DateTimeOffset now)
    {
        byte[] ours = key.ExportSubjectPublicKeyInfo();
        X509Certificate2 leaf = issued.FirstOrDefault(c => c.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(ours))
            ?? throw Refuse(issued.Count == 0 ? "it sent none" : "it is made for another key");
        string name = leaf.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        if (leaf.SubjectName.Name != $"CN={terminal}") throw Refuse($"it names '{name}', not '{terminal}'");
        if (leaf.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault() is { } use && !use.EnhancedKeyUsages.Cast<Oid>().Any(o => o.Value == ClientAuthentication))
            throw Refuse("it is not for TLS clients");
        var between = new X509Certificate2Collection();
        foreach (X509Certificate2 other in issued)
            if (!ReferenceEquals(other, leaf) && !roots.Any(r => r.RawData.AsSpan().SequenceEqual(other.RawData))) between.Add(other);
        X509ChainStatusFlags flags = BridgeTrust.Chain(leaf, between, roots, now);
        if (flags == X509ChainStatusFlags.NotTimeValid)
            throw Refuse($"it is valid from {leaf.NotBefore.ToUniversalTime():u} to {leaf.NotAfter.ToUniversalTime():u}, and this board's clock says {now.UtcDateTime:u}");
        if (flags != X509ChainStatusFlags.NoError) throw Refuse($"it does not chain to the root that the claim names ({flags})");
        return new IssuedCertificate(leaf, between);
    }

    /// <summary>Leaf first, then those between, PEM.</summary>
    public string ToPem() => Pem([Leaf, .. Between]);

    public static string Pem(IEnumerable<X509Certificate2> certificates)
    {
        var text = new StringBuilder();
        foreach (X509Certificate2 certificate in certificates) text.Append(certificate.ExportCertificatePem()).Append('\n');
        return text.ToString();
    }

    private static CliException Refuse(string why) => new(ExitCodes.CertificateRefused, $"The certificate that the bridge returned is refused: {why}.");
}
