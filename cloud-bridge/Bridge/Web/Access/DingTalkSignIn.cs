using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Devices.Bridge.Delivery.DingTalk;
using Microsoft.AspNetCore.DataProtection;

namespace Devices.Bridge.Web.Access;

/// <summary>
/// Sign-in by DingTalk (OAuth 2.0 authorization code: login.dingtalk.com/oauth2/auth, then POST /v1.0/oauth2/userAccessToken, GET
/// /v1.0/contact/users/me, and topapi/user/getbyunionid for the organisation's userid). The platform offers no PKCE and no id token: the state,
/// bound to this browser by a sealed cookie and good once, is what ties the answer to the question.
/// </summary>
public sealed class DingTalkSignIn(
    DingTalkOptions platform, WebOptions options, ProviderOptions issuers, DingTalkHttp http, DingTalkClient client, IHttpClientFactory clients, ProviderSignIn end,
    IDataProtectionProvider protection, ILogger<DingTalkSignIn> log)
{
    private const string Cookie = "devices-dingtalk-state";
    private const string Back = "/login/dingtalk/back";
    private const int LongestAnswer = 64 * 1024;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector("devices.dingtalk.state").ToTimeLimitedDataProtector();

    /// <summary>Sends the browser to DingTalk.</summary>
    public IResult Begin(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        string state = RandomNumberGenerator.GetHexString(32, lowercase: true);
        context.Response.Cookies.Append(
            Cookie, _protector.Protect($"{state}\n{context.Request.Query["return"]}", Life),
            // Lax: the answer comes by a link from elsewhere.
            new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, Path = "/", MaxAge = Life, IsEssential = true });
        return Results.Redirect(
            $"{options.DingTalk.AuthorizeUrl}?redirect_uri={Uri.EscapeDataString(ReturnAddress(context))}&response_type=code&client_id={Uri.EscapeDataString(platform.AppKey)}"
            + $"&scope={Uri.EscapeDataString("openid corpid")}&state={state}&prompt=consent{(platform.CorpId.Length > 0 ? $"&corpId={Uri.EscapeDataString(platform.CorpId)}" : "")}");
    }

    /// <summary>Takes DingTalk's answer.</summary>
    public async Task<IResult> EndAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        string? target = Target(context);
        context.Response.Cookies.Delete(Cookie, new() { Path = "/", Secure = context.Request.IsHttps });
        if (target is null) return Results.Redirect(ProviderSignIn.Failed("login.provider_state"));
        string code = context.Request.Query["authCode"].ToString() is { Length: > 0 } given ? given : context.Request.Query["code"].ToString();
        if (code.Length is 0 or > 500) return Results.Redirect(ProviderSignIn.Failed("login.provider_refused"));
        if (await WhoAsync(code, context.RequestAborted) is not { } who) return Results.Redirect(ProviderSignIn.Failed("login.provider_failed"));
        return Results.Redirect(await end.EndAsync(context, "dingtalk", issuers.DingTalkIssuer, who, null, target));
    }

    // Where the state is this browser's own, where it wanted to go; else null.
    private string? Target(HttpContext context)
    {
        if (context.Request.Cookies[Cookie] is not { Length: > 0 and < 4000 } cookie) return null;
        try
        {
            string[] parts = _protector.Unprotect(cookie).Split('\n', 2);
            return CryptographicOperations.FixedTimeEquals(
                System.Text.Encoding.ASCII.GetBytes(parts[0]), System.Text.Encoding.ASCII.GetBytes(context.Request.Query["state"].ToString())) ? parts[1] : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>The person's userid and unionid; null where the platform does not say, or says that they are not of the organisation.</summary>
    private async Task<IReadOnlyList<string>?> WhoAsync(string code, CancellationToken cancellationToken)
    {
        string secret;
        try
        {
            secret = (await File.ReadAllTextAsync(platform.AppSecretFile, cancellationToken)).Trim();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            log.LogWarning("Sign-in by DingTalk failed: {File} cannot be read.", platform.AppSecretFile);
            return null;
        }

        const string TokenPath = "v1.0/oauth2/userAccessToken";
        using JsonContent body = JsonContent.Create(new Dictionary<string, string> { ["clientId"] = platform.AppKey, ["clientSecret"] = secret, ["code"] = code, ["grantType"] = "authorization_code" });
        await body.LoadIntoBufferAsync(cancellationToken);
        Answer token = await http.PostAsync(TokenPath, platform.Api(TokenPath), body, cancellationToken);
        if (!token.Ok || AnswerReader.Text(token.Body!.Value, "accessToken") is not { Length: > 0 } access) return Nobody("the code was not taken", token);
        if (platform.CorpId.Length > 0 && AnswerReader.Text(token.Body!.Value, "corpId") is { Length: > 0 } corp && corp != platform.CorpId) return Nobody("another organisation was chosen", null);
        if (await UnionAsync(access, cancellationToken) is not { } union) return Nobody("the person was not told", null);
        Answer user = await client.CallAsync("topapi/user/getbyunionid", new() { ["unionid"] = union }, cancellationToken);
        // contact_type 0 is a member of the organisation; an outside contact has a userid too.
        if (!user.Ok || !user.Body!.Value.TryGetProperty("result", out JsonElement result) || AnswerReader.Text(result, "userid") is not { Length: > 0 } id || AnswerReader.Text(result, "contact_type") is not (null or "0"))
            return Nobody("the person is not of the organisation", user);
        return [id, union];
    }

    private async Task<string?> UnionAsync(string access, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, platform.Api("v1.0/contact/users/me"));
        request.Headers.Add("x-acs-dingtalk-access-token", access);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        try
        {
            HttpClient sender = clients.CreateClient(DingTalkHttp.ClientName);
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(sender.Timeout);
            using HttpResponseMessage answer = await sender.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (answer.Content.Headers.ContentLength > LongestAnswer) return null;
            var (json, error) = AnswerReader.Read(answer.StatusCode, await answer.Content.ReadAsStringAsync(limit.Token));
            return error is null && AnswerReader.Text(json!.Value, "unionId") is { Length: > 0 } union ? union : null;
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private IReadOnlyList<string>? Nobody(string why, Answer? answer)
    {
        log.LogWarning("Sign-in by DingTalk failed: {Why} {Answer}", why, answer is { Ok: false } ? $"({answer.Outcome.Code} {answer.Outcome.Detail})" : "");
        return null;
    }

    private string ReturnAddress(HttpContext context) => $"{(options.PublicUrl.Length > 0 ? options.PublicUrl.TrimEnd('/') : $"{context.Request.Scheme}://{context.Request.Host}")}{Back}";

    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/login/dingtalk", (HttpContext context, DingTalkSignIn signIn) => signIn.Begin(context)).AllowAnonymous();
        routes.MapGet(Back, (HttpContext context, DingTalkSignIn signIn) => signIn.EndAsync(context)).AllowAnonymous();
    }
}
