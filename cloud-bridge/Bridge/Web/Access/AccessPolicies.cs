using Microsoft.AspNetCore.Authorization;

namespace Devices.Bridge.Web.Access;

/// <summary>One policy a right of <see cref="Permits"/>. What names none needs at least a log-in.</summary>
internal static class AccessPolicies
{
    public static void Add(IServiceCollection services)
    {
        AuthorizationBuilder builder = services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        foreach (string right in Permits.Rights)
            builder.AddPolicy(right, policy => policy.RequireAuthenticatedUser().RequireAssertion(context => Viewer.Has(context.User, right)));
        builder.AddPolicy(Permits.OwnAccount, policy => policy.RequireAuthenticatedUser());
        builder.AddPolicy(Permits.EverySite, policy => policy.RequireAuthenticatedUser().RequireAssertion(context => Viewer.ScopeOf(context.User).Everything));
    }
}
