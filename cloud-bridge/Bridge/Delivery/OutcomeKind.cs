namespace Devices.Bridge.Delivery;

/// <summary>What a worker does after a call.</summary>
public enum OutcomeKind
{
    /// <summary>Answered as taken.</summary>
    Accepted,

    /// <summary>Surely not recorded; this punch is tried again later.</summary>
    Transient,

    /// <summary>The call never reached the platform; this punch is tried again later.</summary>
    Unreachable,

    /// <summary>Surely not recorded; every call of the tenant waits.</summary>
    Throttled,

    /// <summary>The platform blocks this address: every call of the tenant waits minutes.</summary>
    Banned,

    /// <summary>Nobody knows whether it was recorded: the platform is asked before anything is sent again.</summary>
    Ambiguous,

    /// <summary>This punch will never be taken as it is: dead letter.</summary>
    Refused,

    /// <summary>Nothing will be taken until somebody changes a setting: the tenant's delivery stops and alerts.</summary>
    Configuration,

    /// <summary>The month's calls are used up: delivery waits for the next month or a bigger allowance.</summary>
    Budget,
}
