namespace Devices.Bridge.Store;

/// <summary>What punches that came late do to what was decided before: looked at once each, in order of arrival.</summary>
public interface ILateStore
{
    /// <summary>
    /// Looks at the next punches of terminals: those of a month that was closed before they came are noted and raise an exception, and those
    /// beside one that a correction made raise another. Returns how many were looked at.
    /// </summary>
    /// <param name="dayOf">The attendance day of a person's moment, <c>yyyy-MM-dd</c>.</param>
    Task<int> LookAsync(int limit, long repeatMs, Func<string, long, string> dayOf, CancellationToken cancellationToken = default);

    /// <summary>Punches that came after their month was closed, in order of arrival.</summary>
    Task<IReadOnlyList<StoredPunch>> LateAsync(SiteScope scope, string month, int limit, CancellationToken cancellationToken = default);
}
