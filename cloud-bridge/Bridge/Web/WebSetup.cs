using Devices.Bridge.Attendance;
using Devices.Bridge.Fleet;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;
using Devices.Bridge.Web.Actions;
using Devices.Bridge.Web.Api;
using Devices.Bridge.Web.Corrections;
using Devices.Bridge.Web.Exports;
using Devices.Bridge.Web.Filters;
using Devices.Bridge.Web.Rules;
using Devices.Bridge.Web.Security;
using Devices.Bridge.Web.Time;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Diagnostics;

namespace Devices.Bridge.Web;

/// <summary>HR's pages: services and pipeline. Everything needs a log-in unless it says otherwise.</summary>
public static class WebSetup
{
    /// <summary>Registers the pages.</summary>
    /// <exception cref="BridgeStartException">A value below <c>Bridge:Web</c> or <c>Bridge:Site</c> cannot work.</exception>
    public static WebApplicationBuilder AddWeb(this WebApplicationBuilder builder, BridgeOptions bridge)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(bridge);
        WebOptions options = Read(builder.Configuration);
        if (options.Check() is { } problem) throw new BridgeStartException(problem);
        _ = SiteClock.For(bridge.Site.TimeZone, TimeProvider.System);

        IServiceCollection services = builder.Services;
        services.AddSingleton(options);
        services.AddSingleton(s => SiteClock.For(bridge.Site.TimeZone, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<AccountPasswords>();
        services.AddSingleton<SignIn>();
        services.AddSingleton<SecondFactor>();
        services.AddSingleton<AccountDesk>();
        services.AddSingleton<ProviderSignIn>();
        AddProviders(builder, options);
        services.AddSingleton<HalfSignIn>();
        services.AddHostedService<SessionSweep>();
        services.AddScoped<Viewer>();
        services.AddSingleton<ReasonTexts>();
        services.AddSingleton<TerminalDetails>();
        services.AddWebExports();
        services.AddScoped<Correctors>();
        services.AddScoped<OutcomeTexts>();
        services.AddSingleton<HrRules>();
        services.AddHostedService(s => s.GetRequiredService<HrRules>());
        services.AddSingleton<ApiGate>();
        services.AddSingleton<ShownOnce>();
        services.AddHostedService<ReportDays>();
        services.AddResponseCompression(compression =>
        {
            compression.EnableForHttps = true;
            compression.MimeTypes = ["application/json", ApiProblem.MediaType];
        });
        services.AddExceptionHandler<ProgramFaults>();
        services.AddLocalization();
        services.AddRazorComponents();
        services.AddHttpContextAccessor();
        services.AddRateLimiter(limiter => LoginLimiter.Configure(limiter, options));
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = "devices-form";
            antiforgery.Cookie.HttpOnly = true;
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
            antiforgery.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        string keys = Path.Combine(Path.GetFullPath(bridge.Data), "keys");
        PrivateFiles.MakeDirectory(bridge.Data);
        PrivateFiles.MakeDirectory(keys);
        // With the keys beside the store, sessions outlive a restart and nobody else can make cookies.
        // It warns that keys lie unencrypted: they lie as the store does, in a directory that only this user reads.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error);
        services.AddDataProtection().SetApplicationName("devices-bridge").PersistKeysToFileSystem(new DirectoryInfo(keys));
        AddAccess(services, options);
        return builder;
    }

    /// <summary>Adds the pipeline and the routes. Call it before other parts map theirs.</summary>
    public static WebApplication UseWeb(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseHostCookies();
        app.UseSecurityHeaders();
        app.Use(NamesItsHost);
        app.UseExceptionHandler("/error", createScopeForErrors: true);
        app.UseWhen(IsPage, pages => pages.UseStatusCodePagesWithReExecute("/error", createScopeForStatusCodePages: true));
        app.Use((context, next) =>
        {
            // A page about a refused form is only shown: the refused form itself must not be read again for it.
            bool again = context.Features.Get<IStatusCodeReExecuteFeature>() is not null || context.Features.Get<IExceptionHandlerFeature>() is not null;
            if (again) context.Request.Method = HttpMethods.Get;
            return next(context);
        });
        app.UseRequestLocalization(localization => localization
            .SetDefaultCulture(Texts.Cultures[0])
            .AddSupportedCultures([.. Texts.Cultures])
            .AddSupportedUICultures([.. Texts.Cultures]));
        app.UseRouting();
        app.UseRateLimiter();
        // Only for programs: an answer that holds what a person typed beside a secret must not be compressed.
        app.UseWhen(ApiGate.IsKey, programs => programs.UseResponseCompression());
        app.UseAuthentication();
        app.Use((context, next) => context.RequestServices.GetRequiredService<ApiGate>().InvokeAsync(context, () => next(context)));
        app.UseAuthorization();
        app.UseMustChangePassword();
        app.UseAntiforgery();

        SiteAssets.Map(app);
        FormPosts.Map(app);
        AccountPosts.Map(app);
        PrivacyPosts.Map(app);
        PersonPosts.Map(app);
        PhonePosts.Map(app);
        WebOptions options = app.Services.GetRequiredService<WebOptions>();
        if (options.DingTalk.Enabled) DingTalkSignIn.Map(app);
        if (options.Oidc.Authority.Length > 0) OidcSignIn.Map(app);
        ApiKeyPosts.Map(app);
        WebhookPosts.Map(app);
        ReleasePosts.Map(app);
        WallPosts.Map(app);
        PunchApi.Map(app);
        EffectivePunchApi.Map(app);
        DeliveryApi.Map(app);
        TerminalApi.Map(app);
        PatrolApi.Map(app);
        ReleaseApi.Map(app);
        DataApi.Map(app);
        TerminalPosts.Map(app);
        RulePosts.Map(app);
        PatrolPosts.Map(app);
        ClaimPosts.Map(app);
        PhotoApi.Map(app);
        CorrectionPosts.Map(app);
        ExportRoutes.Map(app);
        app.MapRazorComponents<App>();
        return app;
    }

    // A page writes down its own address, which a request in the manner of HTTP/1.0 does not have. What probes ask for is no page.
    private static Task NamesItsHost(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Host.HasValue || !IsPage(context)) return next(context);
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return context.Response.WriteAsync("The request names no host: send the header Host, as HTTP/1.1 asks for.\n", context.RequestAborted);
    }

