namespace Devices.Bridge.Delivery.Planning;

/// <summary>Which punches the tenant spends metered calls on: <c>Bridge:Platform:Policy</c>.</summary>
public enum SendPolicy
{
    /// <summary><c>all</c>: every punch.</summary>
    All,

    /// <summary><c>first-last</c>: a person's first-in and last-out of each attendance day.</summary>
    FirstLast,

    /// <summary><c>shift-windows</c>: punches around the site's shift only.</summary>
    ShiftWindows,
}
