using System.Security.Claims;
using Devices.Bridge.Store;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Devices.Bridge.Web.Access;

/// <summary>Log-in with a lock after wrong passwords, and the session cookie's content.</summary>
public sealed class SignIn(IAccountStore accounts, IAuditStore audit, WebOptions options, TimeProvider clock)
{
    /// <summary>Claim that a password must be changed before anything else.</summary>
    public const string MustChange = "must_change";

    private const string Stamp = "stamp";
    private const int LongestName = 64;

    /// <summary>Checks a name and password. A locked account does not learn whether the password was right.</summary>
    public async Task<SignInResult> CheckAsync(string? name, string? password, string? address, CancellationToken cancellationToken)
    {
        name = name?.Trim();
        if (string.IsNullOrEmpty(name) || string.IsNullOrEmpty(password)) return new(null, "login.empty");
        if (name.Length > LongestName || password.Length > AccountPasswords.Longest) return new(null, "login.wrong");
        DateTimeOffset now = clock.GetUtcNow();
        Account? account = await accounts.FindAccountAsync(name, cancellationToken);
        if (account?.LockedUntil > now.ToUnixTimeMilliseconds())
        {
            await audit.AuditAsync(account.Name, "login.locked", null, null, address, cancellationToken);
            return new(null, "login.locked", Minutes(account.LockedUntil.Value - now.ToUnixTimeMilliseconds()));
        }

        if (AccountPasswords.Verify(account, password) && !account!.Disabled)
        {
            await accounts.ClearFailuresAsync(account.Name, cancellationToken);
            await audit.AuditAsync(account.Name, "login", null, null, address, cancellationToken);
            return new(account, null);
        }

        await audit.AuditAsync(name, "login.wrong", null, null, address, cancellationToken);
        if (account is null) return new(null, "login.wrong");
        return await CountAsync(account, now, cancellationToken) ? new(null, "login.locked", (int)Math.Ceiling(options.LockMinutes)) : new(null, "login.wrong");
    }

    /// <summary>
    /// Whether somebody who is logged in knows the account's password. Wrong ones count as at the log-in: a session left open or stolen
    /// must not be a place to guess it without end. While the account is locked, nothing is right.
    /// </summary>
    public async Task<bool> ConfirmAsync(Account account, string? password, string? address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(account);
        DateTimeOffset now = clock.GetUtcNow();
        bool locked = account.LockedUntil > now.ToUnixTimeMilliseconds();
        if (!locked && password is { Length: > 0 and <= AccountPasswords.Longest } && AccountPasswords.Verify(account, password)) return true;
        await audit.AuditAsync(account.Name, locked ? "login.locked" : "login.wrong", null, "change of password", address, cancellationToken);
        if (!locked) await CountAsync(account, now, cancellationToken);
        return false;
    }

    private async Task<bool> CountAsync(Account account, DateTimeOffset now, CancellationToken cancellationToken)
    {
        long until = (now + TimeSpan.FromMinutes(options.LockMinutes)).ToUnixTimeMilliseconds();
        return await accounts.CountFailureAsync(account.Name, count => count >= options.LockAfter ? until : null, cancellationToken) >= options.LockAfter;
    }

    /// <summary>Begins the session of a checked account.</summary>
    public static Task BeginAsync(HttpContext context, Account account)
    {
        ArgumentNullException.ThrowIfNull(account);
        List<Claim> claims = [new(ClaimTypes.Name, account.Name), new(Stamp, account.SecurityStamp)];
        if (account.MustChange) claims.Add(new(MustChange, "1"));
        return context.SignInAsync(
            CookieAuthenticationDefaults.AuthenticationScheme,
            new ClaimsPrincipal(new ClaimsIdentity(claims, CookieAuthenticationDefaults.AuthenticationScheme)),
            new AuthenticationProperties { IsPersistent = false });
    }

    /// <summary>Ends sessions whose account was disabled or whose password was changed elsewhere.</summary>
    public static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        IAccountStore store = context.HttpContext.RequestServices.GetRequiredService<IAccountStore>();
        string? name = context.Principal?.Identity?.Name;
        Account? account = name is null ? null : await store.FindAccountAsync(name, context.HttpContext.RequestAborted);
        if (account is null || account.Disabled || account.SecurityStamp != context.Principal!.FindFirstValue(Stamp))
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
            return;
        }

        // Rights are not in the cookie: what was taken away is gone with the next request.
        ClaimsIdentity identity = Viewer.Identity(account.Name, Permits.Of(account.Roles), account.Scope, CookieAuthenticationDefaults.AuthenticationScheme);
        identity.AddClaims(context.Principal!.FindAll(claim => claim.Type is Stamp or MustChange));
        context.ReplacePrincipal(new ClaimsPrincipal(identity));
    }

    private static int Minutes(long ms) => (int)Math.Ceiling(ms / 60_000.0);
}
