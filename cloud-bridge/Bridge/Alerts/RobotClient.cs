using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Devices.Bridge.Alerts;

/// <summary>A DingTalk group robot (custom-robots-send-group-messages).</summary>
public sealed class RobotClient(IHttpClientFactory clients, AlertOptions options, TimeProvider clock)
{
    public const string ClientName = "robot";

    public async Task<RobotAnswer> SendAsync(AlertBook.Outgoing message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        try
        {
            // Read each time: a token that is replaced is used without a restart.
            string token = (await File.ReadAllTextAsync(options.RobotTokenFile!, cancellationToken)).Trim();
            string secret = (await File.ReadAllTextAsync(options.RobotSecretFile!, cancellationToken)).Trim();
            long timestamp = clock.GetUtcNow().ToUnixTimeMilliseconds();
            string query = string.Create(CultureInfo.InvariantCulture, $"access_token={Uri.EscapeDataString(token)}&timestamp={timestamp}&sign={Uri.EscapeDataString(RobotSignature.Of(secret, timestamp))}");
            using var client = clients.CreateClient(ClientName);
            using JsonContent body = JsonContent.Create(new Dictionary<string, object>
            {
                ["msgtype"] = "markdown",
                ["msgUuid"] = message.Id,
                ["markdown"] = new Dictionary<string, string> { ["title"] = message.Title, ["text"] = message.Text },
            });
            await body.LoadIntoBufferAsync(cancellationToken);
            using HttpResponseMessage response = await client.PostAsync(new Uri(new Uri(options.RobotUrl), $"/robot/send?{query}"), body, cancellationToken);
            using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
            return answer.RootElement.ValueKind == JsonValueKind.Object && answer.RootElement.TryGetProperty("errcode", out JsonElement code) && code.TryGetInt64(out long number)
                ? RobotAnswer.Of(number, answer.RootElement.TryGetProperty("errmsg", out JsonElement text) ? text.ToString() : "")
                : new(RobotVerdict.Again, $"The answer (HTTP {(int)response.StatusCode}) was not DingTalk's.");
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException or IOException or UnauthorizedAccessException || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // The address holds the token: say what failed, not where.
            return new(RobotVerdict.Again, fault is OperationCanceledException ? "DingTalk did not answer in time." : $"DingTalk cannot be reached: {(fault as HttpRequestException)?.HttpRequestError.ToString() ?? fault.GetType().Name}.");
        }
    }
}
