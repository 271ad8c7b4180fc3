using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Devices.Bridge.Store;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Devices.Bridge.Web.Access;

/// <summary>Log-in with a lock after wrong passwords and codes, and the sessions that it begins.</summary>
public sealed class SignIn(IAccountStore accounts, ISessionStore sessions, IAuditStore audit, WebOptions options, TimeProvider clock)
{
    /// <summary>Claim that a password must be changed before anything else.</summary>
    public const string MustChange = "must_change";

    /// <summary>Claim that a second factor must be set up before anything else.</summary>
    public const string MustEnrol = "must_enrol";

    /// <summary>Claim with the session's id in the store.</summary>
    public const string Session = "session";

    /// <summary>Claim with how the session came in.</summary>
    public const string Method = "method";

    private const string Stamp = "stamp";
    private const string Secret = "secret";
    private const int LongestName = 64;
    private const int LongestAgent = 200;

    // How old the note of a session's last request may be: not every picture of a page is a write.
    private static readonly TimeSpan Noted = TimeSpan.FromMinutes(1);

    /// <summary>Checks a name and password. A locked account does not learn whether the password was right.</summary>
    public async Task<SignInResult> CheckAsync(string? name, string? password, string? address, CancellationToken cancellationToken)
    {
        name = name?.Trim();
        if (string.IsNullOrEmpty(name) || string.IsNullOrEmpty(password)) return new(null, "login.empty");
        if (name.Length > LongestName || password.Length > AccountPasswords.Longest) return new(null, "login.wrong");
        Account? account = await accounts.FindAccountAsync(name, cancellationToken);
        if (await LockedAsync(account, address, cancellationToken) is { } locked) return locked;
        if (AccountPasswords.Verify(account, password) && !account!.Disabled)
        {
            // With a second factor nothing is forgiven yet: whoever has the password would else have no end of codes to try.
            if (account.TotpSince is null) await WelcomeAsync(account, null, address, cancellationToken);
            return new(account, null);
        }

        await audit.AuditAsync(name, "login.wrong", null, null, address, cancellationToken);
        return account is null ? new(null, "login.wrong") : await FailedAsync(account, "login.wrong", cancellationToken);
    }

    /// <summary>Whether an account is locked now, with the sentence and its minutes.</summary>
    public async Task<SignInResult?> LockedAsync(Account? account, string? address, CancellationToken cancellationToken)
    {
        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (account?.LockedUntil is not { } until || until <= now) return null;
        await audit.AuditAsync(account.Name, "login.locked", null, null, address, cancellationToken);
        return new(null, "login.locked", (int)Math.Ceiling((until - now) / 60_000.0));
    }

    /// <summary>Counts a wrong password or code.</summary>
    public async Task<SignInResult> FailedAsync(Account account, string problem, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(account);
        return await CountAsync(account, cancellationToken) ? new(null, "login.locked", (int)Math.Ceiling(options.LockMinutes)) : new(null, problem);
    }

    /// <summary>Everything that was asked for was right: forgets failures and writes the log-in down.</summary>
    public async Task WelcomeAsync(Account account, string? how, string? address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(account);
        await accounts.ClearFailuresAsync(account.Name, cancellationToken);
        await audit.AuditAsync(account.Name, "login", null, how, address, cancellationToken);
    }

    /// <summary>
    /// Whether somebody who is logged in knows the account's password. Wrong ones count as at the log-in: a session left open or stolen
    /// must not be a place to guess it without end. While the account is locked, nothing is right.
    /// </summary>
    public async Task<bool> ConfirmAsync(Account account, string? password, string? address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(account);
        bool locked = account.LockedUntil > clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (!locked && password is { Length: > 0 and <= AccountPasswords.Longest } && AccountPasswords.Verify(account, password)) return true;
        await audit.AuditAsync(account.Name, locked ? "login.locked" : "login.wrong", null, "confirmation", address, cancellationToken);
        if (!locked) await CountAsync(account, cancellationToken);
        return false;
    }

