using System.Text;
using System.Text.Json.Nodes;

namespace Devices.Standins.DingTalk.Events;

/// <summary>Pushes an event to the consumer's address, encrypted and signed; an answer counts only if it is "success" encrypted the same way.</summary>
internal sealed class CallbackSender(Cloud cloud) : IDisposable
{
    // The consumer has 2.5 s.
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMilliseconds(2500) };

    /// <summary>Sends once, with the faults played. True when it was confirmed, and what came back.</summary>
    public async Task<(bool Confirmed, string Answer)> SendAsync(PlayedEvent played, StandinSettings settings, IReadOnlyList<FaultRequest> faults)
    {
        bool Has(FaultKind kind) => faults.Any(f => f.Kind == kind);
        var crypto = new CallbackCrypto(settings.CallbackToken, settings.CallbackAesKey, Has(FaultKind.WrongOwner) ? "somebody-else" : settings.CallbackOwner);
        var at = cloud.Now - (Has(FaultKind.ExpiredTimestamp) ? TimeSpan.FromHours(2) : TimeSpan.Zero);
        var (timestamp, nonce) = (CallbackCrypto.Text(at.ToUnixTimeMilliseconds()), CallbackCrypto.Nonce());
        var encrypt = crypto.Encrypt(Body(played, settings).ToJsonString(Json.Options));
        var signature = Has(FaultKind.BadSignature) ? new string('0', 40) : crypto.Sign(timestamp, nonce, encrypt);
        var separator = settings.CallbackUrl.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        var address = new Uri($"{settings.CallbackUrl}{separator}signature={signature}&timestamp={timestamp}&nonce={nonce}");
        try
        {
            var times = Has(FaultKind.DuplicateFrame) ? 2 : 1;
            string answer = string.Empty;
            for (var i = 0; i < times; i++)
            {
                using var content = new StringContent(new JsonObject { ["encrypt"] = encrypt }.ToJsonString(), Encoding.UTF8, "application/json");
                using var response = await _http.PostAsync(address, content);
                var text = await response.Content.ReadAsStringAsync();
                answer = response.IsSuccessStatusCode ? Read(text, settings) : $"HTTP {(int)response.StatusCode}";
            }

            return Has(FaultKind.LostAck) ? (false, "played: answer lost") : (answer == "success", answer);
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            return (false, exception.Message);
        }
    }

    public void Dispose() => _http.Dispose();

    // The old form: EventType and friends beside the body's own fields.
    private static JsonObject Body(PlayedEvent played, StandinSettings settings)
    {
        var body = new JsonObject { ["EventType"] = played.Type, ["eventId"] = played.EventId, ["CorpId"] = settings.CorpId, ["TimeStamp"] = CallbackCrypto.Text(played.BornAt) };
        foreach (var (name, value) in played.Data)
        {
            body[name.Length > 1 && name != "timeStamp" && name != "dataList" ? char.ToUpperInvariant(name[0]) + name[1..] : name] = value?.DeepClone();
        }

        return body;
    }

    private static string Read(string text, StandinSettings settings)
    {
        try
        {
            var answer = Json.ParseObject(text, "the answer");
            string Part(string name) => answer[name]?.ToString() ?? string.Empty;
            var crypto = new CallbackCrypto(settings.CallbackToken, settings.CallbackAesKey, settings.CallbackOwner);
            return Part("msg_signature") == crypto.Sign(Part("timeStamp"), Part("nonce"), Part("encrypt")) ? crypto.Decrypt(Part("encrypt")) : "wrong signature";
        }
        catch (Exception exception) when (exception is BadInputException or FormatException or System.Security.Cryptography.CryptographicException or ArgumentException)
        {
            return exception.Message;
        }
    }
}
