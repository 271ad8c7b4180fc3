using System.Globalization;
using System.Net.Http.Json;

namespace Devices.Bridge.Delivery.DingTalk;

/// <summary>
/// The app's access token (POST /v1.0/oauth2/accessToken, obtain-the-access-token-of-an-internal-app), one for all workers:
/// kept until ten minutes before its end (or half its life where that is shorter) and renewed by one caller at a time.
/// </summary>
public sealed class AccessTokenSource(DingTalkOptions options, DingTalkHttp http, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan EarlyBy = TimeSpan.FromMinutes(10);

    private readonly SemaphoreSlim _renewal = new(1, 1);
    private volatile Held? _held;

    /// <summary>A token, or why there is none. <paramref name="refused"/> is a token the platform no longer takes: it is never returned from the cache again.</summary>
    public async Task<(string? Token, DeliveryOutcome? Failure)> GetAsync(string? refused, CancellationToken cancellationToken)
    {
        if (Usable(refused) is { } ready) return (ready, null);
        await _renewal.WaitAsync(cancellationToken);
        try
        {
            // Whoever waited for another's renewal takes its result.
            return Usable(refused) is { } renewed ? (renewed, null) : await RenewAsync(cancellationToken);
        }
        finally
        {
            _renewal.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _renewal.Dispose();

    private string? Usable(string? refused) =>
        _held is { } held && held.Token != refused && clock.GetUtcNow() < held.RenewAt ? held.Token : null;

    private async Task<(string? Token, DeliveryOutcome? Failure)> RenewAsync(CancellationToken cancellationToken)
    {
        string secret;
        try
        {
            secret = (await File.ReadAllTextAsync(options.AppSecretFile, cancellationToken)).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (null, new(OutcomeKind.Configuration, "reason.secret_file", Detail: options.AppSecretFile));
        }

        if (secret.Length == 0) return (null, new(OutcomeKind.Configuration, "reason.secret_file", Detail: options.AppSecretFile));
        DateTimeOffset asked = clock.GetUtcNow();
        using JsonContent body = JsonContent.Create(new Dictionary<string, string> { ["appKey"] = options.AppKey, ["appSecret"] = secret });
        Answer answer = await http.PostAsync("v1.0/oauth2/accessToken", options.Api("v1.0/oauth2/accessToken"), body, cancellationToken);
        if (!answer.Ok)
        {
            return (null, answer.Outcome.Kind switch
            {
                // Asking for a token records nothing: what would be ambiguous for an upload is merely transient here, and never the punch's fault.
                OutcomeKind.Ambiguous or OutcomeKind.Transient => answer.Outcome with { Kind = OutcomeKind.Unreachable, MaxAttempts = null },
                OutcomeKind.Refused => answer.Outcome with { Kind = OutcomeKind.Configuration, Reason = "reason.credentials" },
                _ => answer.Outcome,
            });
        }

        string? token = AnswerReader.Text(answer.Body!.Value, "accessToken");
        if (string.IsNullOrEmpty(token) || !long.TryParse(AnswerReader.Text(answer.Body!.Value, "expireIn"), NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) || seconds <= 0)
        {
            return (null, new(OutcomeKind.Unreachable, "reason.unreadable_answer"));
        }

        TimeSpan life = TimeSpan.FromSeconds(Math.Min(seconds, 86_400));
        TimeSpan keep = life - EarlyBy > life / 2 ? life - EarlyBy : life / 2;
        _held = new Held(token, asked + keep);
        return (token, null);
    }

    private sealed record Held(string Token, DateTimeOffset RenewAt);
}
