using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Devices.Bridge.Store;

namespace Devices.Bridge.Roster.Events;

/// <summary>
/// Takes the platform's push: signature first, then age, then contents. The answer is "success", encrypted and signed the same way, and
/// is given only after the event was noted durably; everything else makes the platform send again.
/// </summary>
public sealed class CallbackEndpoint(CallbackCrypto crypto, EventOptions options, EventIntake intake, EventStatus status, IExceptionStore exceptions, TimeProvider clock, ILogger<CallbackEndpoint> log)
{
    private const int LargestBody = 256 * 1024;

    // The row of the exceptions list counts refusals; whoever floods the address must not flood the store with it.
    private static readonly TimeSpan TellEvery = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private DateTimeOffset _toldAt = DateTimeOffset.MinValue;

    /// <summary>POST, with <c>signature</c> (or <c>msg_signature</c>), <c>timestamp</c> and <c>nonce</c> in the address.</summary>
    public async Task<IResult> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        string signature = request.Query["signature"].ToString() is { Length: > 0 } plain ? plain : request.Query["msg_signature"].ToString();
        string timestamp = request.Query["timestamp"].ToString(), nonce = request.Query["nonce"].ToString();
        if (await EncryptAsync(request, cancellationToken) is not { } encrypted || signature.Length == 0 || timestamp.Length == 0 || nonce.Length == 0)
            return Answer(StatusCodes.Status400BadRequest, "Send {\"encrypt\"} with signature, timestamp and nonce in the address.");
        if (!crypto.Verify(signature, timestamp, nonce, encrypted)) return await RefuseAsync("the signature is wrong", cancellationToken);
        if (!InTime(timestamp)) return await RefuseAsync("the message is too old or from the future", cancellationToken);
        if (crypto.Decrypt(encrypted) is not { } text) return await RefuseAsync("it is not decryptable or for another app", cancellationToken);
        try
        {
            if (EventReading.Body(text) is not { } body || EventReading.Text(EventReading.Field(body, "EventType")) is not { Length: > 0 } kind) return Unreadable();
            if (kind is not ("check_url" or "check_create_suite_url" or "check_update_suite_url"))
            {
                string id = EventReading.Text(EventReading.Field(body, "eventId")) ?? EventReading.Text(EventReading.Field(body, "bizId"))
                    ?? Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
                await intake.TakeAsync(new(id, kind, body), null, cancellationToken);
            }
        }
        catch (StoreUnavailableException)
        {
            return Answer(StatusCodes.Status503ServiceUnavailable, "It could not be noted now; send it again.");
        }

        return Success();
    }

    private static async Task<string?> EncryptAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > LargestBody) return null;
        using MemoryStream body = new();
        byte[] part = new byte[8192];
        int read;
        while ((read = await request.Body.ReadAsync(part, cancellationToken)) > 0)
        {
            if (body.Length + read > LargestBody) return null;
            body.Write(part, 0, read);
        }

        return EventReading.Body(Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length)) is { } json && EventReading.Text(EventReading.Field(json, "encrypt")) is { Length: > 0 } text ? text : null;
    }

    // Milliseconds, but the documents' own sample has seconds.
    private bool InTime(string timestamp)
    {
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out long at) || at > 100_000_000_000_000) return false;
        if (at < 100_000_000_000) at *= 1000;
        return Math.Abs(clock.GetUtcNow().ToUnixTimeMilliseconds() - at) <= options.WindowSeconds * 1000;
    }

    private IResult Success()
    {
        string timestamp = clock.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        string nonce = RandomNumberGenerator.GetHexString(12, lowercase: true), encrypted = crypto.Encrypt("success");
        return Results.Text(new JsonObject
        {
            ["msg_signature"] = crypto.Sign(timestamp, nonce, encrypted),
            ["timeStamp"] = timestamp,
            ["nonce"] = nonce,
            ["encrypt"] = encrypted,
        }.ToJsonString(), "application/json");
    }

    private IResult Unreadable()
    {
        status.CountUnreadable();
        return Answer(StatusCodes.Status400BadRequest, "The message is not a JSON event with EventType.");
    }

    private async Task<IResult> RefuseAsync(string why, CancellationToken cancellationToken)
    {
        status.CountRefused();
        bool tell;
        lock (_gate)
        {
            tell = clock.GetUtcNow() - _toldAt >= TellEvery;
            if (tell) _toldAt = clock.GetUtcNow();
        }

        if (tell)
        {
            log.LogWarning("A callback was refused: {Why}. {Count} since the start.", why, status.Refused);
            await exceptions.RaiseAsync(new("events", "reason.events_refused", string.Create(CultureInfo.InvariantCulture, $"The last of {status.Refused} since the start: {why}.")), cancellationToken);
        }

        // The same for every reason: whoever tries keys learns nothing.
        return Answer(StatusCodes.Status403Forbidden, "Refused.");
    }

    private static IResult Answer(int code, string sentence) =>
        Results.Text(new JsonObject { ["error"] = sentence }.ToJsonString(), "application/json", statusCode: code);
}
