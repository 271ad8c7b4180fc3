using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Devices.Cli.App;

namespace Devices.Cli.Provisioning;

/// <summary>
/// Enrolment over Secure Transport (RFC 7030): <c>cacerts</c> (section 4.1) and <c>simpleenroll</c> (section 4.2) with HTTP Basic.
/// The root is trusted by the fingerprint in the claim (section 4.1.1, bootstrap by out-of-band fingerprint); the claim code is sent
/// only over a connection that chains to it.
/// </summary>
public sealed class EstClient(ProvisionPlan plan, TimeProvider clock)
{
    private const int MaxAnswer = 256 * 1024;

    private readonly X509Certificate2Collection _roots = [];

    /// <summary>Gets the bridge's certificates and pins the root. After this the trusted roots are known.</summary>
    /// <returns>The roots, the pinned one first: more than one while the bridge changes its root.</returns>
    public async Task<X509Certificate2Collection> TrustAsync(CancellationToken cancellationToken)
    {
        X509Certificate2 root = BridgeTrust.Pin(await CaCertsAsync(pinned: false, cancellationToken), plan.Claim.RootSha256, plan.Enrolment);
        _roots.Add(root);
        // Asked again over the now authenticated connection: only then may further roots be believed (RFC 7030 section 4.1.3).
        foreach (X509Certificate2 other in await CaCertsAsync(pinned: true, cancellationToken))
            if (other.RawData.AsSpan().SequenceEqual(root.RawData) is false && IsRoot(other)) _roots.Add(other);
        return _roots;
    }

    /// <summary>Sends the signing request with the claim.</summary>
    /// <param name="request">PKCS#10, DER. It holds the public key only.</param>
    /// <returns>What the bridge issued, in no particular order; not yet judged.</returns>
    public async Task<X509Certificate2Collection> EnrolAsync(byte[] request, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "/.well-known/est/simpleenroll");
        message.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{plan.Terminal}:{plan.Claim.Code}")));
        message.Content = new StringContent(Convert.ToBase64String(request, Base64FormattingOptions.InsertLineBreaks), Encoding.ASCII);
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/pkcs10");
        message.Content.Headers.TryAddWithoutValidation("Content-Transfer-Encoding", "base64");
        return await SendAsync(message, pinned: true, cancellationToken);
    }

    // A newer root signed by an older one bears the same two names (RFC 7030 section 4.1.3) and is none.
    private static bool IsRoot(X509Certificate2 certificate) => BridgeTrust.Chain(certificate, [], [certificate], certificate.NotBefore.AddSeconds(1)) == X509ChainStatusFlags.NoError
        && (certificate.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault()?.KeyIdentifier is not { } issuer
            || certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault() is { } own && own.SubjectKeyIdentifierBytes.Span.SequenceEqual(issuer.Span));

    private async Task<X509Certificate2Collection> CaCertsAsync(bool pinned, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, "/.well-known/est/cacerts");
        X509Certificate2Collection answer = await SendAsync(message, pinned, cancellationToken);
        return answer.Count > 0 ? answer : throw Garbage("it sent no certificate", null);
    }

    private async Task<X509Certificate2Collection> SendAsync(HttpRequestMessage message, bool pinned, CancellationToken cancellationToken)
    {
        var link = new BridgeLink(plan.Enrolment, plan.ServerName, plan.StepLimit);
        SslStream stream = await link.ConnectAsync(null, cancellationToken);
        try
        {
            if (pinned) BridgeTrust.DemandServer(link.Shown!, link.ShownChain, _roots, plan.ServerName, plan.Enrolment, clock.GetUtcNow());
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }

        // TLS is already up and judged, so HTTP is spoken as plain text over it, on this one connection only.
        SslStream? once = stream;
        using var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(Interlocked.Exchange(ref once, null) ?? throw new IOException("The bridge closed the connection.")),
        };
        using var client = new HttpClient(handler) { BaseAddress = new Uri($"http://{plan.Enrolment}"), Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaxAnswer };
        return await link.LimitAsync(async stop =>
        {
            try
            {
                using HttpResponseMessage answer = await client.SendAsync(message, HttpCompletionOption.ResponseContentRead, stop);
                string text = await answer.Content.ReadAsStringAsync(stop);
                return answer.StatusCode == HttpStatusCode.OK ? Certificates(text) : throw Refused(answer.StatusCode, text);
            }
            catch (HttpRequestException e)
            {
                throw Garbage(e.InnerException?.Message ?? e.Message, e);
            }
        }, ExitCodes.BridgeTimeout, $"The bridge at {plan.Enrolment} took the request {message.RequestUri} but did not answer", cancellationToken);
    }

    private X509Certificate2Collection Certificates(string base64)
    {
        try
        {
            var cms = new SignedCms();
            cms.Decode(Convert.FromBase64String(base64));
            return cms.Certificates;
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            throw Garbage("the answer is not a PKCS#7 with certificates", e);
        }
    }

    private CliException Garbage(string why, Exception? inner) =>
        new(ExitCodes.BridgeGarbage, $"{plan.Enrolment} does not answer as a bridge does: {why}.", inner: inner);

    private CliException Refused(HttpStatusCode status, string text)
    {
        string reason = Reason(text);
        return status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.Gone =>
                new CliException(ExitCodes.ClaimRefused, $"The bridge does not take this claim for terminal '{plan.Terminal}'{Because(reason, "it is unknown, used, expired, or made for another terminal")}."),
            HttpStatusCode.NotFound => Garbage("it has no enrolment page", null),
            HttpStatusCode.TooManyRequests => new CliException(ExitCodes.BridgeRefused, $"The bridge refuses enrolment for now{Because(reason, "too many attempts")}.", "Wait a few minutes, then run this again."),
            >= HttpStatusCode.InternalServerError => new CliException(ExitCodes.BridgeRefused, $"The bridge failed while it worked on the request (HTTP {(int)status}){Because(reason, null)}.", "Look at the bridge's log; the key on this board is kept, run this again afterwards."),
            _ => new CliException(ExitCodes.BridgeRefused, $"The bridge refused the request (HTTP {(int)status}){Because(reason, null)}."),
        };
    }

    private static string Because(string reason, string? otherwise) => reason.Length > 0 ? ": " + reason : otherwise is null ? "" : ": " + otherwise;

    /// <summary>The server's own words: plain text, or the detail of a problem document; at most 300 characters, no control characters.</summary>
    private static string Reason(string text)
    {
        string words = text;
        if (text.TrimStart().StartsWith('{'))
        {
            try
            {
                using var document = System.Text.Json.JsonDocument.Parse(text);
                words = "";
                foreach (string key in (string[])["detail", "text", "reason", "message", "title"])
                    if (document.RootElement.TryGetProperty(key, out var value) && value.ValueKind == System.Text.Json.JsonValueKind.String)
                    {
                        words = value.GetString()!;
                        break;
                    }
            }
            catch (System.Text.Json.JsonException)
            {
                words = "";
            }
        }
        else if (text.Contains('<', StringComparison.Ordinal))
        {
            words = "";
        }

        string line = string.Concat(words.Select(c => char.IsControl(c) ? ' ' : c)).Trim().TrimEnd('.');
        return line.Length <= 300 ? line : string.Concat(line.AsSpan(0, 300), "…");
    }
}
