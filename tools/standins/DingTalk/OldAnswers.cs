using System.Globalization;
using System.Text.Json.Nodes;

namespace Devices.Standins.DingTalk;

/// <summary>
/// Answers of the old API (oapi host): always HTTP 200, judged by errcode. Texts are written for this stand-in;
/// only the numbers are the platform's.
/// </summary>
internal static class OldAnswers
{
    public static Reply Ok(JsonObject body)
    {
        var whole = new JsonObject { ["errcode"] = 0, ["errmsg"] = "ok" };
        foreach (var (name, value) in body)
        {
            whole[name] = value?.DeepClone();
        }

        return new(200, whole);
    }

    public static Reply Result(JsonNode result) => Ok(new() { ["result"] = result, ["request_id"] = RequestId() });

    public static Reply Error(int code, string message, ErrorShape shape = ErrorShape.Plain) => shape == ErrorShape.Wrapped
        ? Wrapped(code.ToString(CultureInfo.InvariantCulture), message)
        : new(200, new() { ["errcode"] = code, ["errmsg"] = message, ["request_id"] = RequestId() }, code.ToString(CultureInfo.InvariantCulture));

    /// <summary>errcode 88 with the real code as a STRING in sub_code, as seen live.</summary>
    public static Reply Wrapped(string subCode, string message) => new(
        200,
        new()
        {
            ["errcode"] = 88,
            ["errmsg"] = $"ding talk error[subcode={subCode},submsg={message}]",
            ["sub_code"] = subCode,
            ["sub_msg"] = message,
            ["request_id"] = RequestId(),
        },
        $"88/{subCode}");

    public static Reply BadParameter(StandinSettings settings, string message) => Error(settings.BadParameterCode, message);

    public static string RequestId() => Guid.NewGuid().ToString("N")[..16];
}
