using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Threading.RateLimiting;
using Devices.Contract.Messages;

namespace Devices.Bridge.Delivery.Targets.ErpNext;

/// <summary>Talks to a Frappe site: token in the header (docs.frappe.io, REST API, token based authentication), paced, never repeating a call by itself.</summary>
public sealed class ErpNextClient : IDisposable
{
    /// <summary>Name of the configured client.</summary>
    public const string ClientName = "erpnext";

    private const int LongestAnswer = 4 * 1024 * 1024;
    private static readonly TimeSpan Throttle = TimeSpan.FromSeconds(5);

    private readonly ErpNextOptions _options;
    private readonly IHttpClientFactory _clients;
    private readonly TimeProvider _clock;
    private readonly SlidingWindowRateLimiter _pace;

    public ErpNextClient(ErpNextOptions options, IHttpClientFactory clients, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _clients, _clock) = (options, clients, clock);
        _pace = new(new() { PermitLimit = options.CallsPerSecond, Window = TimeSpan.FromSeconds(1), SegmentsPerWindow = 10, QueueLimit = int.MaxValue });
    }

    /// <summary>Makes a document: what is sent may be written, so an answer that does not come is ambiguous.</summary>
    public Task<ErpNextAnswer> PostAsync(string path, IReadOnlyDictionary<string, string> fields, CancellationToken cancellationToken) =>
        CallAsync(HttpMethod.Post, path, fields, cancellationToken);

    /// <summary>Changes a document to what it may be already: the same again does no harm.</summary>
    public async Task<ErpNextAnswer> PutAsync(string path, IReadOnlyDictionary<string, string> fields, CancellationToken cancellationToken)
    {
        ErpNextAnswer answer = await CallAsync(HttpMethod.Put, path, fields, cancellationToken);
        return answer.Failure is { Kind: OutcomeKind.Ambiguous } failure ? answer with { Failure = failure with { Kind = OutcomeKind.Transient } } : answer;
    }

    /// <summary>Asks: nothing changes at the site, so what is not known is asked again later.</summary>
    public async Task<ErpNextAnswer> GetAsync(string path, CancellationToken cancellationToken)
    {
        ErpNextAnswer answer = await CallAsync(HttpMethod.Get, path, null, cancellationToken);
        return answer.Failure is { Kind: OutcomeKind.Ambiguous } failure ? answer with { Failure = failure with { Kind = OutcomeKind.Transient } } : answer;
    }

    /// <inheritdoc/>
    public void Dispose() => _pace.Dispose();

    private async Task<ErpNextAnswer> CallAsync(HttpMethod method, string path, IReadOnlyDictionary<string, string>? fields, CancellationToken cancellationToken)
    {
        string token;
        try
        {
            token = (await File.ReadAllTextAsync(_options.TokenFile, cancellationToken)).Trim();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Failed(new(OutcomeKind.Configuration, "reason.erpnext_token_file", Detail: _options.TokenFile));
        }

        if (token.Split(':') is not [{ Length: > 0 }, { Length: > 0 }] || token.Any(c => c is < '!' or > '~'))
            return Failed(new(OutcomeKind.Configuration, "reason.erpnext_token_file", Detail: _options.TokenFile));

        using RateLimitLease lease = await _pace.AcquireAsync(1, cancellationToken);
        using HttpClient client = _clients.CreateClient(ClientName);
        using HttpRequestMessage request = new(method, _options.Api(path));
        request.Headers.Authorization = new AuthenticationHeaderValue("token", token);
        request.Headers.Accept.Add(new("application/json"));
        if (fields is not null)
        {
            request.Content = JsonContent.Create(fields);
            await request.Content.LoadIntoBufferAsync(cancellationToken);
        }

        try
        {
            // The client's own limit ends with the headers: a body that stalls would hold this worker for ever.
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(client.Timeout);
            using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return Judge(response, await BoundedBody.ReadAsync(response.Content, LongestAnswer, limit.Token));
        }
        catch (HttpRequestException fault) when (fault.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError)
        {
            return Failed(new(OutcomeKind.Unreachable, "reason.unreachable", Detail: fault.HttpRequestError.ToString()));
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            return Failed(new(OutcomeKind.Ambiguous, "reason.connection_lost"));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed(new(OutcomeKind.Ambiguous, "reason.timed_out"));
        }
    }

    private ErpNextAnswer Judge(HttpResponseMessage response, string? text)
    {
        int status = (int)response.StatusCode;
        string code = status.ToString(CultureInfo.InvariantCulture);
        string? words = text is null ? null : ErpNextAnswer.WordsOf(text);
        DeliveryOutcome Outcome(OutcomeKind kind, string reason, TimeSpan? wait = null) => new(kind, reason, code, words, wait);
        switch (status)
        {
            case >= 200 and < 300:
                // Somebody else's page (a portal, another site) is no yes, and no no either.
                return text is not null && TryRead(text) is { } body ? new(body, null, null) : Failed(Outcome(OutcomeKind.Ambiguous, "reason.erpnext_other_answer"));
            case >= 300 and < 400 or 404 or 405:
                return Failed(Outcome(OutcomeKind.Configuration, "reason.erpnext_address"));
            case 401:
                return Failed(Outcome(OutcomeKind.Configuration, "reason.erpnext_token"));
            case 403:
                return Failed(Outcome(OutcomeKind.Configuration, "reason.erpnext_permission"));
            case 429:
                return Failed(Outcome(OutcomeKind.Throttled, "reason.throttled", RetryAfter.Of(response, _clock.GetUtcNow(), Throttle)));
            case 508:
                // Frappe's answer to a deadlock or lock time-out: its transaction was rolled back.
                return Failed(Outcome(OutcomeKind.Transient, "reason.busy"));
            case >= 500:
                return Failed(Outcome(OutcomeKind.Ambiguous, "reason.server_error"));
            default:
                return new(null, words ?? $"HTTP {code}", null);
        }
    }

    private static ErpNextAnswer Failed(DeliveryOutcome outcome) => new(null, null, outcome);

    private static JsonElement? TryRead(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(JsonLetters.Whole(text));
            JsonElement root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("data", out _) ? root.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
