namespace Devices.Bridge.Store;

/// <summary>Where a punch stands on its way to the platform (design section 7). Stored as lower-case text.</summary>
public enum DeliveryState
{
    /// <summary>Not yet tried.</summary>
    Pending,

    /// <summary>A call is being made; found after a crash it becomes <see cref="Ambiguous"/>.</summary>
    Sending,

    Delivered,

    /// <summary>Tried, to be tried again at <c>next_attempt_at</c>.</summary>
    Waiting,

    /// <summary>The platform may or may not have it: ask its record list before sending again.</summary>
    Ambiguous,

    /// <summary>Dead letter: someone has to decide; <c>reason</c> says what.</summary>
    Dead,

    /// <summary>Its time is not trusted (clock = held): HR decides before it is sent.</summary>
    Held,

    /// <summary>Will not be sent, for the reason given (no platform configured, the policy leaves it out, or HR said so).</summary>
    Skipped,

    /// <summary>Kept back to save metered calls, for the reason given; it blocks nobody and goes out by itself, or when HR says so.</summary>
    Deferred,
}
