namespace Devices.Bridge.Delivery.Targets;

/// <summary>The <c>Retry-After</c> header (RFC 9110 section 10.2.3), within bounds.</summary>
public static class RetryAfter
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>How long the server asks to be left alone, at most an hour; <paramref name="otherwise"/> where it does not say.</summary>
    public static TimeSpan Of(HttpResponseMessage response, DateTimeOffset now, TimeSpan otherwise)
    {
        ArgumentNullException.ThrowIfNull(response);
        TimeSpan wait = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - now,
            _ => otherwise,
        };
        return wait < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : wait > Longest ? Longest : wait;
    }
}
