using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Devices.Bridge.Store;

namespace Devices.Bridge.Fleet;

/// <summary>Enrolment over secure transport: <c>cacerts</c>, <c>simpleenroll</c> and <c>simplereenroll</c> of RFC 7030 (with RFC 8951's base64), over HTTPS only.</summary>
public static class EstEndpoints
{
    private const int MaxBody = 16 * 1024;
    private const string Issued = "application/pkcs7-mime; smime-type=certs-only";

    /// <summary>Maps them. They ask for no session of HR's: the claim in HTTP Basic is the enrolling board's key, its certificate in TLS the renewing one's.</summary>
    public static void MapEst(this WebApplication app)
    {
        app.MapGet("/.well-known/est/cacerts", (HttpContext context, CertificateAuthority authority) =>
            !context.Request.IsHttps ? TlsOnly() : Certificates([.. authority.Roots.Select(one => one.Certificate), .. authority.Crosses], "application/pkcs7-mime"))
            .AllowAnonymous();

        app.MapPost("/.well-known/est/simpleenroll", async (HttpContext context, CertificateAuthority authority, EnrolmentService enrolment, EnrolmentLimiter limiter) =>
        {
            if (!context.Request.IsHttps) return TlsOnly();
            string address = context.Connection.RemoteIpAddress?.ToString() ?? "unknown";
            int wait = limiter.WaitSeconds(address);
            if (wait > 0)
            {
                context.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
                return PlainAnswer.Sentence(StatusCodes.Status429TooManyRequests, $"Too many refused claims from this address: try again in {wait} seconds.");
            }
            if (!TryBasic(context.Request.Headers.Authorization, out string terminal, out string claim))
            {
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"enrolment\", charset=\"UTF-8\"";
                return PlainAnswer.Sentence(StatusCodes.Status401Unauthorized, "Log in with the terminal's name and a claim code (HTTP Basic).");
            }
            if (Unsupported(context) is { } unsupported) return unsupported;
            string? body = await ReadBodyAsync(context.Request, context.RequestAborted);
            if (body is null) return TooLarge();

            EnrolmentResult result = await enrolment.EnrolAsync(terminal, claim, body, address, context.RequestAborted);
            if (result.Certificate is { } certificate)
                return Certificates([certificate, authority.Root, .. authority.Crosses], Issued);
            if (result.Status == StatusCodes.Status401Unauthorized)
            {
                limiter.CountFailure(address);
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"enrolment\", charset=\"UTF-8\"";
            }
            return PlainAnswer.Sentence(result.Status, result.Fault!);
        }).DisableAntiforgery().AllowAnonymous();

        app.MapPost("/.well-known/est/simplereenroll", async (HttpContext context, CertificateAuthority authority, RenewalService renewal) =>
        {
            if (!context.Request.IsHttps) return TlsOnly();
            if (Unsupported(context) is { } unsupported) return unsupported;
            string? body = await ReadBodyAsync(context.Request, context.RequestAborted);
            if (body is null) return TooLarge();
            try
            {
                EnrolmentResult result = await renewal.RenewAsync(context.Connection.ClientCertificate, body, context.Connection.RemoteIpAddress?.ToString(), context.RequestAborted);
                if (result.Certificate is { } certificate) return Certificates([certificate, authority.Root, .. authority.Crosses], Issued);
                if (result.RetryAfter is { } wait) RetryAfter(context, wait);
                return PlainAnswer.Sentence(result.Status, result.Fault!);
            }
            catch (StoreUnavailableException)
            {
                RetryAfter(context, TimeSpan.FromSeconds(30));
                return PlainAnswer.Sentence(StatusCodes.Status503ServiceUnavailable, "The bridge's store is not available: try again later.");
            }
        }).DisableAntiforgery().AllowAnonymous();
    }

    private static void RetryAfter(HttpContext context, TimeSpan wait) => context.Response.Headers.RetryAfter = ((int)wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    private static IResult? Unsupported(HttpContext context) =>
        string.Equals(context.Request.ContentType?.Split(';')[0].Trim(), "application/pkcs10", StringComparison.OrdinalIgnoreCase)
            ? null : PlainAnswer.Sentence(StatusCodes.Status415UnsupportedMediaType, "Send a PKCS#10 request as application/pkcs10.");

    private static IResult TooLarge() => PlainAnswer.Sentence(StatusCodes.Status413PayloadTooLarge, $"A PKCS#10 request has at most {MaxBody} bytes here.");

    private static bool TryBasic(string? header, out string user, out string password)
    {
        user = password = "";
        const string Scheme = "Basic ";
        if (header is null || header.Length > 1024 || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return false;
        byte[] bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header[Scheme.Length..].Trim(), bytes, out int length)) return false;
        string text = Encoding.UTF8.GetString(bytes, 0, length);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0) return false;
        user = text[..colon];
        password = text[(colon + 1)..];
        return true;
    }

    private static async Task<string?> ReadBodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[MaxBody + 1];
        int length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length > MaxBody ? null : Encoding.ASCII.GetString(buffer, 0, length);
    }

    private static Base64Result Certificates(X509Certificate2[] certificates, string contentType)
    {
        byte[] pkcs7 = new X509Certificate2Collection(certificates).Export(X509ContentType.Pkcs7)
            ?? throw new CryptographicException("PKCS#7 export gave nothing.");
        return new Base64Result(Convert.ToBase64String(pkcs7, Base64FormattingOptions.InsertLineBreaks), contentType);
    }

    private static IResult TlsOnly() => PlainAnswer.Sentence(StatusCodes.Status403Forbidden, "Enrolment works over HTTPS only.");

    private sealed class Base64Result(string body, string contentType) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.ContentType = contentType;
            // RFC 7030 names the header; RFC 8951 says receivers ignore it. Old clients want to see it.
            httpContext.Response.Headers["Content-Transfer-Encoding"] = "base64";
            return httpContext.Response.WriteAsync(body, httpContext.RequestAborted);
        }
    }
}
