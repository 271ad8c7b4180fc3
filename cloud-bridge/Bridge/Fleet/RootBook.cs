using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Devices.Bridge.Fleet;

/// <summary>What a root is for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RootState>))]
public enum RootState
{
    /// <summary>Announced to terminals; signs nothing yet.</summary>
    Next,

    /// <summary>Signs what is issued.</summary>
    Issuing,

    /// <summary>Signs nothing any more; what it has signed is still good.</summary>
    Old,
}

/// <summary>A root of the authority.</summary>
/// <param name="Key">Where its key is: a file in <c>ca/</c>, or <c>pkcs11:LABEL</c>.</param>
public sealed record CaRoot(X509Certificate2 Certificate, string Fingerprint, RootState State, string File, string Key);

/// <summary>
/// The roots, as <c>ca/roots.json</c> lists them; without that file there is one, <c>root.crt</c> with <c>root.key</c>. The file is replaced whole,
/// so that a change of roots has happened or has not. Beside it lie <c>cross-NEW-by-OLD.crt</c>: a newer root's key signed by an older root
/// (RFC 7030 section 4.1.3, "NewWithOld"), by which a terminal that only knows the older one accepts the newer.
/// </summary>
internal sealed class RootBook(IReadOnlyList<CaRoot> roots, X509Certificate2Collection crosses)
{
    private const string Index = "roots.json";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public IReadOnlyList<CaRoot> Roots { get; } = roots;

    public X509Certificate2Collection Crosses { get; } = crosses;

    public CaRoot Issuing { get; } = roots.Single(one => one.State == RootState.Issuing);

    public static bool Exists(string directory) => File.Exists(Path.Combine(directory, Index)) || File.Exists(Path.Combine(directory, "root.crt"));

    /// <summary>Changes when the book may have.</summary>
    public static string Mark(string directory) => string.Join('|', ((string[])[Index, "root.crt", "server.crt", "server.key"]).Select(one => File.GetLastWriteTimeUtc(Path.Combine(directory, one)).Ticks));

    /// <exception cref="BridgeStartException">A file is missing or cannot be read; the message says which.</exception>
    public static RootBook Read(string directory)
    {
        string index = Path.Combine(directory, Index);
        try
        {
            List<Entry> entries = File.Exists(index)
                ? JsonSerializer.Deserialize<List<Entry>>(File.ReadAllText(index), Indented) ?? throw new JsonException("it is empty")
                : [new("root.crt", "root.key", RootState.Issuing)];
            if (entries.Count(one => one.State == RootState.Issuing) != 1) throw new JsonException("it does not name exactly one issuing root");
            List<CaRoot> roots = [];
            foreach (Entry one in entries)
            {
                X509Certificate2 certificate = X509Certificate2.CreateFromPem(File.ReadAllText(Path.Combine(directory, Path.GetFileName(one.File))));
                roots.Add(new(certificate, CertificateAuthority.Fingerprint(certificate), one.State, one.File, one.Key));
            }

            X509Certificate2Collection crosses = [];
            foreach (string file in Directory.EnumerateFiles(directory, "cross-*.crt").Order(StringComparer.Ordinal))
            {
                X509Certificate2 cross = X509Certificate2.CreateFromPem(File.ReadAllText(file));
                // One for a root that is gone serves nobody.
                if (roots.Any(root => root.Certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(cross.PublicKey.ExportSubjectPublicKeyInfo()))) crosses.Add(cross);
                else cross.Dispose();
            }

            return new(roots, crosses);
        }
        catch (Exception fault) when (fault is IOException or JsonException or CryptographicException or ArgumentException or UnauthorizedAccessException)
        {
            throw new BridgeStartException($"The roots in {directory} cannot be read ({fault.Message}): restore the whole folder from a backup; a new root would lock out every terminal.", fault);
        }
    }

    public static void Write(string directory, IEnumerable<CaRoot> roots) =>
        PrivateFiles.Write(Path.Combine(directory, Index), JsonSerializer.Serialize(roots.Select(one => new Entry(one.File, one.Key, one.State)), Indented));

    private sealed record Entry(string File, string Key, RootState State);
}
