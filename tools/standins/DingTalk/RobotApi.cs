using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Devices.Standins.DingTalk;

/// <summary>
/// A group robot (custom-robots-send-group-messages, customize-robot-security-settings): token, signature within an hour, 20 messages a
/// minute and ten minutes of silence beyond that, msgUuid taken once. Errors come with HTTP 200. Call under the cloud's lock.
/// </summary>
internal sealed class RobotApi(Cloud cloud)
{
    private const int PerMinute = 20;
    private static readonly TimeSpan Block = TimeSpan.FromMinutes(10);

    public Reply Send(HttpRequest request, CallFields fields)
    {
        var settings = cloud.Settings;
        if (request.Query["access_token"].ToString() != settings.RobotToken)
        {
            return OldAnswers.Error(300005, "token is not exist");
        }

        if (!long.TryParse(request.Query["timestamp"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var timestamp)
            || Math.Abs(cloud.Now.ToUnixTimeMilliseconds() - timestamp) > 3_600_000)
        {
            return OldAnswers.Error(310000, "invalid timestamp");
        }

        var signed = HMACSHA256.HashData(Encoding.UTF8.GetBytes(settings.RobotSecret), Encoding.UTF8.GetBytes($"{request.Query["timestamp"]}\n{settings.RobotSecret}"));
        if (request.Query["sign"].ToString() != Convert.ToBase64String(signed))
        {
            return OldAnswers.Error(310000, "sign not match");
        }

        if (fields.Problem is not null || fields.Text("msgtype") is null)
        {
            return OldAnswers.Error(40035, "缺少参数 json");
        }

        var book = cloud.Robot;
        if (book.Blocked > cloud.Now)
        {
            return OldAnswers.Error(660026, "too many messages per minute");
        }

        if (fields.Text("msgUuid") is { } id && book.Messages.Any(m => m.Id == id))
        {
            return OldAnswers.Ok([]);
        }

        if (book.Messages.Count(m => cloud.Now - m.At < TimeSpan.FromMinutes(1)) >= PerMinute)
        {
            book.Blocked = cloud.Now + Block;
            return OldAnswers.Error(660026, "too many messages per minute");
        }

        book.Messages.Add(new(fields.Text("msgUuid"), cloud.Now, fields.Text("msgtype")!, fields.Part("markdown")?["title"]?.ToString(), (fields.Part("markdown")?["text"] ?? fields.Part("text")?["content"])?.ToString()));
        return OldAnswers.Ok([]);
    }

    /// <summary>What reached the group.</summary>
    public JsonObject Describe() => new() { ["messages"] = new JsonArray([.. cloud.Robot.Messages.Select(m => Json.Write(m))]) };
}
