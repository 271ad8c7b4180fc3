using System.Net.Http.Headers;
using System.Threading.RateLimiting;
using Devices.Bridge.Delivery.Targets;
using Devices.Bridge.Telemetry;

namespace Devices.Bridge.Delivery.DingTalk;

/// <summary>
/// The one place that talks HTTP to DingTalk: paces calls per API under the published limit, stops all of them while the
/// gateway bans this address, and turns whatever comes back into an outcome. Never retries by itself: an upload has no
/// idempotency key.
/// </summary>
public sealed class DingTalkHttp : IDisposable
{
    /// <summary>Name of the configured client.</summary>
    public const string ClientName = "dingtalk";

    private const int LongestAnswer = 8 * 1024 * 1024;

    private readonly IHttpClientFactory _clients;
    private readonly TimeProvider _clock;
    private readonly PartitionedRateLimiter<string> _pace;
    private long _blockedUntil;

    /// <summary>Paces by <see cref="DingTalkOptions.CallsPerSecond"/> for each API.</summary>
    public DingTalkHttp(IHttpClientFactory clients, DingTalkOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_clients, _clock) = (clients, clock);
        // A sliding window and not a bucket: a full bucket plus its refill would pass the limit within one second.
        _pace = PartitionedRateLimiter.Create<string, string>(api => RateLimitPartition.GetSlidingWindowLimiter(api, _ => new SlidingWindowRateLimiterOptions
        {
            PermitLimit = options.CallsPerSecond,
            Window = TimeSpan.FromSeconds(1),
            SegmentsPerWindow = 10,
            QueueLimit = int.MaxValue,
        }));
    }

    /// <summary>Until when the gateway's ban of this address is waited out; null when there is none.</summary>
    public DateTimeOffset? BlockedUntil
    {
        get
        {
            long ticks = Interlocked.Read(ref _blockedUntil);
            return ticks > _clock.GetUtcNow().UtcTicks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;
        }
    }

    /// <summary>Posts once. <paramref name="api"/> names the pace and the log; the address may hold the token and is never logged.</summary>
    public async Task<Answer> PostAsync(string api, Uri address, HttpContent body, CancellationToken cancellationToken)
    {
        Answer answer = await PostOnceAsync(api, address, body, cancellationToken);
        BridgeMeters.PlatformCall(api, answer.Outcome.Kind.ToString());
        return answer;
    }

    private async Task<Answer> PostOnceAsync(string api, Uri address, HttpContent body, CancellationToken cancellationToken)
    {
        if (BlockedUntil is { } until)
        {
            return Answer.Failure(new(OutcomeKind.Banned, "reason.ip_ban", Wait: until - _clock.GetUtcNow()));
        }

        using RateLimitLease lease = await _pace.AcquireAsync(api, 1, cancellationToken);
        HttpClient client = _clients.CreateClient(ClientName);
        using HttpRequestMessage request = new(HttpMethod.Post, address) { Content = body };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        try
        {
            // The client's own limit ends with the headers: a body that stalls would hold this worker for ever.
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(client.Timeout);
            using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            // Bounded whatever length it says, or none, and as UTF-8 whatever character set: nothing else is sent by the platform.
            if (await BoundedBody.ReadAsync(response.Content, LongestAnswer, limit.Token) is not { } text) return Answer.Failure(new(OutcomeKind.Ambiguous, "reason.unreadable_answer"));
            var (json, error) = AnswerReader.Read(response.StatusCode, text);
            return error is null ? Answer.Success(json!.Value) : Answer.Failure(ToOutcome(error));
        }
        catch (HttpRequestException exception) when (NeverSent(exception))
        {
            return Answer.Failure(new(OutcomeKind.Unreachable, "reason.unreachable", Detail: exception.HttpRequestError.ToString()));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return Answer.Failure(new(OutcomeKind.Ambiguous, "reason.connection_lost"));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Answer.Failure(new(OutcomeKind.Ambiguous, "reason.timed_out"));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _pace.Dispose();

    private static bool NeverSent(HttpRequestException exception) => exception.HttpRequestError
        is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
        or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError;

    private DeliveryOutcome ToOutcome(PlatformError error)
    {
        ErrorRule rule = ErrorTable.Classify(error);
        TimeSpan? wait = rule.Wait is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        if (rule.Class == ErrorClass.IpBan)
        {
            Interlocked.Exchange(ref _blockedUntil, (_clock.GetUtcNow() + wait!.Value).UtcTicks);
        }

        OutcomeKind kind = rule.Class switch
        {
            ErrorClass.Transient => OutcomeKind.Transient,
            ErrorClass.Throttled => OutcomeKind.Throttled,
            ErrorClass.IpBan => OutcomeKind.Banned,
            ErrorClass.PermanentForRecord => OutcomeKind.Refused,
            ErrorClass.Configuration or ErrorClass.Token => OutcomeKind.Configuration,
            ErrorClass.Budget => OutcomeKind.Budget,
            _ => OutcomeKind.Ambiguous,
        };
        return new(kind, rule.Reason, error.Effective, error.Message, wait, rule.MaxAttempts);
    }
}
