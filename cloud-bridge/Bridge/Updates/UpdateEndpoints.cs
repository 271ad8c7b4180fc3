using System.Globalization;
using Devices.Bridge.Fleet;
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
        app.MapGet("/updates/v1/metadata/{name}", async (string name, HttpContext context, UpdateRepository repository, TerminalDoor door) =>
        {
            if (await JudgeAsync(door, context) is { Fault: { } fault }) return fault;
            context.Response.Headers.CacheControl = "no-store";
            return repository.Read(name) is { } bytes ? Results.Bytes(bytes, "application/json") : PlainAnswer.Sentence(StatusCodes.Status404NotFound, "There is no such metadata.");
        }).AllowAnonymous();

        app.MapGet("/updates/v1/packages/{sha256}", async (string sha256, HttpContext context, UpdateRepository repository, TerminalDoor door, PackageShaper shaper) =>
        {
            TerminalCaller caller = await JudgeAsync(door, context);
            if (caller.Fault is { } fault) return fault;
            if (repository.Package(sha256) is not { } file) return PlainAnswer.Sentence(StatusCodes.Status404NotFound, "There is no such package.");
            if (!shaper.TryEnter())
            {
                context.Response.Headers.RetryAfter = Random.Shared.Next(20, 60).ToString(CultureInfo.InvariantCulture);
                return PlainAnswer.Sentence(StatusCodes.Status503ServiceUnavailable, "Too many terminals fetch packages at this moment.");
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

    private static Task<TerminalCaller> JudgeAsync(TerminalDoor door, HttpContext context) =>
        door.JudgeAsync(context, "Updates come over HTTPS only.", "Updates are for terminals: show the terminal's certificate.");
}
