using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Bridge.Store;

namespace Devices.Bridge.Fleet;

/// <summary>
/// The bridge's own certificate authority: a P-256 root in <c>ca/</c>, made at first start, its key readable by the bridge's user only.
/// It signs the bridge's server certificate and each terminal's client certificate (RFC 5280 profiles).
/// </summary>
public sealed class CertificateAuthority : IDisposable
{
    private static readonly TimeSpan RootLife = TimeSpan.FromDays(3650 * 2);
    private static readonly TimeSpan LeafLife = TimeSpan.FromDays(365);

    // Terminals' clocks may be behind a little when they first connect.
    private static readonly TimeSpan Backdate = TimeSpan.FromHours(24);
    private static readonly Oid ServerUse = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientUse = new("1.3.6.1.5.5.7.3.2");
    private static readonly Oid CommandUse = new(Contract.Messages.CommandRules.CommandUse);

    private static readonly string[] Loopback = ["localhost", "127.0.0.1", "::1"];

    private readonly string _directory;
    private readonly IReadOnlyList<string> _names;
    private readonly TimeProvider _time;
    private readonly ECDsa _key;
    private readonly Lock _gate = new();
    private X509Certificate2? _server;

    private CertificateAuthority(string directory, IReadOnlyList<string> names, TimeProvider time, X509Certificate2 root, ECDsa key)
    {
        _directory = directory;
        _names = names;
        _time = time;
        Root = root;
        _key = key;
    }

    /// <summary>The root without its key.</summary>
    public X509Certificate2 Root { get; }

    /// <summary>SHA-256 over the root's DER, 64 lower-case hex digits: what a technician's tool pins.</summary>
    public string RootFingerprint => Fingerprint(Root);

