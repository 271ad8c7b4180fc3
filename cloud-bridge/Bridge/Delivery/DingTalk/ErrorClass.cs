namespace Devices.Bridge.Delivery.DingTalk;

/// <summary>What one of DingTalk's codes means for a client.</summary>
public enum ErrorClass
{
    /// <summary>Not recorded; the same call may succeed later.</summary>
    Transient,

    /// <summary>Not recorded; all calls of the app wait.</summary>
    Throttled,

    /// <summary>The egress address is blocked: all calls wait five minutes.</summary>
    IpBan,

    /// <summary>This record will never be taken.</summary>
    PermanentForRecord,

    /// <summary>Nothing will be taken until a setting is changed.</summary>
    Configuration,

    /// <summary>The access token is no good: renew it once.</summary>
    Token,

    /// <summary>The month's metered calls are used up.</summary>
    Budget,

    /// <summary>It may or may not have been recorded.</summary>
    Ambiguous,
}