    /// <summary>Begins the session of a checked account. One that the browser has is ended: a log-in always gives a new one.</summary>
    public async Task BeginAsync(HttpContext context, Account account, string method, string? second)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(account);
        await EndOwnAsync(context, "logged in again");
        string secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        string agent = context.Request.Headers.UserAgent.ToString();
        await sessions.BeginSessionAsync(
            new(IdOf(secret), account.Name, method, second, now, now, context.Connection.RemoteIpAddress?.ToString(), agent.Length > LongestAgent ? agent[..LongestAgent] : agent, null, null),
            context.RequestAborted);
        List<Claim> claims = [new(ClaimTypes.Name, account.Name), new(Stamp, account.SecurityStamp), new(Secret, secret)];
        await context.SignInAsync(
            CookieAuthenticationDefaults.AuthenticationScheme,
            new ClaimsPrincipal(new ClaimsIdentity(claims, CookieAuthenticationDefaults.AuthenticationScheme)),
            new AuthenticationProperties { IsPersistent = false });
    }

    /// <summary>Ends the session of this request, in the store too: a copy of its cookie is worth nothing afterwards.</summary>
    public async Task EndOwnAsync(HttpContext context, string by)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.User.Identity is { IsAuthenticated: true, Name: { } name } && context.User.FindFirstValue(Session) is { } id)
            await sessions.EndSessionAsync(name, id, by, context.RequestAborted);
    }

    /// <summary>Whether a session still counts: not ended, not left alone for too long, not older than any may be.</summary>
    public bool Lives(SessionRow session)
    {
        ArgumentNullException.ThrowIfNull(session);
        DateTimeOffset now = clock.GetUtcNow();
        return session.EndedAt is null
            && now < DateTimeOffset.FromUnixTimeMilliseconds(session.SeenAt).AddHours(options.SessionHours)
            && now < DateTimeOffset.FromUnixTimeMilliseconds(session.CreatedAt).AddHours(options.SessionLifeHours);
    }

    /// <summary>Looks at each request's cookie again: account, password, session and rights are those of the store now.</summary>
    public static Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.HttpContext.RequestServices.GetRequiredService<SignIn>().LookAgainAsync(context);
    }

    private async Task LookAgainAsync(CookieValidatePrincipalContext context)
    {
        CancellationToken aborted = context.HttpContext.RequestAborted;
        ClaimsPrincipal? shown = context.Principal;
        Account? account = shown?.Identity?.Name is { } name ? await accounts.FindAccountAsync(name, aborted) : null;
        SessionRow? session = shown?.FindFirstValue(Secret) is { } secret ? await sessions.FindSessionAsync(IdOf(secret), aborted) : null;
        if (account is null || account.Disabled || account.SecurityStamp != shown!.FindFirstValue(Stamp) || session is null || session.Account != account.Name || !Lives(session))
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
            return;
        }

        // A board that refreshes itself is nobody at the desk: it keeps no session alive.
        if (!LiveRequests.IsLive(context.HttpContext.Request) && clock.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(session.SeenAt) > Noted) await NoteAsync(session.Id, aborted);
        // Rights are not in the cookie: what was taken away is gone with the next request.
        ClaimsIdentity identity = Viewer.Identity(account.Name, Permits.Of(account.Roles), account.Scope, CookieAuthenticationDefaults.AuthenticationScheme);
        identity.AddClaim(new(Session, session.Id));
        identity.AddClaim(new(Method, session.Method));
        // Who comes in by another's identity provider has no password here to change.
        if (account.MustChange && session.Method == "password") identity.AddClaim(new(MustChange, "1"));
        if (account.TotpSince is null && options.AsksForTotp(account.Roles) && (session.Method == "password" || !options.TrustProviderFactor)) identity.AddClaim(new(MustEnrol, "1"));
        context.ReplacePrincipal(new ClaimsPrincipal(identity));
    }

    private async Task NoteAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            await sessions.SeenAsync(id, cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            // Pages can be read while nothing can be written; the note is made with a later request.
        }
    }

    private async Task<bool> CountAsync(Account account, CancellationToken cancellationToken)
    {
        long until = clock.GetUtcNow().AddMinutes(options.LockMinutes).ToUnixTimeMilliseconds();
        return await accounts.CountFailureAsync(account.Name, count => count >= options.LockAfter ? until : null, cancellationToken) >= options.LockAfter;
    }

    private static string IdOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(secret)));
}
