using Devices.Bridge.Store;
using Devices.Contract.Punches;
using NodaTime;

namespace Devices.Bridge.Attendance;

/// <summary>What attendance needs of a punch. The punch itself is never changed.</summary>
/// <param name="Uncertainty">Half-width of the interval around <paramref name="At"/>; null where it is unknown (held): HR decides first.</param>
public sealed record TimedPunch(PunchKey Key, Instant At, Duration? Uncertainty, PunchDirection Direction)
{
    public static TimedPunch Of(Punch punch)
    {
        ArgumentNullException.ThrowIfNull(punch);
        return new(
            new(punch.Terminal, punch.Ledger, punch.Seq), Instant.FromUnixTimeMilliseconds(punch.At),
            punch.UncertaintyMs < 0 ? null : Duration.FromMilliseconds(punch.UncertaintyMs), punch.Direction);
    }
}
