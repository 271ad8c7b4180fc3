using System.Security.Claims;
using Devices.Bridge.Store;

namespace Devices.Bridge.Web.Access;

/// <summary>
/// Who makes this request: the one place from which pages, actions and addresses take the scope of what they ask the store for. Roles and
/// sites are read from the store with each request, so a change of them holds from the next one on.
/// </summary>
public sealed class Viewer(IHttpContextAccessor accessor)
{
    private const string Right = "right";
    private const string Site = "site";
    private const string EverySite = "every-site";

    private ClaimsPrincipal? User => accessor.HttpContext?.User is { Identity.IsAuthenticated: true } user ? user : null;

    /// <summary>The account's name, for the audit log.</summary>
    public string Name => User?.Identity?.Name ?? "unknown";

    /// <summary>What may be seen; nothing without a log-in.</summary>
    public SiteScope Scope => ScopeOf(User);

    /// <summary>Where the request comes from, for the audit log.</summary>
    public string? Address => accessor.HttpContext?.Connection.RemoteIpAddress?.ToString();

    /// <summary>Whether a right of <see cref="Permits"/> is given.</summary>
    public bool May(string right) => User?.HasClaim(Right, right) == true;

    /// <summary>The same, for what is about the whole organisation.</summary>
    public bool MayEverywhere(string right) => May(right) && Scope.Everything;

    /// <summary>The page to begin with: the first that the rights open.</summary>
    public static string Home(IReadOnlyCollection<string> rights)
    {
        ArgumentNullException.ThrowIfNull(rights);
        return rights.Contains(Permits.ReadPunches) ? "/"
            : rights.Contains(Permits.ReadTerminals) ? "/terminals"
            : rights.Contains(Permits.ReadAccounts) ? "/accounts" : "/account";
    }

    /// <summary>The same for this viewer.</summary>
    public string HomeAddress => Home([.. Permits.Rights.Where(May)]);

    /// <summary>What a checked identity may do and see, for a cookie's account as for a program's key.</summary>
    /// <param name="scheme">The authentication scheme that checked it.</param>
    public static ClaimsIdentity Identity(string name, IEnumerable<string> rights, SiteScope scope, string scheme)
    {
        ArgumentNullException.ThrowIfNull(rights);
        ArgumentNullException.ThrowIfNull(scope);
        return new(
            [new Claim(ClaimTypes.Name, name), .. rights.Select(right => new Claim(Right, right)), .. scope.Everything ? [new Claim(EverySite, "1")] : scope.Sites.Select(site => new Claim(Site, site))],
            scheme);
    }

    internal static bool Has(ClaimsPrincipal user, string right) => user.HasClaim(Right, right);

    internal static SiteScope ScopeOf(ClaimsPrincipal? user) => user is not { Identity.IsAuthenticated: true } ? SiteScope.None
        : user.HasClaim(EverySite, "1") ? SiteScope.All : SiteScope.Of(user.FindAll(Site).Select(claim => claim.Value));
}
