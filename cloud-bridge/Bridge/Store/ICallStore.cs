namespace Devices.Bridge.Store;

/// <summary>The platform's metered calls by month and kind, and the first-ins by day.</summary>
public interface ICallStore
{
    /// <summary>Counts one call unless the month has <paramref name="most"/> already; false where it has.</summary>
    /// <param name="month">As <c>2026-09</c>, in the platform's zone.</param>
    /// <param name="kind">As <c>upload</c>.</param>
    /// <param name="firstOn">The day, as <c>2026-09-30</c>, where the call is for a first-in.</param>
    Task<bool> TakeAsync(string month, string kind, long most, string? firstOn, CancellationToken cancellationToken = default);

    /// <summary>Undoes <see cref="TakeAsync"/>.</summary>
    Task ReturnAsync(string month, string kind, string? firstOn, CancellationToken cancellationToken = default);

    /// <summary>Calls of a month by kind; <c>metered</c> is the sum.</summary>
    Task<IReadOnlyDictionary<string, long>> CallsAsync(string month, CancellationToken cancellationToken = default);

    /// <summary>First-ins by day, <paramref name="first"/> ≤ day ≤ <paramref name="last"/>.</summary>
    Task<IReadOnlyDictionary<string, long>> FirstsAsync(string first, string last, CancellationToken cancellationToken = default);
}
