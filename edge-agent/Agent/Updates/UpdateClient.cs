using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Contract.Updates;
using Devices.Edge.Ledger.Identity;
using Devices.Edge.Ledger.Tpm;

namespace Devices.Edge.Agent.Updates;

/// <summary>From where metadata and packages come.</summary>
public interface IUpdateSource
{
    /// <summary><see cref="MetadataFetch"/>.</summary>
    Task<byte[]?> MetadataAsync(string name, int maxLength, CancellationToken cancellationToken);

    /// <summary>One part of a package, exactly so long.</summary>
    /// <exception cref="UpdateWaitException">Not now.</exception>
    Task<byte[]> PartAsync(UpdateTarget target, long from, int length, CancellationToken cancellationToken);
}

/// <summary>The source cannot now; what came so far is kept.</summary>
public sealed class UpdateWaitException(string message, TimeSpan? after = null, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>When the source wants to be asked again.</summary>
    public TimeSpan? After { get; } = after;
}

/// <summary>
/// The bridge over HTTPS, with the terminal's certificate: <c>/updates/v1/metadata/NAME</c> and <c>/updates/v1/packages/SHA256</c> with Range. What it says is believed only as far as the
/// metadata proves it; TLS is for who may ask.
/// </summary>
public sealed class UpdateClient : IUpdateSource, IDisposable
{
    private const int SlowestBytes = 2048;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly Func<UpdateAddress?> _address;
    private readonly Lock _gate = new();
    private (HttpClient Client, string Key)? _held;

    /// <param name="address">Null while the terminal has no bridge.</param>
    public UpdateClient(Func<UpdateAddress?> address) => _address = address;

    public async Task<byte[]?> MetadataAsync(string name, int maxLength, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await SendAsync($"/updates/v1/metadata/{name}", null, null, cancellationToken).ConfigureAwait(false);
        if (answer.StatusCode == HttpStatusCode.NotFound) return null;
        Demand(answer);
        using Stream stream = await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        byte[] bytes = new byte[maxLength + 1];
        int read = await ReadAsync(stream, bytes, cancellationToken).ConfigureAwait(false);
        return read > maxLength ? throw new UpdateRefusedException(UpdateRefusal.TooLong, $"{name} has more than {maxLength} bytes.") : bytes[..read];
    }

    public async Task<byte[]> PartAsync(UpdateTarget target, long from, int length, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        using HttpResponseMessage answer = await SendAsync($"/updates/v1/packages/{target.Sha256}", new RangeHeaderValue(from, from + length - 1), $"\"{target.Sha256}\"", cancellationToken).ConfigureAwait(false);
        if (answer.StatusCode == HttpStatusCode.NotFound) throw new UpdateWaitException($"The bridge does not have {target}.");
        Demand(answer);
        // A server that knows no ranges, or has another file under that name, would send all of it.
        if (answer.StatusCode != HttpStatusCode.PartialContent || answer.Content.Headers.ContentRange?.From != from) throw new UpdateWaitException($"The bridge did not send the part of {target} that it was asked for.");
        using Stream stream = await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        byte[] bytes = new byte[length];
        int read = await ReadAsync(stream, bytes, cancellationToken).ConfigureAwait(false);
        return read == length ? bytes : throw new UpdateWaitException($"The connection ended within a part of {target}.");
    }

    public void Dispose() => _held?.Client.Dispose();

    // Bounded in time too: a source that sends a byte now and then would hold the update up for ever (slow retrieval, TUF 1.5.2).
    private static async Task<int> ReadAsync(Stream stream, byte[] bytes, CancellationToken cancellationToken)
    {
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(Limit + TimeSpan.FromSeconds((double)bytes.Length / SlowestBytes));
        try
        {
            return await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, late.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UpdateWaitException("The bridge sends too slowly.", inner: fault);
        }
        catch (Exception fault) when (fault is IOException or HttpRequestException)
        {
            throw new UpdateWaitException($"The connection to the bridge broke: {fault.Message}", inner: fault);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(string path, RangeHeaderValue? range, string? ifRange, CancellationToken cancellationToken)
    {
        HttpClient client = Client(out string top);
        using HttpRequestMessage request = new(HttpMethod.Get, top + path);
        request.Headers.Range = range;
        if (ifRange is not null) request.Headers.IfRange = new RangeConditionHeaderValue(new EntityTagHeaderValue(ifRange));
        try
        {
            return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException || (fault is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new UpdateWaitException($"The bridge's HTTPS port does not answer: {Innermost(fault)}", inner: fault);
        }
    }

    private static void Demand(HttpResponseMessage answer)
    {
        if (answer.IsSuccessStatusCode) return;
        TimeSpan? after = answer.Headers.RetryAfter?.Delta;
        throw answer.StatusCode switch
        {
            HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests => new UpdateWaitException("The bridge asks to wait.", after ?? TimeSpan.FromMinutes(1)),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new UpdateWaitException("The bridge does not take this terminal's certificate for updates."),
            _ => new UpdateWaitException(string.Create(CultureInfo.InvariantCulture, $"The bridge answers {(int)answer.StatusCode}."), after),
        };
    }

    // Made anew when the files of the terminal's identity change: a renewed certificate counts at once.
    private HttpClient Client(out string top)
    {
        UpdateAddress address = _address() ?? throw new UpdateWaitException("This terminal has no bridge.");
        top = $"https://{address.Host}:{address.Port.ToString(CultureInfo.InvariantCulture)}";
        lock (_gate)
        {
            try
            {
                string key = $"{top} {File.GetLastWriteTimeUtc(address.CertificateFile).Ticks} {File.GetLastWriteTimeUtc(address.CaFile).Ticks}";
                if (_held is { } held && held.Key == key) return held.Client;
                _held?.Client.Dispose();
                _held = null;
                X509Certificate2Collection roots = [];
                roots.ImportFromPemFile(address.CaFile);
                X509Certificate2 own = TerminalKey.Pair(address.CertificateFile, address.KeyFile, address.Tpm);
                SocketsHttpHandler handler = new()
                {
                    AllowAutoRedirect = false, UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(15), PooledConnectionLifetime = TimeSpan.FromMinutes(10), MaxResponseHeadersLength = 64,
                    SslOptions = new SslClientAuthenticationOptions
                    {
                        TargetHost = address.ServerName ?? address.Host,
                        ClientCertificateContext = SslStreamCertificateContext.Create(own, null, offline: true),
                        CertificateChainPolicy = OwnRoots.Policy(roots, address.At()),
                    },
                };
                HttpClient client = new(handler) { Timeout = Limit };
                _held = (client, key);
                return client;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
            {
                throw new UpdateWaitException($"This terminal's certificate cannot be read: {fault.Message}", inner: fault);
            }
        }
    }

    private static string Innermost(Exception fault)
    {
        while (fault.InnerException is { } inner) fault = inner;
        return fault.Message.ReplaceLineEndings(" ");
    }
}

/// <summary>Where the bridge's HTTPS port is, and with which identity it is asked.</summary>
public sealed record UpdateAddress(string Host, int Port, string? ServerName, string CaFile, string CertificateFile, string KeyFile, Func<DateTimeOffset> At, BoardTpm? Tpm = null);
