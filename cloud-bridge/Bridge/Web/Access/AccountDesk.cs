using Devices.Bridge.Fleet;
using Devices.Bridge.Store;

namespace Devices.Bridge.Web.Access;

/// <summary>What administrators do with accounts, each with its row of the audit log.</summary>
public sealed class AccountDesk(IAccountStore accounts, ISessionStore sessions, IFactorStore factors, AccountPasswords passwords, IAuditStore audit, ProviderOptions providers, TimeProvider clock)
{
    /// <summary>Keys of the sentences for what was not done.</summary>
    public static IReadOnlyList<string> Problems { get; } =
        ["accounts.bad_name", "accounts.taken", "accounts.no_role", "accounts.no_site", "accounts.bad_email", "accounts.admin_everywhere", "accounts.last_admin", "accounts.unknown", "accounts.link_taken", "accounts.bad_subject"];

    /// <summary>The scope that a form's fields say.</summary>
    public static SiteScope Scope(string? every, IEnumerable<string>? sites) => !string.IsNullOrEmpty(every) ? SiteScope.All
        : SiteScope.Of((sites ?? []).Select(typed => SiteNames.Read(typed, out _)).OfType<string>());

    /// <summary>Makes an account. Its one-time password, or the key of why not.</summary>
    public async Task<(string? Password, string? Problem)> AddAsync(string? name, IReadOnlyList<string> roles, SiteScope scope, string? email, string by, string? address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        if (!AccountNames.IsName(name)) return (null, "accounts.bad_name");
        if (Check(roles, scope, ref email) is { } problem) return (null, problem);
        string password = Passwords.NewOneTime();
        if (!await accounts.AddAccountAsync(new(name!, Passwords.Hash(password), roles, scope, email), cancellationToken)) return (null, "accounts.taken");
        await audit.AuditAsync(by, "account.add", name, $"{string.Join(' ', roles)}; {scope}", address, cancellationToken);
        return (password, null);
    }

    public async Task<string?> SetRightsAsync(string name, IReadOnlyList<string> roles, SiteScope scope, string? email, string by, string? address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        if (Check(roles, scope, ref email) is { } problem) return problem;
        if (await accounts.FindAccountAsync(name, cancellationToken) is not { } before) return "accounts.unknown";
        if (Problem(await accounts.SetRightsAsync(name, roles, scope, email, cancellationToken)) is { } refused) return refused;
        await audit.AuditAsync(by, "account.rights", name,
            $"{string.Join(' ', before.Roles)}; {before.Scope} → {string.Join(' ', roles)}; {scope}{(before.Email != email ? "; e-mail changed" : "")}", address, cancellationToken);
        return null;
    }

    public async Task<string?> SetDisabledAsync(string name, bool disabled, string by, string? address, CancellationToken cancellationToken)
    {
        if (Problem(await accounts.SetDisabledAsync(name, disabled, cancellationToken)) is { } refused) return refused;
        await audit.AuditAsync(by, disabled ? "account.disable" : "account.enable", name, null, address, cancellationToken);
        return null;
    }

    /// <summary>A one-time password, to be shown once; ends every session. Null where there is no such account.</summary>
    public async Task<string?> GivePasswordAsync(string name, string by, string? address, CancellationToken cancellationToken)
    {
        string? password = await passwords.GiveOneTimeAsync(name, cancellationToken);
        if (password is not null) await audit.AuditAsync(by, "account.one_time_password", name, null, address, cancellationToken);
        return password;
    }

    /// <summary>Takes the second factor away, and every session: who lost the device may not have lost it alone.</summary>
    public async Task<string?> ResetSecondAsync(string name, string by, string? address, CancellationToken cancellationToken)
    {
        if (!await factors.ClearTotpAsync(name, cancellationToken)) return "accounts.unknown";
        await sessions.EndSessionsAsync(name, null, by, cancellationToken);
        await audit.AuditAsync(by, "account.second", name, "reset", address, cancellationToken);
        return null;
    }

    /// <param name="id">One session, or null for all but <paramref name="except"/>.</param>
    public async Task EndSessionsAsync(string name, string? id, string? except, string by, string? address, CancellationToken cancellationToken)
    {
        int ended = id is not null ? await sessions.EndSessionAsync(name, id, by, cancellationToken) ? 1 : 0 : await sessions.EndSessionsAsync(name, except, by, cancellationToken);
        await audit.AuditAsync(by, "session.end", name, id is null ? $"{ended} ended" : $"{id[..Math.Min(12, id.Length)]}{(ended == 0 ? " was not open" : "")}", address, cancellationToken);
    }

    public async Task<string?> LinkAsync(string name, string provider, string? subject, string by, string? address, CancellationToken cancellationToken)
    {
        subject = subject?.Trim();
        if (provider is not ("dingtalk" or "oidc") || string.IsNullOrEmpty(subject) || subject.Length > 200 || subject.Any(char.IsControl)) return "accounts.bad_subject";
        if (await accounts.FindAccountAsync(name, cancellationToken) is null) return "accounts.unknown";
        string issuer = provider == "oidc" ? providers.OidcIssuer : providers.DingTalkIssuer;
        if (!await factors.AddLinkAsync(new(provider, issuer, subject, name, clock.GetUtcNow().ToUnixTimeMilliseconds(), by), cancellationToken)) return "accounts.link_taken";
        await audit.AuditAsync(by, "account.link", name, $"{provider} {subject}", address, cancellationToken);
        return null;
    }

    public async Task UnlinkAsync(string name, string provider, string issuer, string subject, string by, string? address, CancellationToken cancellationToken)
    {
        bool gone = await factors.RemoveLinkAsync(name, provider, issuer, subject, cancellationToken);
        // A session that came in by it ends with it.
        if (gone) await sessions.EndSessionsAsync(name, null, by, cancellationToken);
        await audit.AuditAsync(by, "account.unlink", name, $"{provider} {subject}{(gone ? "" : " was not linked")}", address, cancellationToken);
    }

    private static string? Check(IReadOnlyList<string> roles, SiteScope scope, ref string? email)
    {
        email = string.IsNullOrWhiteSpace(email) ? null : email.Trim();
        if (roles.Count == 0 || roles.Except(AccountRoles.Every).Any()) return "accounts.no_role";
        if (!scope.Everything && scope.Sites.Count == 0) return "accounts.no_site";
        // Whoever makes accounts can make one of every site: an administrator of a part would be none.
        if (roles.Contains(AccountRoles.Admin) && !scope.Everything) return "accounts.admin_everywhere";
        return email is null || (email.Length <= 254 && email.Contains('@', StringComparison.Ordinal) && !email.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))) ? null : "accounts.bad_email";
    }

    private static string? Problem(AccountChange change) => change switch
    {
        AccountChange.Unknown => "accounts.unknown",
        AccountChange.LastAdmin => "accounts.last_admin",
        _ => null,
    };
}
