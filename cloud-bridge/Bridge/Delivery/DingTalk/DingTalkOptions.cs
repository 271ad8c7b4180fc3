namespace Devices.Bridge.Delivery.DingTalk;

/// <summary>How to reach DingTalk: <c>Bridge:Platform:*</c>.</summary>
public sealed record DingTalkOptions
{
    /// <summary>Old API host, for attendance and contacts.</summary>
    public string OapiUrl { get; init; } = "https://oapi.dingtalk.com";

    /// <summary>New API host, for the token.</summary>
    public string ApiUrl { get; init; } = "https://api.dingtalk.com";

    /// <summary>Client ID of the in-house app.</summary>
    public string AppKey { get; init; } = "";

    /// <summary>File with the Client Secret, readable by the bridge only. Read at each renewal, so a new secret needs no restart.</summary>
    public string AppSecretFile { get; init; } = "";

    /// <summary>The organisation, shown to the operator.</summary>
    public string CorpId { get; init; } = "";

    /// <summary>Calls a second for each API; DingTalk allows 20 on the standard edition, shared with everything else of the app.</summary>
    public int CallsPerSecond { get; init; } = 15;

    /// <summary>Seconds until a call is given up.</summary>
    public double TimeoutSeconds { get; init; } = 15;

    /// <summary>Hours ahead of UTC of the record list's wall-clock strings and of the meter's month: +08:00 for a domestic organisation.</summary>
    public double UtcOffsetHours { get; init; } = 8;

    /// <summary>One sentence for the first value that cannot work, or null.</summary>
    public string? Check()
    {
        if (!IsHttp(OapiUrl)) return $"Bridge:Platform:OapiUrl '{OapiUrl}' is not an http or https address.";
        if (!IsHttp(ApiUrl)) return $"Bridge:Platform:ApiUrl '{ApiUrl}' is not an http or https address.";
        if (string.IsNullOrWhiteSpace(AppKey)) return "Bridge:Platform:AppKey is missing: give the app's Client ID.";
        if (string.IsNullOrWhiteSpace(AppSecretFile)) return "Bridge:Platform:AppSecretFile is missing: give the path of a file with the app's Client Secret.";
        if (CallsPerSecond is < 1 or > 1000) return "Bridge:Platform:CallsPerSecond must be from 1 to 1000.";
        if (TimeoutSeconds is not (>= 0.1 and <= 300)) return "Bridge:Platform:TimeoutSeconds must be from 0.1 to 300.";
        if (UtcOffsetHours is not (>= -12 and <= 14)) return "Bridge:Platform:UtcOffsetHours must be from -12 to 14.";
        return null;
    }

    internal Uri Oapi(string path) => new($"{OapiUrl.TrimEnd('/')}/{path}");

    internal Uri Api(string path) => new($"{ApiUrl.TrimEnd('/')}/{path}");

    private static bool IsHttp(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp);
}
