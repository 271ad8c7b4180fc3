using System.Net;
using System.Text.Json;
using Devices.Contract.Messages;

namespace Devices.Bridge.Delivery.DingTalk;

/// <summary>
/// Reads both hosts' answers. The old API answers HTTP 200 and an errcode whatever happened, the new one an HTTP status
/// and a code; a page instead of JSON is the gateway's ban of this address unless its status says the server broke.
/// </summary>
public static class AnswerReader
{
    private const int LongestDetail = 300;

    public static (JsonElement? Body, PlatformError? Error) Read(HttpStatusCode status, string text)
    {
        int code = (int)status;
        if (!TryParse(text, out JsonElement body))
        {
            return (null, code >= 500 ? new(null, null, null, code) : code is 404 or 405 && !LooksLikePage(text)
                ? new(null, null, null, code)
                : new("html", null, "The answer was not JSON.", code));
        }

        string? errcode = Text(body, "errcode");
        if (errcode is not null and not "0")
        {
            return (null, new(errcode, Text(body, "sub_code"), Shorten(Text(body, "sub_msg") ?? Text(body, "errmsg")), code));
        }

        // {"status":1111,"wait":5,"source":"x5","punish":"deny"}: the short form of the address ban.
        if (errcode is null && Text(body, "punish") is not null && Text(body, "status") is { } ban)
        {
            return (null, new(ban, null, Text(body, "source"), code));
        }

        if (code >= 400)
        {
            return (null, new(Text(body, "code"), null, Shorten(Text(body, "message")), code));
        }

        // errcode 0 with success:false has not been seen; were it to come, it is no success.
        bool refused = body.TryGetProperty("success", out JsonElement success) && success.ValueKind == JsonValueKind.False;
        return refused ? (null, new("success=false", null, Shorten(Text(body, "errmsg")), code)) : (body, null);
    }

    /// <summary>A property as text, whether it came as a number or a string.</summary>
    public static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value)
            ? value.ValueKind switch
            {
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Number => value.GetRawText(),
                _ => null,
            }
            : null;

    private static bool TryParse(string text, out JsonElement body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(JsonLetters.Whole(text));
            body = document.RootElement.Clone();
            return body.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            body = default;
            return false;
        }
    }

    private static bool LooksLikePage(string text) => text.AsSpan().TrimStart().StartsWith("<", StringComparison.Ordinal);

    private static string? Shorten(string? text) => text is null || text.Length <= LongestDetail ? text : text[..LongestDetail] + "…";
}
