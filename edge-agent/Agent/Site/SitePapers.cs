using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Devices.Contract.Messages;
using Devices.Edge.Ledger.Identity;
using Devices.Edge.Ledger.Tpm;

namespace Devices.Edge.Agent.Site;

/// <summary>
/// A terminal's exchange key, signed with the key of its certificate: no other terminal, and nobody on the way, can put another in its
/// place. The bridge could, since it issues the certificates: against it stands the code that people compare.
/// </summary>
/// <param name="files">ca.crt, terminal.crt, terminal.key.</param>
/// <param name="tpm">The board's TPM; the kernel's where null.</param>
public sealed class SitePapers(string terminal, (string Ca, string Certificate, string Key) files, BoardTpm? tpm = null)
{
    /// <summary>This terminal's own; null while it is not provisioned.</summary>
    public SiteRecord? Sign(byte[] exchange)
    {
        if (!File.Exists(files.Ca) || !File.Exists(files.Certificate) || !File.Exists(files.Key)) return null;
        using X509Certificate2 certificate = X509Certificate2.CreateFromPem(File.ReadAllText(files.Certificate));
        using ECDsa key = TerminalKey.Load(files.Key, tpm);
        // Between two renames of a renewal: the next look finds both.
        if (!certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo())) return null;
        Paper paper = new(exchange, certificate.RawData, key.SignData(Signed(terminal, exchange), HashAlgorithmName.SHA256));
        return new() { Kind = SiteKinds.Member, Terminal = terminal, Body = Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(paper, SiteJson.Default.Paper)) };
    }

    /// <summary>The root that issued this terminal's certificate, as a mark: under another one the paper is signed anew, for the old root goes.</summary>
    public string Issuer()
    {
        try
        {
            using X509Certificate2 certificate = X509Certificate2.CreateFromPem(File.ReadAllText(files.Certificate));
            return certificate.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault()?.KeyIdentifier is { } id ? Convert.ToHexStringLower(id.Span[..Math.Min(4, id.Length)]) : "";
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return "";
        }
    }

    /// <summary>The exchange key of another terminal's record; null where the record is not signed with a certificate of that terminal's from our authority.</summary>
    public byte[]? Read(SiteRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        try
        {
            if (JsonSerializer.Deserialize(Convert.FromBase64String(record.Body), SiteJson.Default.Paper) is not { Exchange: not null, Certificate: not null, Signature: not null } paper || !Hpke.IsPublic(paper.Exchange)) return null;
            using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(paper.Certificate);
            if (certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false) != record.Terminal || !IsOurs(certificate)) return null;
            using ECDsa? key = certificate.GetECDsaPublicKey();
            return key?.VerifyData(Signed(record.Terminal, paper.Exchange), paper.Signature, HashAlgorithmName.SHA256) == true ? paper.Exchange : null;
        }
        catch (Exception fault) when (fault is JsonException or CryptographicException or FormatException or IOException)
        {
            return null;
        }
    }

    // Its time is not judged: an expired certificate names the same terminal, and who belongs to the site people decide.
    private bool IsOurs(X509Certificate2 certificate)
    {
        X509Certificate2Collection roots = [];
        roots.ImportFromPemFile(files.Ca);
        using X509Chain chain = new() { ChainPolicy = OwnRoots.Policy(roots, at: null) };
        return chain.Build(certificate);
    }

    private static byte[] Signed(string terminal, byte[] exchange) => [.. Encoding.ASCII.GetBytes($"devices.site.member.1\0{terminal}\0"), .. exchange];
}

internal sealed record Paper(byte[] Exchange, byte[] Certificate, byte[] Signature);

/// <summary>One exchange key, and whether it belongs to the site.</summary>
internal sealed record RollEntry(string Terminal, byte[] Exchange, bool Revoked);

/// <summary>What a grant holds: the key in force, and who belongs to the site.</summary>
internal sealed record GrantBody(Guid Site, long Epoch, string Id, byte[] Key, List<RollEntry> Roll);

[JsonSerializable(typeof(Paper))]
[JsonSerializable(typeof(GrantBody))]
[JsonSerializable(typeof(List<RollEntry>))]
internal sealed partial class SiteJson : JsonSerializerContext;
