using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;

namespace Devices.Edge.Agent.Camera.Mjpeg;

/// <summary>MJPEG over HTTP: an IP camera or the camera stand-in. Answers of one plain JPEG picture are refused with a sentence.</summary>
public sealed class HttpMjpegSource : IFrameSource, IDisposable
{
    /// <summary>Largest picture taken from a stream.</summary>
    public const int MaxPicture = 8 * 1024 * 1024;

    private readonly Uri _address;
    private readonly AuthenticationHeaderValue? _credentials;
    private readonly HttpClient _client;
    private readonly TimeProvider _time;

    public HttpMjpegSource(Uri address, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(address);
        _time = time;
        if (address.UserInfo.Length > 0)
        {
            _credentials = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(address.UserInfo))));
            address = new UriBuilder(address) { UserName = "", Password = "" }.Uri;
        }

        _address = address;
        _client = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5), UseProxy = false, AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Without the query: cameras take passwords there too (<c>?user=…&amp;pwd=…</c>), and the name is in every line about the camera.</summary>
    public string Name => $"The camera at {_address.GetLeftPart(UriPartial.Path)}";

    public FrameTally Tally { get; } = new();

    public async IAsyncEnumerable<CameraFrame> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        string boundary = Boundary(response);
        Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable release = stream.ConfigureAwait(false);
        IAsyncEnumerator<CameraFrame> frames = MultipartSplitter.SplitAsync(stream, boundary, MaxPicture, Tally, _time, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using ConfiguredAsyncDisposable end = frames.ConfigureAwait(false);
        while (await MoveAsync(frames).ConfigureAwait(false)) yield return frames.Current;
        throw new CameraException(CameraFaultKind.Ended, $"{Name} ended its stream.");
    }

    public void Dispose() => _client.Dispose();

    private async ValueTask<bool> MoveAsync(IAsyncEnumerator<CameraFrame> frames)
    {
        try
        {
            return await frames.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is IOException or HttpRequestException)
        {
            throw new CameraException(CameraFaultKind.Unplugged, $"{Name} broke the connection off.", fault);
        }
    }

    private async Task<HttpResponseMessage> ConnectAsync(CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, _address);
        request.Headers.Authorization = _credentials;
        HttpResponseMessage response;
        try
        {
            response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException fault)
        {
            throw new CameraException(CameraFaultKind.NotFound, $"{Name} cannot be reached; check its address, power and network.", fault);
        }

        if (response.IsSuccessStatusCode) return response;
        HttpStatusCode status = response.StatusCode;
        response.Dispose();
        throw status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
            ? new CameraException(CameraFaultKind.Denied, $"{Name} refuses the user name or password (HTTP {(int)status}).")
            : new CameraException(CameraFaultKind.Protocol, $"{Name} answered HTTP {(int)status} instead of a stream.");
    }

    private string Boundary(HttpResponseMessage response)
    {
        MediaTypeHeaderValue? type = response.Content.Headers.ContentType;
        if (type?.MediaType is null || !type.MediaType.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase))
        {
            throw new CameraException(CameraFaultKind.Protocol,
                $"{Name} sends '{type?.MediaType ?? "nothing known"}' instead of multipart/x-mixed-replace; look up the address of its MJPEG stream.");
        }

        string? boundary = type.Parameters.FirstOrDefault(p => p.Name.Equals("boundary", StringComparison.OrdinalIgnoreCase))?.Value?.Trim('"');
        return string.IsNullOrEmpty(boundary) ? throw new CameraException(CameraFaultKind.Protocol, $"{Name} names no part boundary.") : boundary;
    }
}
