using Devices.Bridge.Store;
using Devices.Bridge.Web.Security;

namespace Devices.Bridge.Web.Access;

/// <summary>
/// What is done with somebody whom an identity provider has named: they come in as the account that an administrator linked to them, and
/// nobody else does. Accounts are not made by it. The second factor is asked for as after a password.
/// </summary>
public sealed class ProviderSignIn(IAccountStore accounts, IFactorStore factors, IAuditStore audit, SignIn access, HalfSignIn half, WebOptions options, TimeProvider clock)
{
    /// <summary>Ends the sign-in and says where to go.</summary>
    /// <param name="subjects">Names of the same person, the surest first.</param>
    /// <param name="verifiedEmail">Where it may stand for the person; null where it may not.</param>
    public async Task<string> EndAsync(HttpContext context, string provider, string issuer, IReadOnlyList<string> subjects, string? verifiedEmail, string? target)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(subjects);
        CancellationToken aborted = context.RequestAborted;
        string? address = context.Connection.RemoteIpAddress?.ToString();
        Account? account = null;
        foreach (string subject in subjects)
            if (await factors.FindLinkAsync(provider, issuer, subject, aborted) is { } link && (account = await accounts.FindAccountAsync(link.Account, aborted)) is not null) break;
        if (account is null && verifiedEmail is not null && await factors.AccountOfEmailAsync(verifiedEmail, aborted) is { } named)
        {
            account = await accounts.FindAccountAsync(named, aborted);
            // From now on by the subject: the address may be given to somebody else one day.
            if (account is { Disabled: false })
            {
                await factors.AddLinkAsync(new(provider, issuer, subjects[0], named, clock.GetUtcNow().ToUnixTimeMilliseconds(), "verified e-mail"), aborted);
                await audit.AuditAsync("bridge", "account.link", named, $"{provider} {subjects[0]} by verified e-mail", address, aborted);
            }
        }

        if (account is null or { Disabled: true })
        {
            await audit.AuditAsync(account?.Name ?? subjects[0], "login.unlinked", null, $"{provider} {subjects[0]}", address, aborted);
            return Failed("login.unlinked");
        }

        if (await access.LockedAsync(account, address, aborted) is not null) return Failed("login.locked_now");
        string home = target is { Length: > 0 } and not "/" ? LocalAddress.Or(target) : Viewer.Home(Permits.Of(account.Roles));
        if (account.TotpSince is not null && !options.TrustProviderFactor)
        {
            half.Set(context, account, provider);
            return $"/login/code?return={Uri.EscapeDataString(home)}";
        }

        await access.WelcomeAsync(account, provider, address, aborted);
        await access.BeginAsync(context, account, provider, null);
        return home;
    }

    /// <summary>The log-in page with a sentence.</summary>
    public static string Failed(string problem) => $"/login?problem={problem}";
}
