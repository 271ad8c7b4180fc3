using Devices.Bridge.Web.Access;
using Devices.Bridge.Web.Api;

namespace Devices.Bridge.Web.Security;

/// <summary>Someone who logged in with a one-time password sees nothing before setting an own one.</summary>
internal static class MustChangePassword
{
    private static readonly string[] Allowed = ["/account/password", "/logout", "/language", "/assets", "/error", "/health", "/healthz"];

    public static IApplicationBuilder UseMustChangePassword(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (!context.User.HasClaim(SignIn.MustChange, "1") || Allowed.Any(p => context.Request.Path.StartsWithSegments(p, StringComparison.OrdinalIgnoreCase)))
        {
            return next(context);
        }

        if (context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase))
        {
            return ApiProblem.WriteAsync(context, StatusCodes.Status403Forbidden, "This account still has its one-time password: log in to the pages and set an own one.");
        }

        context.Response.Redirect("/account/password");
        return Task.CompletedTask;
    });
}
