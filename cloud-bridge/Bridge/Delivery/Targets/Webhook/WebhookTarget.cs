using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Devices.Bridge.Store;
using NodaTime;

namespace Devices.Bridge.Delivery.Targets.Webhook;

/// <summary>
/// Posts each punch to one address after Standard Webhooks 1.0.0. At least once, always under the punch's own id: a receiver that keeps
/// the ids it has seen takes each punch once, and it can refuse what is not signed or is signed too long ago.
/// </summary>
public sealed class WebhookTarget(WebhookOptions options, WebhookSwitch power, IHttpClientFactory clients, BridgeOptions bridge, IDeliveryLog calls, TimeProvider clock) : IDeliveryTarget
{
    /// <summary>Name of the configured client.</summary>
    public const string ClientName = "webhook";

    /// <summary>The reason of a receiver that asked for no more (410): the target is switched off until somebody says otherwise.</summary>
    public const string Gone = "reason.webhook_gone";

    /// <summary>The reason of a webhook that an operator paused.</summary>
    public const string Paused = "reason.webhook_paused";

    private const int LongestDetail = 200;
    private static readonly TimeSpan Throttle = TimeSpan.FromSeconds(5);

    private readonly DateTimeZone _zone = DateTimeZoneProviders.Tzdb[bridge.Site.TimeZone];

    /// <inheritdoc/>
    public string Name => "webhook";

    /// <inheritdoc/>
    public DeliveryOutcome? Refuse(OutgoingPunch punch)
    {
        ArgumentNullException.ThrowIfNull(punch);
        return TargetTime.IsSane(punch.Stored.Punch.At) ? null : TargetTime.Insane;
    }

    /// <inheritdoc/>
    public async Task<DeliveryOutcome> SendAsync(OutgoingPunch punch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(punch);
        if (Refuse(punch) is { } refusal) return refusal;
        if (await power.PausedByAsync(cancellationToken) is { } by) return new(OutcomeKind.Configuration, Paused, Detail: by);
        if (await power.IsOffAsync(cancellationToken)) return new(OutcomeKind.Configuration, Gone);
        return punch.News is { } news
            ? await LoggedAsync(punch.Stored.Id, WebhookMessage.Id(punch.Stored, news), WebhookMessage.Body(punch.Stored, news, _zone), cancellationToken)
            : await LoggedAsync(punch.Stored.Id, WebhookMessage.Id(punch.Stored), WebhookMessage.Body(punch.Stored, _zone), cancellationToken);
    }

    /// <summary>A call of another type, without anybody's data: whether the receiver is there and knows the secret.</summary>
    internal Task<DeliveryOutcome> PingAsync(CancellationToken cancellationToken) => LoggedAsync(
        null, $"test_{Guid.NewGuid():N}",
        JsonSerializer.SerializeToUtf8Bytes(new { type = "webhook.test", timestamp = clock.GetUtcNow().UtcDateTime, data = new { note = "A test of the connection. It is no punch." } }), cancellationToken);

    private async Task<DeliveryOutcome> LoggedAsync(long? punch, string id, byte[] body, CancellationToken cancellationToken)
    {
        var (keys, problem) = WebhookSecrets.Read(options.SecretFile);
        if (problem is not null) return new(OutcomeKind.Configuration, "reason.webhook_secret", Detail: problem);
        long begun = clock.GetTimestamp(), at = clock.GetUtcNow().ToUnixTimeMilliseconds();
        DeliveryOutcome outcome = await PostAsync(keys, id, body, cancellationToken);
        try
        {
            bool taken = outcome.Kind == OutcomeKind.Accepted;
            await calls.AddAsync(
                new(0, Name, punch, id, at, (long)clock.GetElapsedTime(begun).TotalMilliseconds, taken, outcome.Code, taken ? null : outcome.Reason, taken ? null : outcome.Detail), CancellationToken.None);
        }
        catch (StoreUnavailableException)
        {
            // The log is for people; what the receiver answered counts all the same.
        }

        return outcome;
    }

