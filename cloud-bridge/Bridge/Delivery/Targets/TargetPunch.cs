using Devices.Bridge.Store;
using Devices.Contract.Punches;

namespace Devices.Bridge.Delivery.Targets;

/// <summary>What a target is told of one punch. Nothing here changes after the punch was stored, so a repeat is the same to the byte.</summary>
/// <param name="At">When the person stood there, ms since the Unix epoch, UTC. Never the time of sending (frappe/biometric-attendance-sync-tool#64).</param>
/// <param name="UncertaintyMs">Half-width around <paramref name="At"/>.</param>
/// <param name="StoredAt">When the bridge committed it, ms since the Unix epoch.</param>
/// <param name="Id">Order of arrival at the bridge.</param>
public sealed record TargetPunch(
    long Id, PunchKey Key, string Person, long At, ClockQuality Clock, long UncertaintyMs, PunchMethod Method, PunchDirection Direction, long StoredAt)
{
    public static TargetPunch Of(StoredPunch row)
    {
        ArgumentNullException.ThrowIfNull(row);
        Punch punch = row.Punch;
        return new(row.Id, row.Key, punch.Person, punch.At, punch.Clock, punch.UncertaintyMs, punch.Method, punch.Direction, row.ReceivedAt);
    }
}