    private static WebOptions Read(ConfigurationManager configuration)
    {
        try
        {
            return configuration.GetSection("Bridge:Web").Get<WebOptions>() ?? new();
        }
        catch (InvalidOperationException fault)
        {
            throw new BridgeStartException($"A setting cannot be read: {fault.Message}", fault);
        }
    }

    private static void AddProviders(WebApplicationBuilder builder, WebOptions options)
    {
        IConfigurationSection platform = builder.Configuration.GetSection("Bridge:Platform");
        string app = platform["CorpId"] is { Length: > 0 } corp ? corp : platform["AppKey"] ?? "";
        builder.Services.AddSingleton(new ProviderOptions(options.Oidc.Authority.TrimEnd('/'), app));
        if (!options.DingTalk.Enabled) return;
        if (platform["Kind"] != "dingtalk") throw new BridgeStartException("Bridge:Web:DingTalk:Enabled is true, but Bridge:Platform:Kind is not dingtalk: sign-in uses the platform's app.");
        builder.Services.AddSingleton<DingTalkSignIn>();
    }

    private static void AddAccess(IServiceCollection services, WebOptions options)
    {
        AuthenticationBuilder authentication = services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(cookie =>
        {
            cookie.Cookie.Name = "devices-session";
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Lax;
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            cookie.LoginPath = "/login";
            cookie.ReturnUrlParameter = "return";
            cookie.ExpireTimeSpan = TimeSpan.FromHours(options.SessionHours);
            cookie.SlidingExpiration = true;
            // A board that refreshes itself is nobody's doing: it does not keep a session alive.
            cookie.Events.OnCheckSlidingExpiration = context =>
            {
                if (LiveRequests.IsLive(context.Request)) context.ShouldRenew = false;
                return Task.CompletedTask;
            };
            cookie.Events.OnValidatePrincipal = SignIn.ValidateAsync;
            cookie.Events.OnRedirectToAccessDenied = context =>
            {
                // A page gets its sentence from the status.
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                return IsPage(context.HttpContext) ? Task.CompletedTask
                    : ApiProblem.WriteAsync(context.HttpContext, StatusCodes.Status403Forbidden, "This account may not do this: its roles do not have the right to it.");
            };
            cookie.Events.OnRedirectToLogin = context =>
            {
                if (IsPage(context.HttpContext))
                {
                    context.Response.Redirect(context.RedirectUri);
                    return Task.CompletedTask;
                }

                // A program cannot fill in a form: it gets the status and a sentence.
                return ApiProblem.WriteAsync(context.HttpContext, StatusCodes.Status401Unauthorized, "Log in first, or give a key: this address needs a session, or the header Authorization with a key.");
            };
        });
        if (options.Oidc.Authority.Length > 0) OidcSignIn.Add(authentication, options);
        AccessPolicies.Add(services);
    }

    private static bool IsPage(HttpContext context) => IsPage(context.Request.Path);

    internal static bool IsPage(PathString path) =>
        !path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
        && !path.StartsWithSegments("/.well-known", StringComparison.OrdinalIgnoreCase)
        && !path.StartsWithSegments("/updates", StringComparison.OrdinalIgnoreCase)
        && !path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase)
        && !path.StartsWithSegments("/healthz", StringComparison.OrdinalIgnoreCase);
}
