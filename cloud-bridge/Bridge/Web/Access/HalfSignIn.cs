using System.Globalization;
using System.Security.Cryptography;
using Devices.Bridge.Store;
using Microsoft.AspNetCore.DataProtection;

namespace Devices.Bridge.Web.Access;

/// <summary>Between the first factor and the second: a sealed cookie that is good for one page and five minutes, and opens nothing.</summary>
public sealed class HalfSignIn(IAccountStore accounts, IDataProtectionProvider protection)
{
    /// <summary>The cookie.</summary>
    public const string Cookie = "devices-second";

    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);
    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector("devices.second").ToTimeLimitedDataProtector();

    /// <summary>Notes that the first factor was right.</summary>
    public void Set(HttpContext context, Account account, string method)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(account);
        string value = _protector.Protect(string.Create(CultureInfo.InvariantCulture, $"{account.SecurityStamp}\n{method}\n{account.Name}"), Life);
        context.Response.Cookies.Append(Cookie, value, new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, Path = "/", MaxAge = Life, IsEssential = true });
    }

    /// <summary>Who has given the first factor; null for nobody, or where the password has changed since.</summary>
    public async Task<(Account Account, string Method)?> GetAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Request.Cookies[Cookie] is not { Length: > 0 and < 2000 } value) return null;
        try
        {
            string[] parts = _protector.Unprotect(value).Split('\n', 3);
            Account? account = parts.Length == 3 ? await accounts.FindAccountAsync(parts[2], context.RequestAborted) : null;
            return account is { Disabled: false } && account.SecurityStamp == parts[0] ? (account, parts[1]) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Takes the note away.</summary>
    public static void Clear(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Response.Cookies.Delete(Cookie, new() { Path = "/", Secure = context.Request.IsHttps });
    }
}
