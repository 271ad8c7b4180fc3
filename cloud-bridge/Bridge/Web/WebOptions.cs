using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;

namespace Devices.Bridge.Web;

/// <summary>The pages' settings: <c>Bridge:Web:*</c>.</summary>
public sealed record WebOptions
{
    /// <summary>Log-in attempts a minute from one address.</summary>
    public int LoginsPerMinute { get; init; } = 20;

    /// <summary>Wrong passwords in a row before an account is locked.</summary>
    public int LockAfter { get; init; } = 5;

    /// <summary>Minutes an account stays locked.</summary>
    public double LockMinutes { get; init; } = 15;

    /// <summary>Hours of a session without a request.</summary>
    public double SessionHours { get; init; } = 8;

    /// <summary>Hours after which a session ends, whatever is done in it.</summary>
    public double SessionLifeHours { get; init; } = 24;

    /// <summary>Roles that must have a second factor, by commas: <c>admin,hr</c>. Accounts of other roles may have one.</summary>
    public string TotpRoles { get; init; } = "";

    /// <summary>Whether a sign-in by DingTalk or OpenID Connect counts as two factors: true where the provider asks for a second one itself.</summary>
    public bool TrustProviderFactor { get; init; }

    /// <summary>The pages' address as people's browsers know it, as <c>https://attendance.example.com:5443</c>: for providers to come back to. Empty: as each request names it.</summary>
    public string PublicUrl { get; init; } = "";

    /// <summary>Sign-in by DingTalk.</summary>
    public DingTalkSignInOptions DingTalk { get; init; } = new();

    /// <summary>Sign-in by OpenID Connect.</summary>
    public OidcOptions Oidc { get; init; } = new();
    /// <summary>Requests a minute of one program's key.</summary>
    public int ApiPerMinute { get; init; } = 600;

    /// <summary>Rows of a page.</summary>
    public int PageSize { get; init; } = 50;

    private IEnumerable<string> TotpRoleNames => TotpRoles.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Whether an account with these roles must have a second factor.</summary>
    public bool AsksForTotp(IReadOnlyCollection<string> roles) => TotpRoleNames.Any(roles.Contains);

    /// <summary>One sentence for the first value that cannot work, or null.</summary>
    public string? Check()
    {
        if (LoginsPerMinute is < 1 or > 10_000) return "Bridge:Web:LoginsPerMinute must be from 1 to 10000.";
        if (LockAfter is < 1 or > 100) return "Bridge:Web:LockAfter must be from 1 to 100.";
        if (LockMinutes is not (> 0 and <= 1440)) return "Bridge:Web:LockMinutes must be above 0 and at most 1440.";
        if (SessionHours is not (> 0 and <= 168)) return "Bridge:Web:SessionHours must be above 0 and at most 168.";
        if (SessionLifeHours is not (> 0 and <= 720) || SessionLifeHours < SessionHours) return "Bridge:Web:SessionLifeHours must be from SessionHours to 720.";
        if (TotpRoleNames.FirstOrDefault(r => !AccountRoles.Every.Contains(r)) is { } role) return $"Bridge:Web:TotpRoles holds '{role}', which is no role: use {string.Join(", ", AccountRoles.Every)}.";
        if (PublicUrl.Length > 0 && !(Uri.TryCreate(PublicUrl, UriKind.Absolute, out Uri? own) && own.Scheme is "https" or "http")) return $"Bridge:Web:PublicUrl '{PublicUrl}' is no http or https address.";
        if (OidcSignIn.Check(Oidc) is { } provider) return provider;
        if (ApiPerMinute is < 1 or > 1_000_000) return "Bridge:Web:ApiPerMinute must be from 1 to 1000000.";
        if (PageSize is < 1 or > 500) return "Bridge:Web:PageSize must be from 1 to 500.";
        return null;
    }
}