    private async Task<DeliveryOutcome> PostAsync(IReadOnlyList<byte[]> keys, string id, byte[] body, CancellationToken cancellationToken)
    {
        long timestamp = clock.GetUtcNow().ToUnixTimeSeconds();
        using HttpRequestMessage request = new(HttpMethod.Post, options.Address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", WebhookMessage.Signature(keys, id, timestamp, body));
        try
        {
            using HttpClient client = clients.CreateClient(ClientName);
            // The client's own limit ends with the headers: a body that stalls would hold this worker for ever.
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(client.Timeout);
            using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            // What counts is the status; the words only help whoever looks into it, and are read no further than the limit.
            string? words = (int)response.StatusCode is >= 200 and < 300 ? null : await WordsAsync(response, limit.Token, cancellationToken);
            if (response.StatusCode == HttpStatusCode.Gone) await power.OffAsync(CancellationToken.None);
            return Judge(response, words);
        }
        catch (Exception fault) when (Cause(fault) is { } forbidden)
        {
            return new(OutcomeKind.Configuration, "reason.webhook_private", Detail: forbidden.Message);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            return new(OutcomeKind.Unreachable, "reason.webhook_unreachable", Detail: (fault as HttpRequestException)?.HttpRequestError.ToString());
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(OutcomeKind.Transient, "reason.webhook_slow");
        }
    }

    private DeliveryOutcome Judge(HttpResponseMessage response, string? words)
    {
        int status = (int)response.StatusCode;
        string code = status.ToString(CultureInfo.InvariantCulture);
        DateTimeOffset now = clock.GetUtcNow();
        return status switch
        {
            >= 200 and < 300 => DeliveryOutcome.Accepted with { Code = code },
            410 => new(OutcomeKind.Configuration, Gone, code, words),
            429 => new(OutcomeKind.Throttled, "reason.webhook_busy", code, words, RetryAfter.Of(response, now, Throttle)),
            // Not followed: a redirect would carry signed punches to an address that nobody has set.
            >= 300 and < 400 => new(OutcomeKind.Configuration, "reason.webhook_moved", code, response.Headers.Location?.ToString() is { } to ? Shorten(to) : null),
            401 or 403 or 404 or 405 or 407 => new(OutcomeKind.Configuration, "reason.webhook_closed", code, words),
            // Others of the 4xx are about this punch: tried some times, since the receiver may be mended, then a person's matter.
            408 or 425 => new(OutcomeKind.Transient, "reason.webhook_slow", code, words),
            >= 400 and < 500 => new(OutcomeKind.Transient, "reason.webhook_refused", code, words, MaxAttempts: options.RefusedAttempts),
            503 when response.Headers.RetryAfter is not null => new(OutcomeKind.Throttled, "reason.webhook_busy", code, words, RetryAfter.Of(response, now, Throttle)),
            // Nobody answers behind the gateway: that concerns every punch.
            502 or 503 or 504 => new(OutcomeKind.Unreachable, "reason.webhook_failed", code, words),
            // The receiver failed at this punch: another may pass, so one that it cannot digest must not hold up everybody.
            _ => new(OutcomeKind.Transient, "reason.webhook_failed", code, words),
        };
    }

    private async Task<string?> WordsAsync(HttpResponseMessage response, CancellationToken limit, CancellationToken cancellationToken)
    {
        try
        {
            return await BoundedBody.ReadAsync(response.Content, options.MaxResponseBytes, limit) is { Length: > 0 } text ? Shorten(text) : null;
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // The status was there; that its words were cut off changes nothing.
            return null;
        }
    }

    private static PrivateAddressException? Cause(Exception? fault) => fault as PrivateAddressException ?? (fault is null ? null : Cause(fault.InnerException));

    // One line: it goes into logs and pages.
    private static string Shorten(string text)
    {
        string line = new([.. text.Take(LongestDetail + 1).Select(c => char.IsControl(c) ? ' ' : c)]);
        return line.Length > LongestDetail ? line[..LongestDetail] + "…" : line;
    }
}
