using System.Text.Json.Nodes;

namespace Devices.Standins.DingTalk;

/// <summary>Answers of the new API (api host): the HTTP status says it, the body is {code, message, requestid, …}.</summary>
internal static class NewAnswers
{
    public static Reply Ok(JsonObject body) => new(200, body);

    public static Reply Error(int status, string code, string message, JsonObject? denied = null)
    {
        var body = new JsonObject { ["code"] = code, ["requestid"] = Guid.NewGuid().ToString().ToUpperInvariant(), ["message"] = message };
        if (denied is not null)
        {
            body["accessdenieddetail"] = denied;
        }

        return new(status, body, $"{status} {code}");
    }

    public static Reply Throttled() => Error(
        403,
        "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi",
        "The app calls this API too often in one second.") with { Throttled = true };

    public static Reply MonthGone() => Error(
        403,
        "Forbidden.AccessDenied.ApiCountLimitForOrg",
        "The organisation's API calls of this month are used up.");

    public static Reply NoPermission(string scope) => Error(
        403,
        "Forbidden.AccessDenied.AccessTokenPermissionDenied",
        $"The app lacks the permission {scope}.",
        new() { ["requiredScopes"] = new JsonArray(scope) });

    public static Reply IpNotAllowed(string address) => Error(
        403,
        "Forbidden.AccessDenied.IpNotInWhiteList",
        $"The caller's address {address} is not in the app's list.",
        new() { ["requestIp"] = address });
}
