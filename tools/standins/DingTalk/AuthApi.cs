using System.Text.Json.Nodes;

namespace Devices.Standins.DingTalk;

/// <summary>The three token calls (obtain-the-access-token-of-an-internal-app, api-gettoken, obtain-orgapp-token). Call under the cloud's lock.</summary>
internal sealed class AuthApi(Cloud cloud)
{
    /// <summary>POST /v1.0/oauth2/accessToken.</summary>
    public Reply AccessToken(CallFields fields)
    {
        var settings = cloud.Settings;
        if (fields.Problem is not null || fields.Text("appKey") != settings.AppKey || fields.Text("appSecret") != settings.AppSecret)
        {
            return NewAnswers.Error(400, "invalidClientIdOrSecret", "无效的clientId或者clientSecret");
        }

        return NewAnswers.Ok(new() { ["expireIn"] = settings.TokenSeconds, ["accessToken"] = Issue(TokenOrigin.NewHost) });
    }

    /// <summary>POST /v1.0/oauth2/{corpId}/token. A wrong corpId is HTTP 500 unknownError, as seen live.</summary>
    public Reply CorpToken(string corpId, CallFields fields)
    {
        var settings = cloud.Settings;
        if (corpId != settings.CorpId)
        {
            return NewAnswers.Error(500, "unknownError", "Unknown Error");
        }

        if (fields.Text("grant_type") != "client_credentials")
        {
            return NewAnswers.Error(400, "unsupported.grant.type", "grant_type must be client_credentials");
        }

        if (fields.Text("client_id") != settings.AppKey)
        {
            return NewAnswers.Error(400, "invalid.client", "client_id is unknown");
        }

        if (fields.Text("client_secret") != settings.AppSecret)
        {
            return NewAnswers.Error(401, "unauthorized.client", "client_secret is wrong");
        }

        return NewAnswers.Ok(new() { ["access_token"] = Issue(TokenOrigin.NewHost), ["expires_in"] = settings.TokenSeconds });
    }

    /// <summary>GET /gettoken: only the query string counts.</summary>
    public Reply GetToken(IQueryCollection query)
    {
        var settings = cloud.Settings;
        string? key = query["appkey"], secret = query["appsecret"];
        if (string.IsNullOrEmpty(key) || string.IsNullOrEmpty(secret))
        {
            return OldAnswers.Error(40035, "missing corpid or appkey");
        }

        if (key != settings.AppKey)
        {
            return OldAnswers.Error(40096, "不合法的appKey或appSecret");
        }

        if (secret != settings.AppSecret)
        {
            return OldAnswers.Error(40089, "不合法的corpid或corpsecret");
        }

        return OldAnswers.Ok(new JsonObject { ["access_token"] = Issue(TokenOrigin.OldHost), ["expires_in"] = settings.TokenSeconds });
    }

    private string Issue(TokenOrigin origin) => cloud.Tokens.Issue(cloud.Settings, origin, cloud.Now);
}
