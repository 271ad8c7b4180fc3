using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Cli.Provisioning;

namespace Devices.Cli.Tests.Support;

/// <summary>A small certificate authority as a bridge has one.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public TestAuthority(string name = "Test root")
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        Root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddYears(10));
    }

    public X509Certificate2 Root { get; }

    public string Fingerprint => BridgeTrust.Fingerprint(Root);

    /// <summary>A server's certificate with its key, for 127.0.0.1 unless another name is given.</summary>
    public X509Certificate2 Server(string? name = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=bridge", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (name is null) names.AddIpAddress(IPAddress.Loopback);
        else names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        using X509Certificate2 issued = Issue(request, DateTimeOffset.UtcNow.AddDays(90));
        using X509Certificate2 whole = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>A terminal's certificate for a signing request, as the bridge issues it.</summary>
    public X509Certificate2 Terminal(byte[] signingRequest, string? otherName = null, PublicKey? otherKey = null)
    {
        CertificateRequest asked = CertificateRequest.LoadSigningRequest(signingRequest, HashAlgorithmName.SHA256);
        // As the bridge does: the name alone, whatever else the request names.
        string name = otherName ?? asked.SubjectName.EnumerateRelativeDistinguishedNames().Single(one => one.GetSingleElementType().Value == "2.5.4.3").GetSingleElementValue()!;
        var request = new CertificateRequest(new X500DistinguishedName($"CN={name}"), otherKey ?? asked.PublicKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], false));
        return Issue(request, DateTimeOffset.UtcNow.AddDays(365));
    }

    public void Dispose()
    {
        _key.Dispose();
        Root.Dispose();
    }

    private X509Certificate2 Issue(CertificateRequest request, DateTimeOffset until) =>
        request.Create(Root.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), DateTimeOffset.UtcNow.AddDays(-1), until, RandomNumberGenerator.GetBytes(8));
}
