using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Devices.Bridge.Fleet;

/// <summary>Reads a PKCS#10 request (RFC 2986) as EST carries it: base64 of DER. Takes its key and nothing else from it.</summary>
public static class CsrReader
{
    /// <summary>The public key of a sound request, or one sentence on what is wrong with it.</summary>
    /// <param name="body">The body of <c>simpleenroll</c>.</param>
    /// <param name="terminal">The name that its subject must have.</param>
    public static (PublicKey? Key, string? Fault) Read(string body, string terminal)
    {
        ArgumentNullException.ThrowIfNull(body);
        byte[] der = new byte[body.Length];
        if (!Convert.TryFromBase64String(string.Concat(body.Where(c => !char.IsWhiteSpace(c))), der, out int length) || length == 0)
            return (null, "The body is not base64 of a PKCS#10 request (RFC 7030 section 4.2.1).");
        CertificateRequest request;
        try
        {
            // Checks the request's own signature too: proof that the sender holds the key.
            request = CertificateRequest.LoadSigningRequest(der.AsSpan(0, length), HashAlgorithmName.SHA256, out int read);
            if (read != length) return (null, "Bytes follow the PKCS#10 request.");
        }
        catch (Exception fault) when (fault is CryptographicException or NotSupportedException)
        {
            return (null, "The PKCS#10 request cannot be read, or its signature does not fit its key.");
        }
        if (CommonNames(request.SubjectName) is not [var name])
            return (null, "The request's subject must be exactly one common name: the terminal's.");
        if (name != terminal) return (null, $"The request is for '{Shorten(name)}', but the log-in names terminal '{terminal}'.");
        return Strong(request.PublicKey) ? (request.PublicKey, null) : (null, "The key must be EC P-256, or RSA of 2048 to 4096 bits.");
    }

    private static List<string> CommonNames(X500DistinguishedName subject)
    {
        List<string> names = [];
        foreach (X500RelativeDistinguishedName part in subject.EnumerateRelativeDistinguishedNames())
        {
            if (part.HasMultipleElements || part.GetSingleElementType().Value != "2.5.4.3") return [];
            names.Add(part.GetSingleElementValue() ?? "");
        }
        return names;
    }

    private static bool Strong(PublicKey key)
    {
        try
        {
            using ECDsa? ec = key.GetECDsaPublicKey();
            if (ec is not null) return ec.ExportParameters(false).Curve.Oid?.Value == ECCurve.NamedCurves.nistP256.Oid.Value;
            using RSA? rsa = key.GetRSAPublicKey();
            return rsa is { KeySize: >= 2048 and <= 4096 };
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