    /// <summary>Reads the authority from <paramref name="directory"/>, or makes it where there is none.</summary>
    /// <param name="names">DNS names and IP addresses of the server certificate, beside localhost and the loopback addresses.</param>
    /// <exception cref="BridgeStartException">Files are missing or do not fit each other.</exception>
    public static CertificateAuthority Open(string directory, IEnumerable<string> names, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        PrivateFiles.MakeDirectory(directory);
        string keyFile = Path.Combine(directory, "root.key"), rootFile = Path.Combine(directory, "root.crt");
        using FileLock guard = FileLock.Wait(Path.Combine(directory, ".lock"));
        string[] all = [.. Loopback.Concat(names).Distinct(StringComparer.OrdinalIgnoreCase)];
        if (!File.Exists(keyFile) && !File.Exists(rootFile)) Create(keyFile, rootFile, time);
        if (!File.Exists(keyFile) || !File.Exists(rootFile))
            throw new BridgeStartException($"{directory} holds only one of root.key and root.crt: restore both from a backup; a new root would lock out every terminal.");
        ECDsa key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(keyFile));
            X509Certificate2 root = X509Certificate2.CreateFromPem(File.ReadAllText(rootFile));
            using ECDsa? inRoot = root.GetECDsaPublicKey();
            if (inRoot is null || !inRoot.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo()))
                throw new BridgeStartException($"{keyFile} is not the key of {rootFile}: restore both from the same backup.");
            return new(directory, all, time, root, key);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new BridgeStartException($"{keyFile} or {rootFile} cannot be read as PEM: restore both from a backup.", fault);
        }
    }

    /// <summary>SHA-256 over a certificate's DER, 64 lower-case hex digits.</summary>
    public static string Fingerprint(X509Certificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return Convert.ToHexStringLower(SHA256.HashData(certificate.GetRawCertData()));
    }

    /// <summary>The bridge's server certificate with its key; renewed after two thirds of its life, or when the names change.</summary>
    public X509Certificate2 ServerCertificate()
    {
        lock (_gate)
        {
            DateTimeOffset now = _time.GetUtcNow();
            _server ??= LoadServer();
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

    /// <summary>The folder of its files.</summary>
    internal string Directory => _directory;

    /// <summary>Signs the public key of the command key: for commands only, one year.</summary>
    internal X509Certificate2 IssueCommandKey(PublicKey publicKey) =>
        Sign(new CertificateRequest(Subject("Devices bridge commands"), publicKey, HashAlgorithmName.SHA256), CommandUse, _time.GetUtcNow());

    /// <summary>Whether a certificate of this authority has two thirds of its life behind it, or has not begun.</summary>
    internal bool IsDue(X509Certificate2 certificate) => _time.GetUtcNow() >= RenewAt(certificate) || _time.GetUtcNow() < certificate.NotBefore.ToUniversalTime();

    /// <summary>What <see cref="IFleetStore"/> keeps of a certificate.</summary>
    public static IssuedCertificate Describe(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return new(
            Convert.ToHexStringLower(certificate.SerialNumberBytes.Span), Fingerprint(certificate),
            new DateTimeOffset(certificate.NotBefore).ToUnixTimeMilliseconds(), new DateTimeOffset(certificate.NotAfter).ToUnixTimeMilliseconds(),
            certificate.RawData);
    }

    /// <summary>Whether this root signed the certificate for client authentication. Time and revocation are judged by the caller, who can say so in words.</summary>
    public bool IsOurs(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(Root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(ClientUse);
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        return chain.Build(certificate);
    }

    public void Dispose()
    {
        _key.Dispose();
        Root.Dispose();
        _server?.Dispose();
    }

    private static void Create(string keyFile, string rootFile, TimeProvider time)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=Devices bridge root, O=Devices", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        DateTimeOffset now = time.GetUtcNow();
        using X509Certificate2 root = request.CreateSelfSigned(now - Backdate, now + RootLife);
        // The key last: with a root but no key the next start complains instead of making another root.
        PrivateFiles.Write(rootFile, root.ExportCertificatePem());
        PrivateFiles.Write(keyFile, key.ExportPkcs8PrivateKeyPem());
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
            bool fits = _names.All(name => certificate.MatchesHostname(name, allowWildcards: false, allowCommonName: false))
                && certificate.IssuerName.RawData.AsSpan().SequenceEqual(Root.SubjectName.RawData);
            if (fits) return certificate;
            certificate.Dispose();
        }
        catch (CryptographicException)
        {
            // A half-written or damaged leaf is simply issued anew.
        }
        return null;
    }

    private X509Certificate2 IssueServer(DateTimeOffset now)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(Subject("Devices bridge"), key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        foreach (string name in _names)
        {
            if (IPAddress.TryParse(name, out IPAddress? address)) names.AddIpAddress(address);
            else names.AddDnsName(name);
        }
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 bare = Sign(request, ServerUse, now);
        X509Certificate2 certificate = bare.CopyWithPrivateKey(key);
        PrivateFiles.Write(Path.Combine(_directory, "server.key"), key.ExportPkcs8PrivateKeyPem());
        PrivateFiles.Write(Path.Combine(_directory, "server.crt"), certificate.ExportCertificatePem());
        return certificate;
    }

    private X509Certificate2 Sign(CertificateRequest request, Oid use, DateTimeOffset now, TimeSpan? life = null)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([use], false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Root, true, false));
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7f) | 0x40); // positive and never shortened (RFC 5280 4.1.2.2)
        DateTimeOffset end = now + (life ?? LeafLife), rootEnd = Root.NotAfter;
        DateTimeOffset begin = now - Backdate, rootBegin = Root.NotBefore;
        return request.Create(Root.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), begin < rootBegin ? rootBegin : begin, end > rootEnd ? rootEnd : end, serial);
    }

    private static X500DistinguishedName Subject(string commonName)
    {
        X500DistinguishedNameBuilder subject = new();
        subject.AddCommonName(commonName);
        return subject.Build();
    }
}
