using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Claims;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;

namespace Devices.Bridge.Web.Api;

/// <summary>
/// Lets a program in by <c>Authorization: Bearer dvk_…</c>, below <c>/api/v1</c> only, for reading only, to the addresses that its key
/// names, at its pace. A request with a key is never also a person's: its cookie, if it has one, is not looked at.
/// </summary>
internal sealed class ApiGate(IApiKeyStore keys, WebOptions options, TimeProvider clock)
{
    /// <summary>The claim that says that a key asks, with its id.</summary>
    public const string KeyClaim = "api-key";
    private const string NamesClaim = "api-names";
    private const int WrongKeysAMinute = 30;
    private const int MostWindows = 10_000;

    private readonly ConcurrentDictionary<string, Window> _windows = new(StringComparer.Ordinal);

    /// <summary>Whether names may be in the answer: a person's log-in sees them, a key by its word.</summary>
    public static bool Names(ClaimsPrincipal user) => !user.HasClaim(c => c.Type == KeyClaim) || user.HasClaim(NamesClaim, "1");

    public static bool IsKey(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
        && context.Request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase);

    public async Task InvokeAsync(HttpContext context, Func<Task> next)
    {
        if (!IsKey(context))
        {
            await next();
            return;
        }

        context.User = new ClaimsPrincipal();
        string address = context.Connection.RemoteIpAddress?.ToString() ?? "";
        ApiKey? key = await keys.FindAsync(ApiToken.Hash(context.Request.Headers.Authorization.ToString()["Bearer ".Length..].Trim()), context.RequestAborted);
        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (key is null || key.RevokedAt is not null || key.ExpiresAt <= now)
        {
            if (!Take(context, "wrong " + address, WrongKeysAMinute, now))
            {
                await ApiProblem.WriteAsync(context, StatusCodes.Status429TooManyRequests, "Too many wrong keys came from this address: Retry-After says for how long to wait.");
                return;
            }

            context.Response.Headers.WWWAuthenticate = "Bearer";
            await ApiProblem.WriteAsync(context, StatusCodes.Status401Unauthorized, key is null ? "There is no such key." : key.RevokedAt is not null ? "This key is revoked." : "This key has expired.");
            return;
        }

        if (!Take(context, "key " + key.Id.ToString(CultureInfo.InvariantCulture), options.ApiPerMinute, now))
        {
            await ApiProblem.WriteAsync(context, StatusCodes.Status429TooManyRequests, $"This key may ask {options.ApiPerMinute} times a minute: Retry-After says for how long to wait.");
            return;
        }

        if (context.GetEndpoint() is { } endpoint && (endpoint.Metadata.GetMetadata<ApiResource>() is not { } resource || !key.Resources.Contains(resource.Name)))
        {
            await ApiProblem.WriteAsync(context, StatusCodes.Status403Forbidden, $"This key may not read this address: it reads {string.Join(", ", key.Resources)}.");
            return;
        }

        ClaimsIdentity identity = Viewer.Identity($"key:{key.Name}", ApiResource.Rights(key.Resources), key.Scope, "api-key");
        identity.AddClaim(new Claim(KeyClaim, key.Id.ToString(CultureInfo.InvariantCulture)));
        if (key.Resources.Contains(ApiResource.Names)) identity.AddClaim(new Claim(NamesClaim, "1"));
        context.User = new ClaimsPrincipal(identity);
        // Once a minute is often enough to see that a key is in use.
        if (key.LastUsedAt is not { } used || now - used > 60_000 || key.LastAddress != address) await keys.UsedAsync(key.Id, address, context.RequestAborted);
        await next();
    }

    // A minute from its first request on; the headers are those of draft-ietf-httpapi-ratelimit-headers-07.
    private bool Take(HttpContext context, string who, int most, long now)
    {
        if (_windows.Count > MostWindows) foreach ((string old, Window window) in _windows) if (now - window.Start >= 60_000) _windows.TryRemove(old, out _);
        Window mine = _windows.AddOrUpdate(who, _ => new(now, 1), (_, window) => now - window.Start >= 60_000 ? new(now, 1) : window with { Count = window.Count + 1 });
        long reset = Math.Max(1, (mine.Start + 60_000 - now + 999) / 1000);
        IHeaderDictionary headers = context.Response.Headers;
        headers["RateLimit-Limit"] = most.ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Remaining"] = Math.Max(0, most - mine.Count).ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Reset"] = reset.ToString(CultureInfo.InvariantCulture);
        if (mine.Count <= most) return true;
        headers.RetryAfter = reset.ToString(CultureInfo.InvariantCulture);
        context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        return false;
    }

    private sealed record Window(long Start, int Count);
}
