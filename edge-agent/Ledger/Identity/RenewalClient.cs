using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Devices.Edge.Ledger.Uplink;

namespace Devices.Edge.Ledger.Identity;

/// <summary>What the bridge answered to a request for renewal: certificates, or why not.</summary>
/// <param name="Refused">The bridge does not renew this certificate; trying again does not help by itself.</param>
/// <param name="RetryAfter">How long it asks to wait.</param>
public sealed record RenewalAnswer(X509Certificate2Collection? Certificates, string? Fault, bool Refused = false, TimeSpan? RetryAfter = null);

/// <summary><c>/simplereenroll</c> of RFC 7030 (section 4.2.2): TLS with the certificate to be renewed.</summary>
public sealed class RenewalClient(string host, int port, IReadOnlyList<string> names, TimeSpan limit)
{
    private const int MaxAnswer = 256 * 1024;
    private const int MaxWords = 300;

    /// <param name="own">The certificate to be renewed, with its key. It may have run out.</param>
    /// <param name="roots">Who may vouch for the bridge; disposed here.</param>
    /// <param name="request">PKCS#10, DER.</param>
    public async Task<RenewalAnswer> AskAsync(X509Certificate2 own, X509Certificate2Collection roots, byte[] request, JudgeTime time, CancellationToken cancellationToken)
    {
        using ServerJudge judge = new(names, roots, time);
        string? refusal = null;
        using SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            SslOptions = new()
            {
                TargetHost = names[0],
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                ClientCertificateContext = SslStreamCertificateContext.Create(own, null, offline: true),
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                RemoteCertificateValidationCallback = (_, shown, chain, errors) => (refusal = judge.Judge(shown, chain, errors, own)) is null,
            },
        };
        string where = new UriBuilder(Uri.UriSchemeHttps, host, port).Uri.GetLeftPart(UriPartial.Authority);
        using HttpClient client = new(handler) { Timeout = limit, MaxResponseContentBufferSize = MaxAnswer };
        using HttpRequestMessage message = new(HttpMethod.Post, $"{where}/.well-known/est/simplereenroll");
        message.Content = new StringContent(Convert.ToBase64String(request, Base64FormattingOptions.InsertLineBreaks), Encoding.ASCII);
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/pkcs10");
        message.Content.Headers.TryAddWithoutValidation("Content-Transfer-Encoding", "base64");
        try
        {
            using HttpResponseMessage answer = await client.SendAsync(message, cancellationToken).ConfigureAwait(false);
            string text = await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            if (answer.StatusCode == HttpStatusCode.OK) return new(Read(text), null);
            return new(null, $"The bridge at {where} does not renew the certificate: {Words(text, answer.StatusCode)}", answer.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized, answer.Headers.RetryAfter?.Delta);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(null, string.Create(CultureInfo.InvariantCulture, $"The bridge at {where} did not answer within {limit.TotalSeconds:0} s."));
        }
        catch (HttpRequestException fault)
        {
            Exception inner = fault;
            while (inner.InnerException is { } next) inner = next;
            return new(null, refusal ?? $"The bridge at {where} cannot be asked to renew the certificate: {inner.Message.TrimEnd('.')}.");
        }
        catch (Exception fault) when (fault is FormatException or CryptographicException)
        {
            return new(null, $"The bridge at {where} answered with something that is not a certificate.");
        }
    }

    internal static X509Certificate2Collection Read(string base64)
    {
        SignedCms cms = new();
        cms.Decode(Convert.FromBase64String(base64));
        return cms.Certificates;
    }

    // Its own sentence, as one line; from a stranger's page only the number.
    private static string Words(string text, HttpStatusCode status)
    {
        string line = text.Contains('<', StringComparison.Ordinal) || text.TrimStart().StartsWith('{') ? "" : string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Trim();
        if (line.Length == 0) return string.Create(CultureInfo.InvariantCulture, $"it answered {(int)status}.");
        return line.Length <= MaxWords ? line : line[..MaxWords] + "…";
    }
}
