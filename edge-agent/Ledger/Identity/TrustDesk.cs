using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Contract.Messages;

namespace Devices.Edge.Ledger.Identity;

/// <summary>
/// The roots that this terminal trusts (<c>ca.crt</c>), as the bridge changes them. A new one is believed only where a root that is trusted already has
/// signed its key: who has the bridge's link, or its server key, and not its root's key, can bring no root of his own.
/// </summary>
public sealed class TrustDesk(IdentityFolder folder)
{
    private readonly Lock _gate = new();
    private string? _problem;

    /// <summary>For <c>hello</c> and <c>applied</c>; null while the terminal has no roots.</summary>
    public TrustApplied? State()
    {
        lock (_gate)
        {
            try
            {
                return new() { Roots = [.. Load().Take(TrustRules.MaxRoots).Select(Fingerprint)], Problem = _problem };
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
            {
                return null;
            }
        }
    }

    /// <summary>Takes the bridge's roots over. Safe to repeat.</summary>
    /// <param name="news">What changed, in a sentence; null where nothing did.</param>
    /// <returns>Whether the terminal's own certificate is of another root than the one that signs now: it should be renewed.</returns>
    public bool Take(TrustMessage message, out string? news)
    {
        ArgumentNullException.ThrowIfNull(message);
        news = null;
        lock (_gate)
        {
            _problem = TrustRules.Check(message);
            if (_problem is not null) return false;
            try
            {
                X509Certificate2Collection had = Load();
                List<X509Certificate2> wanted = [], offered = [.. message.Roots.Select(Read)];
                X509Certificate2[] vouchers = [.. message.Vouchers.Select(Read)];
                foreach (X509Certificate2 root in offered)
                {
                    if (had.Any(one => Same(one, root)) || (IsRoot(root) && vouchers.Any(voucher => Vouches(voucher, root, had)))) wanted.Add(root);
                    else _problem = $"The root {Fingerprint(root)[..16]} is not vouched for by a root that this terminal trusts: it is not taken.";
                }

                // The bridge's own certificate is of the root that signs: without that one nothing is dropped, or the next connection would fail.
                if (wanted.All(one => Fingerprint(one) != message.Issuing)) wanted.AddRange(had.Where(one => !wanted.Any(other => Same(one, other))));
                string[] before = [.. had.Select(Fingerprint).Order(StringComparer.Ordinal)], after = [.. wanted.Select(Fingerprint).Order(StringComparer.Ordinal)];
                if (!before.SequenceEqual(after))
                {
                    UnixFileMode mode = OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(folder.RootsFile);
                    DurableFiles.Write(folder.RootsFile, string.Concat(wanted.Select(one => one.ExportCertificatePem() + "\n")));
                    if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder.RootsFile, mode);
                    news = $"Roots that may vouch for the bridge: {string.Join(", ", after.Select(one => one[..16]))} (before: {string.Join(", ", before.Select(one => one[..16]))}).";
                }

                X509Certificate2? issuing = wanted.FirstOrDefault(one => Fingerprint(one) == message.Issuing);
                if (issuing is null) return false;
                using X509Certificate2 own = folder.Load();
                return !Builds(own, [issuing]);
            }
            catch (Exception fault) when (fault is FormatException or CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
            {
                _problem = $"The bridge's roots were not taken: {(fault.Message.Length > 300 ? fault.Message[..300] : fault.Message)}";
                return false;
            }
        }
    }

    private X509Certificate2Collection Load()
    {
        X509Certificate2Collection roots = [];
        roots.ImportFromPemFile(folder.RootsFile);
        return roots;
    }

    private static X509Certificate2 Read(string base64) => X509CertificateLoader.LoadCertificate(Convert.FromBase64String(base64));

    private static bool IsRoot(X509Certificate2 root) => Builds(root, [root]);

    private static bool Vouches(X509Certificate2 voucher, X509Certificate2 root, X509Certificate2Collection trusted) =>
        voucher.SubjectName.RawData.AsSpan().SequenceEqual(root.SubjectName.RawData)
        && voucher.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(root.PublicKey.ExportSubjectPublicKeyInfo())
        && voucher.Extensions.OfType<X509BasicConstraintsExtension>().Any(one => one.CertificateAuthority)
        && Builds(voucher, trusted);

    // By signature: the terminal may not know the time yet, and a root's life is twenty years.
    private static bool Builds(X509Certificate2 certificate, X509Certificate2Collection trusted)
    {
        using X509Chain chain = new() { ChainPolicy = OwnRoots.Policy(trusted, at: null) };
        return chain.Build(certificate) && trusted.Any(root => Same(root, chain.ChainElements[^1].Certificate));
    }

    private static bool Same(X509Certificate2 one, X509Certificate2 other) => one.RawData.AsSpan().SequenceEqual(other.RawData);

    private static string Fingerprint(X509Certificate2 certificate) => Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));
}
