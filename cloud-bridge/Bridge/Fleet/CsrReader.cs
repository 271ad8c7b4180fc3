using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace Devices.Bridge.Fleet;

/// <summary>Reads a PKCS#10 request (RFC 2986) as EST carries it: base64 of DER. Takes its key, and the board's serial number where it names one.</summary>
public static partial class CsrReader
{
    /// <summary>The public key of a sound request, or one sentence on what is wrong with it.</summary>
    /// <param name="body">The body of <c>simpleenroll</c>.</param>
    /// <param name="terminal">The name that its subject must have.</param>
    public static (PublicKey? Key, string? Fault) Read(string body, string terminal)
    {
        (PublicKey? key, string? board, string? fault) = ReadBoard(body, terminal);
        return board is null ? (key, fault) : (null, "The request's subject must be the certificate's: exactly one common name.");
    }

    /// <summary>As <see cref="Read"/>, with the board's serial number (X.520 <c>serialNumber</c>, 2.5.4.5, in the subject) where the request has one.</summary>
    public static (PublicKey? Key, string? Board, string? Fault) ReadBoard(string body, string terminal)
    {
        ArgumentNullException.ThrowIfNull(body);
        byte[] der = new byte[body.Length];
        if (!Convert.TryFromBase64String(string.Concat(body.Where(c => !char.IsWhiteSpace(c))), der, out int length) || length == 0)
            return (null, null, "The body is not base64 of a PKCS#10 request (RFC 7030 section 4.2.1).");
        CertificateRequest request;
        try
        {
            // Checks the request's own signature too: proof that the sender holds the key.
            request = CertificateRequest.LoadSigningRequest(der.AsSpan(0, length), HashAlgorithmName.SHA256, out int read);
            if (read != length) return (null, null, "Bytes follow the PKCS#10 request.");
        }
        catch (Exception fault) when (fault is CryptographicException or NotSupportedException)
        {
            return (null, null, "The PKCS#10 request cannot be read, or its signature does not fit its key.");
        }
        (string? name, string? board, bool sound) = Subject(request.SubjectName);
        if (name is null || !sound) return (null, null, "The request's subject must be exactly one common name, the terminal's, and at most one serial number, the board's.");
        if (name != terminal) return (null, null, $"The request is for '{Shorten(name)}', but the log-in names terminal '{terminal}'.");
        if (board is not null && !IsBoard(board)) return (null, null, "The board's serial number must be 1 to 64 of letters, digits and . _ : -.");
        return Strong(request.PublicKey) ? (request.PublicKey, board, null) : (null, null, "The key must be EC P-256, or RSA of 2048 to 4096 bits.");
    }

    /// <summary>Whether a text can be a board's serial number.</summary>
    public static bool IsBoard(string? text) => text is not null && BoardText().IsMatch(text);

    private static (string? Name, string? Board, bool Sound) Subject(X500DistinguishedName subject)
    {
        string? name = null, board = null;
        foreach (X500RelativeDistinguishedName part in subject.EnumerateRelativeDistinguishedNames())
        {
            if (part.HasMultipleElements) return (null, null, false);
            string? value = part.GetSingleElementValue();
            switch (part.GetSingleElementType().Value)
            {
                case "2.5.4.3" when name is null: name = value ?? ""; break;
                case "2.5.4.5" when board is null: board = value ?? ""; break;
                default: return (null, null, false);
            }
        }

        return (name, board, true);
    }

    [GeneratedRegex(@"\A[A-Za-z0-9._:-]{1,64}\z")]
    private static partial Regex BoardText();

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
