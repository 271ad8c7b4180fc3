using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Devices.Bridge.Fleet;
using Devices.Bridge.Ingest;
using Microsoft.Net.Http.Headers;

namespace Devices.Bridge.Updates;

/// <summary>
/// <c>/updates/v1/metadata/NAME</c> and <c>/updates/v1/packages/SHA256</c> for terminals, over HTTPS with their certificate. Packages take one Range a request; the ETag is the SHA-256, so
/// that If-Range never joins two files.
/// </summary>
public static class UpdateEndpoints
{
    private const int Piece = 64 * 1024;

    public static void MapUpdates(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapGet("/updates/v1/metadata/{name}", async (string name, HttpContext context, UpdateRepository repository, UpdateGate gate) =>
        {
            if (await gate.JudgeAsync(context) is { Fault: { } fault }) return fault;
            context.Response.Headers.CacheControl = "no-store";
            return repository.Read(name) is { } bytes ? Results.Bytes(bytes, "application/json") : UpdateGate.Sentence(StatusCodes.Status404NotFound, "There is no such metadata.");
        }).AllowAnonymous();

        app.MapGet("/updates/v1/packages/{sha256}", async (string sha256, HttpContext context, UpdateRepository repository, UpdateGate gate, PackageShaper shaper) =>
        {
            UpdateCaller caller = await gate.JudgeAsync(context);
            if (caller.Fault is { } fault) return fault;
            if (repository.Package(sha256) is not { } file) return UpdateGate.Sentence(StatusCodes.Status404NotFound, "There is no such package.");
            if (!shaper.TryEnter())
            {
                context.Response.Headers.RetryAfter = Random.Shared.Next(20, 60).ToString(CultureInfo.InvariantCulture);
                return UpdateGate.Sentence(StatusCodes.Status503ServiceUnavailable, "Too many terminals fetch packages at this moment.");
            }

            try
            {
                return await SendAsync(context, file, sha256, caller.Terminal, shaper);
            }
            finally
            {
                shaper.Leave();
            }
        }).AllowAnonymous();
    }

    private static async Task<IResult> SendAsync(HttpContext context, string file, string sha256, string terminal, PackageShaper shaper)
    {
        using FileStream source = new(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous);
        string tag = $"\"{sha256}\"";
        context.Response.Headers.ETag = tag;
        context.Response.Headers.AcceptRanges = "bytes";
        context.Response.ContentType = "application/octet-stream";
        long from = 0, to = source.Length - 1;
        bool same = context.Request.Headers.IfRange.Count == 0 || context.Request.Headers.IfRange == tag;
        if (same && RangeHeaderValue.TryParse(context.Request.Headers.Range.ToString(), out RangeHeaderValue? range) && range.Unit == "bytes" && range.Ranges.Count == 1)
        {
            RangeItemHeaderValue one = range.Ranges.Single();
            (from, to) = (one.From, one.To) switch
            {
                (null, { } last) => (Math.Max(0, source.Length - last), source.Length - 1),
                ({ } first, null) => (first, source.Length - 1),
                ({ } first, { } last) => (first, Math.Min(last, source.Length - 1)),
                _ => (0, source.Length - 1),
            };
            if (from > to)
            {
                context.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{source.Length}");
                return Results.StatusCode(StatusCodes.Status416RangeNotSatisfiable);
            }

            context.Response.StatusCode = StatusCodes.Status206PartialContent;
            context.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{to}/{source.Length}");
        }

        context.Response.ContentLength = to - from + 1;
        source.Position = from;
        byte[] buffer = new byte[Piece];
        for (long left = to - from + 1; left > 0;)
        {
            int read = await source.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, Piece)), context.RequestAborted);
            if (read == 0) break;
            await shaper.WaitAsync(terminal, read, context.RequestAborted);
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), context.RequestAborted);
            left -= read;
        }

        return Results.Empty;
    }
}

/// <summary>Who asks; with a fault where they may not.</summary>
public sealed record UpdateCaller(string Terminal, IResult? Fault);

/// <summary>Lets terminals in by the certificate that they connect over MQTT with; revoked is out here too.</summary>
public sealed class UpdateGate(CertificateAuthority authority, TerminalGate terminals)
{
    public async Task<UpdateCaller> JudgeAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!context.Request.IsHttps) return new("", Sentence(StatusCodes.Status403Forbidden, "Updates come over HTTPS only."));
        if (context.Connection.ClientCertificate is not { } certificate || !authority.IsOurs(certificate)) return new("", Sentence(StatusCodes.Status401Unauthorized, "Updates are for terminals: show the terminal's certificate."));
        string name = TerminalGate.CommonName(certificate);
        return await terminals.JudgeAsync(name, CertificateAuthority.Fingerprint(certificate), context.RequestAborted) is { } fault ? new(name, Sentence(StatusCodes.Status403Forbidden, fault)) : new(name, null);
    }

    internal static IResult Sentence(int status, string text) => Results.Text(text + "\n", "text/plain; charset=utf-8", Encoding.UTF8, status);
}
