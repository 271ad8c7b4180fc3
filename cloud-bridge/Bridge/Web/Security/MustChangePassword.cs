using Devices.Bridge.Web.Access;
using Devices.Bridge.Web.Api;

namespace Devices.Bridge.Web.Security;

/// <summary>Someone who logged in with a one-time password sees nothing before setting an own one, and then nothing before the second factor that their role needs.</summary>
internal static class MustChangePassword
{
    private static readonly string[] Allowed = ["/logout", "/language", "/assets", "/error", "/health", "/healthz"];

    public static IApplicationBuilder UseMustChangePassword(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        string? first = context.User.HasClaim(SignIn.MustChange, "1") ? "/account/password" : context.User.HasClaim(SignIn.MustEnrol, "1") ? "/account/second" : null;
        if (first is null || Allowed.Append(first).Any(p => context.Request.Path.StartsWithSegments(p, StringComparison.OrdinalIgnoreCase)))
        {
            return next(context);
        }

        if (context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase))
        {
            return ApiProblem.WriteAsync(context, StatusCodes.Status403Forbidden, "This account is not set up yet: log in to the pages and set an own password, and the second factor where one is asked for.");
        }

        context.Response.Redirect(first);
        return Task.CompletedTask;
    });
}
