using Devices.Bridge.Store;

namespace Devices.Bridge.Roster;

/// <summary>
/// Holds a mass disappearance back. Leavers of the last 24 hours count together, so that a fault which takes people away one by one
/// stops too.
/// </summary>
public sealed class RosterGuard(IPeopleStore people, RosterOptions options, TimeProvider clock)
{
    private const int AlwaysAllowed = 2;

    private static readonly TimeSpan Window = TimeSpan.FromHours(24);

    /// <summary>Whether so many more leavers among the active people need somebody's word.</summary>
    public async Task<bool> TripsAsync(int gone, int active, RosterStatus status, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(status);
        if (gone == 0) return false;
        // Nobody left at all is an empty answer, not an organisation.
        if (gone == active) return true;
        long since = Math.Max((clock.GetUtcNow() - Window).ToUnixTimeMilliseconds(), status.ConfirmedAt);
        int left = await people.LeftSinceAsync(since, cancellationToken);
        return gone + left > AlwaysAllowed && gone + left > (active + left) * options.MissingShare;
    }
}
