using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Devices.Standins.DingTalk;

/// <summary>
/// Log-in by DingTalk: the page where a person says who they are (login.dingtalk.com/oauth2/auth, played at <c>/_standin/oauth2/auth</c>, where
/// <c>as=USERID</c> chooses the person and <c>deny=1</c> refuses), POST /v1.0/oauth2/userAccessToken, GET /v1.0/contact/users/me and
/// topapi/user/getbyunionid. Codes are for one use and five minutes. Call under the cloud's lock.
/// </summary>
internal sealed class SignInApi(Cloud cloud)
{
    private static readonly TimeSpan CodeLife = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, (string Userid, DateTimeOffset Until)> _codes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _tokens = new(StringComparer.Ordinal);

    /// <summary>What the page does once the person has agreed: back to the app with a code.</summary>
    public IResult Authorize(IQueryCollection query)
    {
        string? back = query["redirect_uri"], state = query["state"], userid = query["as"];
        if (query["client_id"] != cloud.Settings.AppKey || query["response_type"] != "code" || string.IsNullOrEmpty(back) || !query["scope"].ToString().Split(' ').Contains("openid"))
        {
            return Results.Text("redirect_uri, client_id, response_type=code and scope=openid are required", statusCode: 400);
        }

        char join = back.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        if (query["deny"] == "1")
        {
            return Results.Redirect($"{back}{join}error=access_denied&state={Uri.EscapeDataString(state ?? string.Empty)}");
        }

        if (string.IsNullOrEmpty(userid))
        {
            return Results.Text("Say who logs in: add as=USERID to this address.", statusCode: 200);
        }

        string code = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        _codes[code] = (userid, cloud.Now + CodeLife);
        return Results.Redirect($"{back}{join}authCode={code}&state={Uri.EscapeDataString(state ?? string.Empty)}");
    }

    public Reply UserAccessToken(CallFields fields)
    {
        var settings = cloud.Settings;
        if (fields.Problem is not null || fields.Text("clientId") != settings.AppKey || fields.Text("clientSecret") != settings.AppSecret)
        {
            return NewAnswers.Error(400, "invalidClientIdOrSecret", "无效的clientId或者clientSecret");
        }

        if (fields.Text("grantType") != "authorization_code" || fields.Text("code") is not { } code || !_codes.Remove(code, out var known) || known.Until < cloud.Now)
        {
            return NewAnswers.Error(400, "invalidParameter.authCode.notFound", "不合法的临时授权码");
        }

        string token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        _tokens[token] = known.Userid;
        return NewAnswers.Ok(new() { ["accessToken"] = token, ["refreshToken"] = Guid.NewGuid().ToString("N"), ["expireIn"] = 7200, ["corpId"] = settings.CorpId });
    }

    public Reply Me(HttpRequest request) => _tokens.TryGetValue(request.Headers["x-acs-dingtalk-access-token"].ToString(), out string? userid)
        ? NewAnswers.Ok(new() { ["nick"] = cloud.People.Find(userid)?.Name ?? userid, ["unionId"] = $"union-{userid}", ["openId"] = $"open-{userid}", ["stateCode"] = "86" })
        : NewAnswers.Error(401, "InvalidAuthentication", "不合法的access_token");

    public Reply ByUnionId(CallFields fields)
    {
        string? union = fields.Text("unionid");
        return union is not null && union.StartsWith("union-", StringComparison.Ordinal) && cloud.People.Find(union["union-".Length..]) is { } member
            ? OldAnswers.Result(new JsonObject { ["contact_type"] = 0, ["userid"] = member.Userid })
            : OldAnswers.Error(60121, "找不到该用户");
    }
}
