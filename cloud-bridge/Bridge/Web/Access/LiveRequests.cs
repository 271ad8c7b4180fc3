namespace Devices.Bridge.Web.Access;

/// <summary>
/// Requests that a page makes by itself: by script with a header, without script by the address that it loads again. A board that refreshes
/// itself is nobody at the desk, so these keep no session alive.
/// </summary>
public static class LiveRequests
{
    /// <summary>What <c>live.js</c> sends.</summary>
    public const string Header = "X-Live";

    /// <summary>What stands in the address of a page that loads itself again.</summary>
    public const string Query = "live";

    public static bool IsLive(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Headers.ContainsKey(Header) || request.Query[Query] == "1";
    }
}
