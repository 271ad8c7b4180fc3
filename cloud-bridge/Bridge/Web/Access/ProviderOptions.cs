namespace Devices.Bridge.Web.Access;

/// <summary>Sign-in by DingTalk: <c>Bridge:Web:DingTalk:*</c>. The app is that of <c>Bridge:Platform</c>.</summary>
public sealed record DingTalkSignInOptions
{
    /// <summary>Whether the log-in page offers it. Needs <c>Bridge:Platform:Kind=dingtalk</c>, and the address <c>…/login/dingtalk/back</c> among the app's.</summary>
    public bool Enabled { get; init; }

    /// <summary>Where people say who they are.</summary>
    public string AuthorizeUrl { get; init; } = "https://login.dingtalk.com/oauth2/auth";
}

/// <summary>Sign-in by an OpenID Connect provider: <c>Bridge:Web:Oidc:*</c>.</summary>
public sealed record OidcOptions
{
    /// <summary>The provider's issuer, as <c>https://id.example.com/realms/staff</c>; empty switches it off.</summary>
    public string Authority { get; init; } = "";

    public string ClientId { get; init; } = "";

    /// <summary>File with the client's secret, mode 0600; empty for a public client, which PKCE protects alone.</summary>
    public string ClientSecretFile { get; init; } = "";

    /// <summary>What the log-in page calls it.</summary>
    public string Name { get; init; } = "OpenID Connect";

    /// <summary>
    /// Whether somebody who is linked to no account comes in as the one whose address is that of the provider's <c>email</c>, where the provider
    /// says <c>email_verified</c>. For a provider that gives addresses of the organisation to nobody else only.
    /// </summary>
    public bool LinkByVerifiedEmail { get; init; }
}

/// <summary>What links of accounts are under: as the settings are now.</summary>
/// <param name="OidcIssuer">Without a trailing slash; empty where there is none.</param>
/// <param name="DingTalkIssuer">The organisation, or the app where it was not named.</param>
public sealed record ProviderOptions(string OidcIssuer, string DingTalkIssuer);
