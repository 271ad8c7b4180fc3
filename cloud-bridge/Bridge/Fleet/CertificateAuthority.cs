using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Bridge.Store;

namespace Devices.Bridge.Fleet;

/// <summary>
/// The bridge's own certificate authority: a P-256 root in <c>ca/</c>, made at first start, its key readable by the bridge's user only, or in a
/// PKCS#11 token. It signs the bridge's server certificate and each terminal's client certificate (RFC 5280 profiles). While a root is exchanged
/// there are several: one signs, all are trusted. What lies in <c>ca/</c> is taken over while the bridge runs (<see cref="Reload"/>).
/// </summary>
public sealed partial class CertificateAuthority : IDisposable
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
    private readonly CaKeys _keys;
    private readonly bool _keyless;
    private readonly Lock _gate = new();
    private RootBook _book;
    private ECDsa? _key;
    private X509Certificate2? _server;
    private string _mark;

    private CertificateAuthority(string directory, IReadOnlyList<string> names, TimeProvider time, RootBook book, CaKeys keys, ECDsa? key, bool keyless = false)
    {
        _keyless = keyless;
        _directory = directory;
        _names = names;
        _time = time;
        _book = book;
        _keys = keys;
        _key = key;
        _mark = RootBook.Mark(directory);
    }

    /// <summary>The root that signs, without its key.</summary>
    public X509Certificate2 Root => Volatile.Read(ref _book).Issuing.Certificate;

    /// <summary>Every root that is trusted, the one that signs first.</summary>
    public IReadOnlyList<CaRoot> Roots => [.. Volatile.Read(ref _book).Roots.OrderByDescending(one => one.State == RootState.Issuing)];

    /// <summary>Newer roots' keys signed by older roots: for whoever only knows the older one.</summary>
    public X509Certificate2Collection Crosses => Volatile.Read(ref _book).Crosses;

    /// <summary>SHA-256 over the issuing root's DER, 64 lower-case hex digits: what a technician's tool pins.</summary>
    public string RootFingerprint => Volatile.Read(ref _book).Issuing.Fingerprint;

    /// <summary>The folder of its files.</summary>
    internal string Directory => _directory;

    /// <summary>Reads the authority from <paramref name="directory"/>, or makes it where there is none.</summary>
    /// <param name="names">DNS names and IP addresses of the server certificate, beside localhost and the loopback addresses.</param>
    /// <param name="pkcs11">Where keys are in a token; null where that is read from what the bridge kept at its last start.</param>
    /// <exception cref="BridgeStartException">Files are missing or do not fit each other.</exception>
    public static CertificateAuthority Open(string directory, IEnumerable<string> names, TimeProvider time, Pkcs11Options? pkcs11 = null)
    {
        ArgumentNullException.ThrowIfNull(time);
        PrivateFiles.MakeDirectory(directory);
        string keyFile = Path.Combine(directory, "root.key"), rootFile = Path.Combine(directory, "root.crt");
        using FileLock guard = FileLock.Wait(Path.Combine(directory, ".lock"));
        string[] all = [.. Loopback.Concat(names).Distinct(StringComparer.OrdinalIgnoreCase)];
        CaKeys keys = new(directory, pkcs11 is null ? Pkcs11Memory.Recall(directory) : Pkcs11Memory.Keep(directory, pkcs11));
        try
        {
            bool listed = File.Exists(Path.Combine(directory, "roots.json"));
            if (!listed && !File.Exists(keyFile) && !File.Exists(rootFile)) Create(directory, keys, time, keys.UsesToken ? pkcs11?.Key ?? "devices-root" : "root");
            else if (!listed && (!File.Exists(keyFile) || !File.Exists(rootFile)))
                throw new BridgeStartException($"{directory} holds only one of root.key and root.crt: restore both from a backup; a new root would lock out every terminal.");
            RootBook book = RootBook.Read(directory);
            // A key in a token is opened when something is to be signed: who only makes claims needs none.
            ECDsa? key = CaKeys.IsInToken(book.Issuing.Key) ? null : OpenKey(directory, keys, book.Issuing);
            return new(directory, all, time, book, keys, key);
        }
        catch
        {
            keys.Dispose();
            throw;
        }
    }

    /// <summary>Opens the signing key where that was put off, so that what is wrong with it is said at the start.</summary>
    /// <exception cref="BridgeStartException">It cannot be opened.</exception>
    public void RequireKey()
    {
        lock (_gate) _ = Key();
    }

    /// <summary>Takes over what was changed in <c>ca/</c> by a command line or a person. Connections stay.</summary>
    /// <returns>One sentence where something changed or what lies there cannot be used; null where nothing did.</returns>
    public string? Reload()
    {
        string mark = RootBook.Mark(_directory);
        if (mark == Volatile.Read(ref _mark)) return null;
        try
        {
            // The file's lock before the own one, as whoever issues under it does.
            using FileLock guard = FileLock.Wait(Path.Combine(_directory, ".lock"));
            lock (_gate)
            {
                _mark = mark;
                RootBook book = RootBook.Read(_directory), before = _book;
                string[] changes = [.. Changes(before, book)];
                if (book.Issuing.Fingerprint != before.Issuing.Fingerprint && !_keyless)
                {
                    ECDsa key = OpenKey(_directory, _keys, book.Issuing);
                    _key?.Dispose();
                    _key = key;
                }

                // Certificates of the book before may be in use by a handshake: they are left to the collector.
                Volatile.Write(ref _book, book);
                X509Certificate2? server = LoadServer();
                if (server is not null && (_server is null || !server.RawData.AsSpan().SequenceEqual(_server.RawData)))
                {
                    bool news = _server is not null;
                    _server = server;
                    if (news) changes = [.. changes, $"the server certificate is another one, until {server.NotAfter.ToUniversalTime():yyyy-MM-dd}"];
                }
                else if (server is null && _server is not null && !Fits(_server)) _server = null;

                _mark = RootBook.Mark(_directory);
                return changes.Length == 0 ? null : $"Certificates in {_directory} were taken over: {string.Join("; ", changes)}.";
            }
        }
        catch (BridgeStartException fault)
        {
            return $"What lies in {_directory} now is not used, and what was in force before stays: {fault.Message}";
        }
    }

    /// <summary>SHA-256 over a certificate's DER, 64 lower-case hex digits.</summary>
    public static string Fingerprint(X509Certificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return Convert.ToHexStringLower(SHA256.HashData(certificate.GetRawCertData()));
    }

    /// <summary>What <see cref="IFleetStore"/> keeps of a certificate.</summary>
    public static IssuedCertificate Describe(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return new(
            Convert.ToHexStringLower(certificate.SerialNumberBytes.Span), Fingerprint(certificate),
            new DateTimeOffset(certificate.NotBefore).ToUnixTimeMilliseconds(), new DateTimeOffset(certificate.NotAfter).ToUnixTimeMilliseconds(),
            certificate.RawData);
    }

    /// <summary>Whether one of our roots signed the certificate for client authentication. Time and revocation are judged by the caller, who can say so in words.</summary>
    public bool IsOurs(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        foreach (CaRoot root in Volatile.Read(ref _book).Roots) chain.ChainPolicy.CustomTrustStore.Add(root.Certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(ClientUse);
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        return chain.Build(certificate);
    }

    /// <summary>The root that signed a certificate, by its key's identifier; null where none of ours did.</summary>
    public CaRoot? IssuerOf(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return Volatile.Read(ref _book).Roots.FirstOrDefault(root => IsIssuedBy(certificate, root.Certificate));
    }

    public void Dispose()
    {
        _key?.Dispose();
        _keys.Dispose();
        _server?.Dispose();
    }

    private static bool IsIssuedBy(X509Certificate2 certificate, X509Certificate2 root) =>
        certificate.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault()?.KeyIdentifier is { } issuer
        && root.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault() is { } own && issuer.Span.SequenceEqual(own.SubjectKeyIdentifierBytes.Span);

    private static IEnumerable<string> Changes(RootBook before, RootBook after)
    {
        foreach (CaRoot root in after.Roots)
        {
            CaRoot? old = before.Roots.FirstOrDefault(one => one.Fingerprint == root.Fingerprint);
            if (old is null) yield return $"root {root.Fingerprint[..16]} is new ({Names.Lower(root.State)})";
            else if (old.State != root.State) yield return $"root {root.Fingerprint[..16]} is {Names.Lower(root.State)} now";
        }

        foreach (CaRoot root in before.Roots)
            if (after.Roots.All(one => one.Fingerprint != root.Fingerprint)) yield return $"root {root.Fingerprint[..16]} is gone";
    }

    private static ECDsa OpenKey(string directory, CaKeys keys, CaRoot root)
    {
        ECDsa key = keys.Open(root.Key);
        using ECDsa? inRoot = root.Certificate.GetECDsaPublicKey();
        if (inRoot is not null && Spki(inRoot).AsSpan().SequenceEqual(Spki(key))) return key;
        key.Dispose();
        throw new BridgeStartException($"{(CaKeys.IsInToken(root.Key) ? root.Key : Path.Combine(directory, root.Key))} is not the key of {Path.Combine(directory, root.File)}: restore both from the same backup.");
    }

    private ECDsa Key() => _keyless ? throw new BridgeStartException($"{_directory} holds no root key: this node signs nothing.") : _key ??= OpenKey(_directory, _keys, _book.Issuing);

    private static byte[] Spki(ECDsa key) => new PublicKey(key).ExportSubjectPublicKeyInfo();

    private static class Names
    {
        public static string Lower(RootState state) => state switch { RootState.Issuing => "issuing", RootState.Next => "announced", _ => "old" };
    }
}
