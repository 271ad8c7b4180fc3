using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Devices.Bridge.Web.Security;

/// <summary>
/// On HTTPS the bridge's cookies carry the prefix <c>__Host-</c> (RFC 6265bis): no other host of the same domain, and no plain HTTP, can
/// set one that the bridge would take. The same pages serve plain HTTP on loopback, where the prefix is not allowed, so the names are
/// turned here, outside of everything that reads or sets them.
/// </summary>
internal static class HostCookies
{
    private const string Own = "devices-";
    private const string Prefix = "__Host-";

    public static IApplicationBuilder UseHostCookies(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (!context.Request.IsHttps) return next(context);
        IHeaderDictionary headers = context.Request.Headers;
        if (headers.Cookie.Count > 0) headers.Cookie = new StringValues(Incoming(headers.Cookie));
        context.Response.OnStarting(() =>
        {
            IHeaderDictionary answer = context.Response.Headers;
            if (answer.SetCookie.Count > 0) answer.SetCookie = new StringValues([.. answer.SetCookie.Select(Outgoing)]);
            return Task.CompletedTask;
        });
        return next(context);
    });

    // One that came without the prefix was not set here.
    private static string Incoming(StringValues cookies) => string.Join("; ", cookies.SelectMany(line => (line ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        .Where(cookie => !cookie.StartsWith(Own, StringComparison.Ordinal))
        .Select(cookie => cookie.StartsWith(Prefix + Own, StringComparison.Ordinal) ? cookie[Prefix.Length..] : cookie));

    private static string? Outgoing(string? cookie)
    {
        if (cookie is null || !cookie.StartsWith(Own, StringComparison.Ordinal) || !SetCookieHeaderValue.TryParse(cookie, out SetCookieHeaderValue? value)) return cookie;
        value.Name = Prefix + value.Name.ToString();
        value.Secure = true;
        value.Path = "/";
        value.Domain = null;
        return value.ToString();
    }
}
