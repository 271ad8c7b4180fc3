using System.Security.Cryptography.X509Certificates;

namespace Devices.Bridge.Fleet;

/// <summary>Several nodes: one signs, the others only know the roots and have a server certificate of their own.</summary>
public sealed partial class CertificateAuthority
{
    private const string HowToMake = "make its files where the root's key is, with 'Devices.Bridge ca node --data DIR --names A,B --to FOLDER', and put them there.";

    /// <summary>Reads the roots and the server certificate of a node that has no root key. Nothing is made, and nothing can be signed.</summary>
    /// <param name="names">Which names the server certificate must have, beside localhost and the loopback addresses.</param>
    /// <exception cref="BridgeStartException">There are none, or they do not fit.</exception>
    public static CertificateAuthority OpenKeyless(string directory, IEnumerable<string> names, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        PrivateFiles.MakeDirectory(directory);
        if (!RootBook.Exists(directory)) throw new BridgeStartException($"{directory} holds no root certificate of this bridge: {HowToMake}");
        return new(directory, [.. Loopback.Concat(names).Distinct(StringComparer.OrdinalIgnoreCase)], time, RootBook.Read(directory), new CaKeys(directory, new()), null, keyless: true);
    }

    /// <summary>Writes what a node needs into a folder: the roots, what vouches for them, and a server certificate with its key.</summary>
    /// <returns>The server certificate.</returns>
    public X509Certificate2 IssueNode(string folder, IEnumerable<string> names)
    {
        if (string.Equals(Path.GetFullPath(folder), Path.GetFullPath(_directory), StringComparison.Ordinal))
            throw new BridgeStartException($"{folder} is the authority's own folder: give another one with --to.");
        PrivateFiles.MakeDirectory(folder);
        lock (_gate)
        {
            foreach (CaRoot root in _book.Roots) PrivateFiles.Write(Path.Combine(folder, root.File), root.Certificate.ExportCertificatePem());
            foreach (string cross in System.IO.Directory.EnumerateFiles(_directory, "cross-*.crt")) PrivateFiles.Write(Path.Combine(folder, Path.GetFileName(cross)), File.ReadAllText(cross));
            (X509Certificate2 certificate, string key) = MakeServer(Loopback.Concat(names).Distinct(StringComparer.OrdinalIgnoreCase), _time.GetUtcNow());
            PrivateFiles.Write(Path.Combine(folder, "server.key"), key);
            PrivateFiles.Write(Path.Combine(folder, "server.crt"), certificate.ExportCertificatePem());
            // The index last: a node that reads meanwhile goes on with what it had.
            RootBook.Write(folder, _book.Roots);
            return certificate;
        }
    }
}
