using System.Net;
using System.Net.Http.Headers;

namespace Devices.Cli.Tests.Support;

/// <summary>An https server of model files that understands ranges and can be stopped in the middle of a file.</summary>
public sealed class FakeHttps(Dictionary<string, byte[]> files) : HttpMessageHandler
{
    public List<string> Asked { get; } = [];

    public Func<HttpResponseMessage>? Fault { get; set; }

    /// <summary>In this file, after so many bytes, the user presses Ctrl-C.</summary>
    public (string File, int After, CancellationTokenSource Stop)? StopIn { get; set; }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Fault is not null) return Task.FromResult(Fault());
        string name = Path.GetFileName(request.RequestUri!.AbsolutePath);
        int from = (int)(request.Headers.Range?.Ranges.First().From ?? 0);
        Asked.Add(from > 0 ? $"{name} from {from}" : name);
        byte[] whole = files[name];
        Stream body = StopIn is { } stop && stop.File == name
            ? new StoppingStream(whole[from..stop.After], stop.Stop)
            : new MemoryStream(whole[from..]);
        var answer = new HttpResponseMessage(from > 0 ? HttpStatusCode.PartialContent : HttpStatusCode.OK) { Content = new StreamContent(body) };
        if (from > 0) answer.Content.Headers.ContentRange = new ContentRangeHeaderValue(from, whole.Length - 1, whole.Length);
        return Task.FromResult(answer);
    }

    protected override void Dispose(bool disposing)
    {
        // One server serves several clients; the base class holds nothing.
        base.Dispose(disposing);
    }

    private sealed class StoppingStream(byte[] content, CancellationTokenSource stop) : MemoryStream(content)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position < Length) return await base.ReadAsync(buffer, cancellationToken);
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }
}
