using Microsoft.AspNetCore.Http;

namespace Devices.Edge.Agent.Admin;

/// <summary>
/// How much a request may hold. One that holds more is read to its end, as far as twice as much, before it is refused: a server that hangs up while its caller
/// still sends breaks the pipe, and the sentence that says what was too much is never read.
/// </summary>
internal static class BodyLimit
{
    /// <summary>What is taken, bytes.</summary>
    public const long MaxBody = 64L * 1024 * 1024;

    /// <summary>What is read at all, bytes: the web server's own limit, at which it hangs up.</summary>
    public const long MaxRead = 2 * MaxBody;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <exception cref="BadHttpRequestException">413: the body holds more than <see cref="MaxBody"/>.</exception>
    public static async Task HoldAsync(HttpContext context, RequestDelegate next)
    {
        // Announced, it is refused before it is sent to one who asks first.
        if (context.Request.ContentLength > MaxBody) throw TooLarge();
        Stream whole = context.Request.Body;
        context.Request.Body = new Counted(whole);
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (BadHttpRequestException fault) when (fault.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            await DrainAsync(whole, context.RequestAborted).ConfigureAwait(false);
            throw;
        }
    }

    private static BadHttpRequestException TooLarge() => new("The request body is too large.", StatusCodes.Status413PayloadTooLarge);

    private static async Task DrainAsync(Stream body, CancellationToken aborted)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        limit.CancelAfter(Patience);
        byte[] rest = new byte[64 * 1024];
        try
        {
            while (await body.ReadAsync(rest, limit.Token).ConfigureAwait(false) > 0)
            {
            }
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            // More than is read at all, too slow, or the caller went away: answered as it is.
        }
    }

    private sealed class Counted(Stream body) : Stream
    {
        private long _read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            _read += read;
            return _read <= MaxBody ? read : throw TooLarge();
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
