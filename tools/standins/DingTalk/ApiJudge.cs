using System.Globalization;

namespace Devices.Standins.DingTalk;

/// <summary>Judges one call: token, limits, address, permission, month; only then the API runs. Call under the cloud's lock.</summary>
internal sealed class ApiJudge(Cloud cloud, Api api, IReadOnlyList<FaultRequest> faults)
{
    private const string TokenHeader = "x-acs-dingtalk-access-token";

    public Reply Answer(CallContext call) =>
        Token(call) ?? Throttle() ?? Injected() ?? Address(call) ?? Permission() ?? Meter() ?? api.Handle(call);

    private Reply? Token(CallContext call)
    {
        if (Has(FaultKind.ExpiredToken))
        {
            cloud.Tokens.ExpireAll();
        }

        if (api.Scope is null)
        {
            return null;
        }

        return api.OldHost ? OldToken(call) : NewToken(call.Request);
    }

    private Reply? OldToken(CallContext call)
    {
        // The new API's header is not looked at here: a client that sends only that has sent no token.
        var token = call.Request.Query["access_token"].ToString() is { Length: > 0 } inQuery ? inQuery
            : call.Request.HasFormContentType ? call.Fields.Text("access_token") : null;
        if (token is null)
        {
            return cloud.Settings.TokenErrors == ErrorShape.Wrapped
                ? OldAnswers.Wrapped("40000", "access_token is blank")
                : OldAnswers.Error(41001, "缺少access_token参数");
        }

        return cloud.Tokens.Judge(token, cloud.Settings, TokenOrigin.OldHost, cloud.Now) switch
        {
            TokenVerdict.Valid => null,
            TokenVerdict.Expired => TokenError(cloud.Settings.ExpiredTokenCode),
            _ => TokenError("40014"),
        };
    }

    private Reply TokenError(string code) => OldAnswers.Error(
        int.Parse(code, CultureInfo.InvariantCulture),
        code == "42001" ? "access_token已过期" : "不合法的access_token",
        cloud.Settings.TokenErrors);

    private Reply? NewToken(HttpRequest request)
    {
        var token = request.Headers[TokenHeader].ToString();
        if (token.Length == 0)
        {
            return NewAnswers.Error(400, "AuthenticationFailed.MissingParameter", $"The header {TokenHeader} is missing.");
        }

        return cloud.Tokens.Judge(token, cloud.Settings, TokenOrigin.NewHost, cloud.Now) == TokenVerdict.Valid
            ? null
            : NewAnswers.Error(400, "InvalidAuthentication", "不合法的access_token");
    }

    private Reply? Throttle()
    {
        if (!Has(FaultKind.Throttle) && cloud.Rate.TryPass(api.Name, cloud.Settings.CallsPerSecond))
        {
            return null;
        }

        return api.OldHost
            ? OldAnswers.Error(90018, "您的服务器调用钉钉开放平台当前接口的所有请求都被暂时禁用了, 触发QPS限制", cloud.Settings.ThrottleErrors) with { Throttled = true }
            : NewAnswers.Throttled();
    }

    private Reply? Injected()
    {
        if (faults.FirstOrDefault(f => f.Kind == FaultKind.Errcode) is not { } fault)
        {
            return null;
        }

        var message = fault.Message ?? "injected by the stand-in";
        return api.OldHost
            ? OldAnswers.Error(fault.Errcode ?? -1, message, fault.Wrapped ? ErrorShape.Wrapped : ErrorShape.Plain)
            : NewAnswers.Error(fault.Status ?? 400, fault.Code ?? "systemError", message);
    }

    private Reply? Address(CallContext call)
    {
        if (!Has(FaultKind.IpNotAllowed))
        {
            return null;
        }

        var address = call.Request.HttpContext.Connection.RemoteIpAddress?.ToString() ?? "unknown";
        return api.OldHost ? OldAnswers.Error(60020, $"访问ip不在白名单之中,request ip={address}") : NewAnswers.IpNotAllowed(address);
    }

    private Reply? Permission()
    {
        if (!Has(FaultKind.NoPermission))
        {
            return null;
        }

        var scope = api.Scope ?? "the permission of this API";
        return api.OldHost ? OldAnswers.Wrapped("60011", $"应用尚未开通所需的权限：[{scope}]") : NewAnswers.NoPermission(scope);
    }

    private Reply? Meter()
    {
        if (!api.Metered)
        {
            return null;
        }

        if (!Has(FaultKind.MonthExhausted) && cloud.Calls.TryMeter(cloud.Month, cloud.Settings.MonthlyCalls))
        {
            cloud.Calls[api.Name].Metered++;
            return null;
        }

        return api.OldHost ? OldAnswers.Error(90020, "企业本月API调用量已达上限") : NewAnswers.MonthGone();
    }

    private bool Has(FaultKind kind) => faults.Any(f => f.Kind == kind);
}
