using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Devices.Bridge.Fleet;

/// <summary>The exchange of the root, step by step. Each step is one replacement of the index; a running bridge takes it over.</summary>
public sealed partial class CertificateAuthority
{
    /// <summary>Makes the next root and has the one that signs now vouch for it. Nothing is signed with it yet.</summary>
    /// <exception cref="BridgeStartException">There is one already.</exception>
    public CaRoot MakeNext() => Change(book =>
    {
        if (book.Roots.Any(one => one.State == RootState.Next)) throw new BridgeStartException("The next root is made and announced already: switch to it (ca switch), or withdraw it (ca withdraw).");
        string name = $"root-{_time.GetUtcNow():yyyyMMddHHmmss}";
        (string reference, ECDsa key) = _keys.Make(name);
        using (key)
        {
            X509Certificate2 certificate = MakeRoot(key, _time);
            CaRoot next = new(certificate, Fingerprint(certificate), RootState.Next, name + ".crt", reference);
            PrivateFiles.Write(Path.Combine(_directory, next.File), certificate.ExportCertificatePem());
            Vouch(next, book.Issuing, Key());
            return ([.. book.Roots, next], next);
        }
    });

    /// <summary>The next root signs from now on; the one before stays trusted.</summary>
    /// <exception cref="BridgeStartException">There is none.</exception>
    public CaRoot Switch() => Change(book =>
    {
        CaRoot next = book.Roots.FirstOrDefault(one => one.State == RootState.Next) ?? throw new BridgeStartException("There is no next root: make one first (ca new-root).");
        OpenKey(_directory, _keys, next).Dispose();
        CaRoot issuing = next with { State = RootState.Issuing };
        return ([.. book.Roots.Select(one => one == next ? issuing : one.State == RootState.Issuing ? one with { State = RootState.Old } : one)], issuing);
    });

    /// <summary>Takes a root that signs nothing out of trust: an old one, or the next one before it ever signed. Its files stay.</summary>
    /// <exception cref="BridgeStartException">There is none of that state.</exception>
    public CaRoot Retire(RootState state) => Change(book =>
    {
        CaRoot gone = book.Roots.FirstOrDefault(one => one.State == state) ?? throw new BridgeStartException(state == RootState.Next ? "There is no next root to withdraw." : "There is no old root: the one that signs cannot be retired.");
        return ([.. book.Roots.Where(one => one != gone)], gone);
    });

    private CaRoot Change(Func<RootBook, (IReadOnlyList<CaRoot> Roots, CaRoot About)> step)
    {
        using FileLock guard = FileLock.Wait(Path.Combine(_directory, ".lock"));
        lock (_gate)
        {
            // Somebody else's step since is the one to go on from.
            (IReadOnlyList<CaRoot> roots, CaRoot about) = step(RootBook.Read(_directory));
            RootBook.Write(_directory, roots);
            return about;
        }
    }

    // RFC 7030 section 4.1.3, RFC 4210 section 4.4: the new key, signed by the old one.
    private void Vouch(CaRoot next, CaRoot by, ECDsa key)
    {
        CertificateRequest request = new(next.Certificate.SubjectName, next.Certificate.PublicKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(by.Certificate, true, false));
        DateTimeOffset begin = Later(next.Certificate.NotBefore, by.Certificate.NotBefore), end = Earlier(next.Certificate.NotAfter, by.Certificate.NotAfter);
        using X509Certificate2 cross = request.Create(by.Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(key), begin, end, SerialNumber());
        PrivateFiles.Write(Path.Combine(_directory, $"cross-{next.Fingerprint[..16]}-by-{by.Fingerprint[..16]}.crt"), cross.ExportCertificatePem());
    }

    private static DateTimeOffset Later(DateTime one, DateTime other) => one > other ? one : other;

    private static DateTimeOffset Earlier(DateTime one, DateTime other) => one < other ? one : other;
}
