using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;

namespace Devices.Bridge.Tests.Web.Access;

/// <summary>
/// A real OpenID provider (OpenIddict) on a free loopback port: discovery, keys, authorization code with PKCE demanded, tokens, user info. Who
/// logs in is <see cref="Person"/>; there is no page.
/// </summary>
internal sealed class TestProvider : IAsyncDisposable
{
    public const string ClientId = "bridge";
    private readonly WebApplication _app;

    private TestProvider(WebApplication app) => _app = app;

    public string Subject { get; set; } = "s-1001";
    public string? Email { get; set; }
    public bool EmailVerified { get; set; }

    /// <summary>The last authorization request: what the bridge asked with.</summary>
    public IReadOnlyDictionary<string, string> Asked { get; private set; } = new Dictionary<string, string>();

    public string Address => _app.Urls.First();

    public static async Task<TestProvider> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Logging.ClearProviders();
        TestProvider? provider = null;
        builder.Services.AddOpenIddict().AddServer(server =>
        {
            server.SetAuthorizationEndpointUris("connect/authorize").SetTokenEndpointUris("connect/token").SetUserInfoEndpointUris("connect/userinfo");
            server.AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange();
            server.RegisterScopes("openid", "email");
            server.AddEphemeralEncryptionKey().AddEphemeralSigningKey().DisableAccessTokenEncryption();
            // One known client, checked here: no database.
            server.EnableDegradedMode();
            server.UseAspNetCore().DisableTransportSecurityRequirement().EnableUserInfoEndpointPassthrough();
            server.AddEventHandler<OpenIddictServerEvents.ValidateAuthorizationRequestContext>(h => h.UseInlineHandler(context =>
            {
                if (context.ClientId != ClientId) context.Reject("invalid_client", "unknown client");
                return default;
            }));
            server.AddEventHandler<OpenIddictServerEvents.ValidateTokenRequestContext>(h => h.UseInlineHandler(context =>
            {
                if (context.ClientId != ClientId) context.Reject("invalid_client", "unknown client");
                return default;
            }));
            server.AddEventHandler<OpenIddictServerEvents.HandleAuthorizationRequestContext>(h => h.UseInlineHandler(context =>
            {
                provider!.Asked = context.Request.GetParameters().ToDictionary(p => p.Key, p => p.Value.ToString() ?? "");
                ClaimsIdentity identity = new("test", "name", "role");
                identity.AddClaim(new Claim("sub", provider.Subject).SetDestinations("access_token", "id_token"));
                if (provider.Email is not null)
                {
                    identity.AddClaim(new Claim("email", provider.Email).SetDestinations("access_token", "id_token"));
                    identity.AddClaim(new Claim("email_verified", provider.EmailVerified ? "true" : "false", ClaimValueTypes.Boolean).SetDestinations("access_token", "id_token"));
                }

                ClaimsPrincipal principal = new(identity);
                principal.SetScopes(context.Request.GetScopes());
                context.SignIn(principal);
                return default;
            }));
        });
        WebApplication app = builder.Build();
        app.UseRouting();
        app.UseAuthentication();
        app.MapGet("/connect/userinfo", async (HttpContext context) =>
        {
            AuthenticateResult result = await context.AuthenticateAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
            return Results.Json(new Dictionary<string, object?> { ["sub"] = result.Principal?.FindFirstValue("sub"), ["email"] = provider!.Email, ["email_verified"] = provider.EmailVerified });
        });
        provider = new(app);
        await app.StartAsync();
        return provider;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
