using System.Net.Http.Json;
using System.Net.WebSockets;
using Devices.Bridge.Delivery;
using Devices.Bridge.Delivery.DingTalk;
using Devices.Bridge.Store;

namespace Devices.Bridge.Roster.Events;

/// <summary>
/// Keeps one connection of Stream mode. Each gets a ticket of its own; a new one is opened before the old one is closed; and since
/// nobody knows what was lost in between, every new connection asks for a full pull. The stream only makes things quicker.
/// </summary>
public sealed class StreamService(
    DingTalkHttp http, DingTalkOptions dingTalk, EventOptions options, EventIntake intake, EventStatus status, RosterSchedule schedule,
    IExceptionStore exceptions, TimeProvider clock, ILogger<StreamService> log) : BackgroundService
{
    private const string Api = "v1.0/gateway/connections/open";
    private const string Source = "events";

    // A connection that lived shorter has not been a good one.
    private static readonly TimeSpan Proven = TimeSpan.FromSeconds(10);

    private readonly List<Task> _retiring = [];
    private string? _told;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        StreamConnection? current = null;
        int failures = 0;
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                if (failures > 0) await Task.Delay(BackOff.After(failures, options.ReconnectSeconds, options.ReconnectMaxSeconds), clock, stoppingToken);
                var (next, outcome) = await OpenAsync(stoppingToken);
                if (next is null)
                {
                    failures++;
                    await TellAsync(outcome!, failures, stoppingToken);
                    continue;
                }

                DateTimeOffset since = clock.GetUtcNow();
                next.Start();
                status.ConnectedSince = since;
                status.CountConnect();
                if (current is not null) Retire(current, stoppingToken);
                current = next;
                schedule.Request();
                await UntellAsync(stoppingToken);
                string reason = await current.Over.WaitAsync(stoppingToken);
                if (!current.Drains) status.ConnectedSince = null;
                failures = clock.GetUtcNow() - since >= Proven ? 0 : failures + 1;
                log.LogInformation("The event stream is over ({Reason}); another connection is made.", reason);
            }
        }
        finally
        {
            status.ConnectedSince = null;
            if (current is not null) await current.DisposeAsync();
            await Task.WhenAll(_retiring).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Retire(StreamConnection old, CancellationToken stoppingToken)
    {
        _retiring.RemoveAll(t => t.IsCompleted);
        _retiring.Add(old.RetireAsync(stoppingToken));
    }

    private async Task<(StreamConnection? Connection, DeliveryOutcome? Outcome)> OpenAsync(CancellationToken cancellationToken)
    {
        var (address, refusal) = await TicketAsync(cancellationToken);
        if (address is null) return (null, refusal);
        ClientWebSocket socket = new();
        socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(options.IdleSeconds / 3);
        socket.Options.KeepAliveTimeout = TimeSpan.FromSeconds(options.IdleSeconds / 3);
        try
        {
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(TimeSpan.FromSeconds(dingTalk.TimeoutSeconds));
            await socket.ConnectAsync(address, limit.Token);
            return (new(socket, intake, status, options, clock, log), null);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException && !cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            // The message may hold the address, and with it the ticket.
            return (null, new(OutcomeKind.Unreachable, "reason.events_down", Detail: (exception as WebSocketException)?.WebSocketErrorCode.ToString() ?? "timeout"));
        }
    }

    private async Task<(Uri? Address, DeliveryOutcome? Refusal)> TicketAsync(CancellationToken cancellationToken)
    {
        string secret;
        try
        {
            secret = (await File.ReadAllTextAsync(dingTalk.AppSecretFile, cancellationToken)).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (null, new(OutcomeKind.Configuration, "reason.secret_file", Detail: dingTalk.AppSecretFile));
        }

        using JsonContent body = JsonContent.Create(new
        {
            clientId = dingTalk.AppKey,
            clientSecret = secret,
            subscriptions = new[] { new { type = "EVENT", topic = "*" } },
            ua = "devices-bridge",
        });
        Answer answer = await http.PostAsync(Api, dingTalk.Api(Api), body, cancellationToken);
        if (!answer.Ok)
        {
            // There is no token in this call: a 401 is the secret.
            return (null, answer.Outcome.Reason == "reason.token" ? answer.Outcome with { Reason = "reason.credentials" } : answer.Outcome);
        }

        string? endpoint = AnswerReader.Text(answer.Body!.Value, "endpoint"), ticket = AnswerReader.Text(answer.Body!.Value, "ticket");
        // The ticket must not leave by a plain connection where the calls are encrypted.
        string scheme = dingTalk.ApiUrl.StartsWith("https", StringComparison.OrdinalIgnoreCase) ? "wss" : "ws";
        if (string.IsNullOrEmpty(ticket) || !Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? address) || (address.Scheme != scheme && address.Scheme != "wss"))
            return (null, new(OutcomeKind.Transient, "reason.unreadable_answer"));
        UriBuilder full = new(address) { Query = $"{(address.Query.Length > 1 ? address.Query[1..] + "&" : "")}ticket={Uri.EscapeDataString(ticket)}" };
        return (full.Uri, null);
    }

    // A short gap is no news: the reconnect's pull closes it.
    private async Task TellAsync(DeliveryOutcome outcome, int failures, CancellationToken cancellationToken)
    {
        status.ConnectedSince = null;
        string reason = outcome.Kind == OutcomeKind.Configuration ? outcome.Reason : "reason.events_down";
        if (outcome.Kind != OutcomeKind.Configuration && failures < 3) return;
        if (_told == reason) return;
        log.LogWarning("The event stream cannot be opened: {Reason} {Code} {Detail}", Sentence.Of(outcome.Reason), outcome.Code, outcome.Detail);
        try
        {
            await exceptions.RaiseAsync(new(Source, reason, outcome.Detail ?? Sentence.Of(outcome.Reason)), cancellationToken);
            _told = reason;
        }
        catch (StoreUnavailableException)
        {
            // Told with the next failure.
        }
    }

    private async Task UntellAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Also what an earlier run of the program told.
            foreach (string reason in new[] { "reason.events_down", "reason.credentials", "reason.secret_file", _told }.OfType<string>().Distinct())
                await exceptions.ResolveAllAsync(Source, reason, null, "bridge", cancellationToken);
            _told = null;
        }
        catch (StoreUnavailableException)
        {
            // The next connection resolves it.
        }
    }
}
