using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Devices.FleetLoad.Fleet;

/// <summary>One terminal's identity: its name, its own key (P-256) and the certificate that the bridge's CA issued for it.</summary>
internal sealed class FleetMember(string name, byte[] key, byte[] certificate)
{
    private SslStreamCertificateContext? _context;

    public string Name { get; } = name;

    /// <summary>DER.</summary>
    public byte[] Certificate { get; } = certificate;

    /// <summary>PKCS #8.</summary>
    public byte[] Key { get; } = key;

    /// <summary>Made once a terminal, not once a connection: a board has its certificate in memory too.</summary>
    public SslStreamCertificateContext Context => _context ??= Make();

    public void WriteFiles(string folder, string root)
    {
        Bridge.Fleet.PrivateFiles.MakeDirectory(folder);
        using X509Certificate2 own = X509CertificateLoader.LoadCertificate(Certificate);
        using ECDsa ecdsa = ECDsa.Create();
        ecdsa.ImportPkcs8PrivateKey(Key, out _);
        Bridge.Fleet.PrivateFiles.Write(Path.Combine(folder, "terminal.key"), ecdsa.ExportPkcs8PrivateKeyPem());
        Bridge.Fleet.PrivateFiles.Write(Path.Combine(folder, "terminal.crt"), own.ExportCertificatePem());
        Bridge.Fleet.PrivateFiles.Write(Path.Combine(folder, "ca.crt"), root);
    }

    private SslStreamCertificateContext Make()
    {
        using ECDsa ecdsa = ECDsa.Create();
        ecdsa.ImportPkcs8PrivateKey(Key, out _);
        using X509Certificate2 bare = X509CertificateLoader.LoadCertificate(Certificate);
        return SslStreamCertificateContext.Create(bare.CopyWithPrivateKey(ecdsa), null, offline: true);
    }
}
