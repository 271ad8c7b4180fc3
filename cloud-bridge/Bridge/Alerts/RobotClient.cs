using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Devices.Bridge.Delivery.DingTalk;
using Devices.Bridge.Delivery.Targets;
using Devices.Contract.Messages;

namespace Devices.Bridge.Alerts;

/// <summary>A DingTalk group robot (custom-robots-send-group-messages).</summary>
public sealed class RobotClient(IHttpClientFactory clients, AlertOptions options, TimeProvider clock)
{
    public const string ClientName = "robot";

    private const int LongestAnswer = 64 * 1024, LongestWords = 300;

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
            using HttpRequestMessage request = new(HttpMethod.Post, new Uri(new Uri(options.RobotUrl), $"/robot/send?{query}")) { Content = body };
            // The client's own limit ends with the headers.
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(client.Timeout);
            using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            string? said = await BoundedBody.ReadAsync(response.Content, LongestAnswer, limit.Token);
            using JsonDocument answer = JsonDocument.Parse(JsonLetters.Whole(said ?? "null"));
            return long.TryParse(AnswerReader.Text(answer.RootElement, "errcode"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
                ? RobotAnswer.Of(number, AnswerReader.Text(answer.RootElement, "errmsg") is { } text ? text[..Math.Min(LongestWords, text.Length)] : "")
                : new(RobotVerdict.Again, $"The answer (HTTP {(int)response.StatusCode}) was not DingTalk's.");
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException or IOException or UnauthorizedAccessException || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // The address holds the token: say what failed, not where.
            return new(RobotVerdict.Again, fault is OperationCanceledException ? "DingTalk did not answer in time." : $"DingTalk cannot be reached: {(fault as HttpRequestException)?.HttpRequestError.ToString() ?? fault.GetType().Name}.");
        }
    }
}
