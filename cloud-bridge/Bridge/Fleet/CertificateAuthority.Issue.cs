using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Devices.Bridge.Fleet;

/// <summary>What the authority signs.</summary>
public sealed partial class CertificateAuthority
{
    /// <summary>The bridge's server certificate with its key; renewed after two thirds of its life, when the names change, or when another root signs.</summary>
    public X509Certificate2 ServerCertificate()
    {
        lock (_gate)
        {
            DateTimeOffset now = _time.GetUtcNow();
            _server ??= LoadServer();
            if (_keyless) return _server ?? throw new BridgeStartException($"{_directory} holds no certificate for this node that fits its names ({string.Join(", ", _names)}) and the bridge's root: {HowToMake}");
            if (_server is null || now >= RenewAt(_server) || now < _server.NotBefore.ToUniversalTime()) _server = IssueServer(now);
            return _server;
        }
    }

    /// <summary>Signs a terminal's public key: CN = <paramref name="terminal"/>, client authentication only.</summary>
    public X509Certificate2 IssueTerminal(string terminal, PublicKey publicKey, TimeSpan? life = null)
    {
        CertificateRequest request = new(Subject(terminal), publicKey, HashAlgorithmName.SHA256);
        return Sign(request, ClientUse, _time.GetUtcNow(), life);
    }

    /// <summary>Signs the public key of the command key: for commands only, one year.</summary>
    internal X509Certificate2 IssueCommandKey(PublicKey publicKey) =>
        Sign(new CertificateRequest(Subject("Devices bridge commands"), publicKey, HashAlgorithmName.SHA256), CommandUse, _time.GetUtcNow());

    /// <summary>Whether a certificate of this authority is to be replaced: two thirds of its life are over, it has not begun, or another root signs now.</summary>
    internal bool IsDue(X509Certificate2 certificate) =>
        _time.GetUtcNow() >= RenewAt(certificate) || _time.GetUtcNow() < certificate.NotBefore.ToUniversalTime() || !IsIssuedBy(certificate, Root);

    // The root's own files: the certificate first, the key or the index last, so that a start in between complains instead of making another root.
    private static void Create(string directory, CaKeys keys, TimeProvider time, string name)
    {
        (string reference, ECDsa key) = keys.UsesToken ? keys.Make(name) : ("root.key", ECDsa.Create(ECCurve.NamedCurves.nistP256));
        using (key)
        using (X509Certificate2 root = MakeRoot(key, time))
        {
            PrivateFiles.Write(Path.Combine(directory, "root.crt"), root.ExportCertificatePem());
            if (keys.UsesToken) RootBook.Write(directory, [new(root, Fingerprint(root), RootState.Issuing, "root.crt", reference)]);
            else PrivateFiles.Write(Path.Combine(directory, "root.key"), key.ExportPkcs8PrivateKeyPem());
        }
    }

    private static X509Certificate2 MakeRoot(ECDsa key, TimeProvider time)
    {
        PublicKey publicKey = new(key);
        // The same name as every other root's: a newer one signed by an older one is then self-issued (RFC 5280 section 6.1) and no step in the path's length.
        CertificateRequest request = new(new X500DistinguishedName("CN=Devices bridge root, O=Devices"), publicKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(publicKey, false));
        DateTimeOffset now = time.GetUtcNow();
        return request.Create(request.SubjectName, X509SignatureGenerator.CreateForECDsa(key), now - Backdate, now + RootLife, SerialNumber());
    }

    private static DateTimeOffset RenewAt(X509Certificate2 certificate)
    {
        DateTimeOffset begin = certificate.NotBefore, end = certificate.NotAfter;
        return begin + (end - begin) * 2 / 3;
    }

    private X509Certificate2? LoadServer()
    {
        string keyFile = Path.Combine(_directory, "server.key"), file = Path.Combine(_directory, "server.crt");
        if (!File.Exists(keyFile) || !File.Exists(file)) return null;
        try
        {
            X509Certificate2 certificate = X509Certificate2.CreateFromPemFile(file, keyFile);
            if (Fits(certificate)) return certificate;
            certificate.Dispose();
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            // A half-written or damaged leaf is simply issued anew.
        }
        return null;
    }

    private bool Fits(X509Certificate2 certificate) =>
        _names.All(name => certificate.MatchesHostname(name, allowWildcards: false, allowCommonName: false)) && IsIssuedBy(certificate, Root);

    private X509Certificate2 IssueServer(DateTimeOffset now)
    {
        (X509Certificate2 certificate, string key) = MakeServer(_names, now);
        PrivateFiles.Write(Path.Combine(_directory, "server.key"), key);
        PrivateFiles.Write(Path.Combine(_directory, "server.crt"), certificate.ExportCertificatePem());
        _mark = RootBook.Mark(_directory);
        return certificate;
    }

    private (X509Certificate2 Certificate, string Key) MakeServer(IEnumerable<string> called, DateTimeOffset now)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(Subject("Devices bridge"), key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        foreach (string name in called)
        {
            if (IPAddress.TryParse(name, out IPAddress? address)) names.AddIpAddress(address);
            else names.AddDnsName(name);
        }
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 bare = Sign(request, ServerUse, now);
        return (bare.CopyWithPrivateKey(key), key.ExportPkcs8PrivateKeyPem());
    }

    private X509Certificate2 Sign(CertificateRequest request, Oid use, DateTimeOffset now, TimeSpan? life = null)
    {
        lock (_gate)
        {
            X509Certificate2 root = Root;
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
            request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([use], false));
            request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
            request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, true, false));
            DateTimeOffset end = now + (life ?? LeafLife), rootEnd = root.NotAfter;
            DateTimeOffset begin = now - Backdate, rootBegin = root.NotBefore;
            return request.Create(root.SubjectName, X509SignatureGenerator.CreateForECDsa(Key()), begin < rootBegin ? rootBegin : begin, end > rootEnd ? rootEnd : end, SerialNumber());
        }
    }

    private static byte[] SerialNumber()
    {
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7f) | 0x40); // positive and never shortened (RFC 5280 4.1.2.2)
        return serial;
    }

    private static X500DistinguishedName Subject(string commonName)
    {
        X500DistinguishedNameBuilder subject = new();
        subject.AddCommonName(commonName);
        return subject.Build();
    }
}
