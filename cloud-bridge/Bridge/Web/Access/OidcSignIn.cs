using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Devices.Bridge.Web.Access;

/// <summary>
/// Sign-in by OpenID Connect: authorization code with PKCE, state and nonce, the id token's signature, issuer, audience and times checked
/// (Microsoft's handler). The person is issuer and <c>sub</c>; what the provider says of roles is not read.
/// </summary>
internal static class OidcSignIn
{
    public const string Scheme = "oidc";

    public static void Add(AuthenticationBuilder authentication, WebOptions options)
    {
        OidcOptions oidc = options.Oidc;
        authentication.AddOpenIdConnect(Scheme, handler =>
        {
            handler.Authority = oidc.Authority;
            handler.ClientId = oidc.ClientId;
            handler.ClientSecret = oidc.ClientSecretFile.Length > 0 ? File.ReadAllText(oidc.ClientSecretFile).Trim() : null;
            handler.CallbackPath = "/login/oidc/back";
            handler.RequireHttpsMetadata = oidc.Authority.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
            handler.ResponseType = OpenIdConnectResponseType.Code;
            // By the address and not by a form from elsewhere, so that no cookie of ours has to go along with foreign posts.
            handler.ResponseMode = OpenIdConnectResponseMode.Query;
            handler.UsePkce = true;
            handler.MapInboundClaims = false;
            handler.SaveTokens = false;
            handler.GetClaimsFromUserInfoEndpoint = oidc.LinkByVerifiedEmail;
            handler.DisableTelemetry = true;
            handler.Scope.Clear();
            handler.Scope.Add("openid");
            if (oidc.LinkByVerifiedEmail) handler.Scope.Add("email");
            foreach (CookieBuilder cookie in (CookieBuilder[])[handler.CorrelationCookie, handler.NonceCookie])
            {
                cookie.SameSite = SameSiteMode.Lax;
                cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                cookie.Path = "/";
            }

            handler.CorrelationCookie.Name = "devices-oidc-correlation.";
            handler.NonceCookie.Name = "devices-oidc-nonce.";
            handler.Events.OnRedirectToIdentityProvider = context =>
            {
                if (options.PublicUrl.Length > 0) context.ProtocolMessage.RedirectUri = options.PublicUrl.TrimEnd('/') + handler.CallbackPath;
                return Task.CompletedTask;
            };
            // Of the checked token; the handler leaves it out of the claims.
            handler.Events.OnTokenValidated = context =>
            {
                context.Properties!.Items["issuer"] = context.SecurityToken.Issuer;
                return Task.CompletedTask;
            };
            handler.Events.OnTicketReceived = EndAsync;
            handler.Events.OnRemoteFailure = context =>
            {
                context.HttpContext.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(OidcSignIn)).LogWarning("Sign-in by OpenID Connect failed: {Why}", context.Failure?.Message);
                context.Response.Redirect(ProviderSignIn.Failed("login.provider_failed"));
                context.HandleResponse();
                return Task.CompletedTask;
            };
        });
    }

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/login/oidc", (HttpContext context) =>
        Results.Challenge(new AuthenticationProperties { RedirectUri = "/login", Items = { ["target"] = context.Request.Query["return"].ToString() } }, [Scheme])).AllowAnonymous();

    // The handler would make a cookie of its own; whoever comes in here gets the pages' session, or none.
    private static async Task EndAsync(TicketReceivedContext context)
    {
        IServiceProvider services = context.HttpContext.RequestServices;
        ProviderOptions issuers = services.GetRequiredService<ProviderOptions>();
        OidcOptions options = services.GetRequiredService<WebOptions>().Oidc;
        ClaimsPrincipal person = context.Principal!;
        string? subject = person.FindFirstValue("sub"), issuer = context.Properties?.Items["issuer"]?.TrimEnd('/');
        string? email = options.LinkByVerifiedEmail && person.FindFirstValue("email_verified") is "true" or "True" ? person.FindFirstValue("email") : null;
        // A provider for many organisations names each by its own issuer: only the one that was set up may come in.
        string address = string.IsNullOrEmpty(subject) || issuer != issuers.OidcIssuer
            ? ProviderSignIn.Failed("login.provider_failed")
            : await services.GetRequiredService<ProviderSignIn>().EndAsync(context.HttpContext, Scheme, issuer, [subject], email, context.Properties?.Items["target"]);
        context.Response.Redirect(address);
        context.HandleResponse();
    }

    /// <summary>One sentence for what cannot work, or null.</summary>
    public static string? Check(OidcOptions options)
    {
        if (options.Authority.Length == 0) return null;
        if (!Uri.TryCreate(options.Authority, UriKind.Absolute, out Uri? authority) || (authority.Scheme != Uri.UriSchemeHttps && !authority.IsLoopback))
            return $"Bridge:Web:Oidc:Authority '{options.Authority}' must be an https address (http on this machine only).";
        if (options.ClientId.Length == 0) return "Bridge:Web:Oidc:ClientId is missing: the provider gives one for this bridge.";
        if (options.ClientSecretFile.Length > 0 && !File.Exists(options.ClientSecretFile)) return $"Bridge:Web:Oidc:ClientSecretFile {options.ClientSecretFile} does not exist.";
        return null;
    }
}
