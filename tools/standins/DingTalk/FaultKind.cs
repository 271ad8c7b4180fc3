namespace Devices.Standins.DingTalk;

/// <summary>What a fault does to a call.</summary>
public enum FaultKind
{
    /// <summary>Waits <c>delay_ms</c> before the call is handled, or after with <c>after_recording</c>.</summary>
    Delay,

    /// <summary>Closes the connection; nothing was recorded.</summary>
    CloseBeforeRecording,

    /// <summary>Handles the call, then closes the connection without an answer: the ambiguous upload.</summary>
    CloseAfterRecording,

    /// <summary>Answers HTTP <c>status</c> (500, 502, 503, …), before handling or after with <c>after_recording</c>.</summary>
    HttpError,

    /// <summary>The egress-IP ban: an HTML page, or the short JSON with <c>"json": true</c>.</summary>
    IpBan,

    /// <summary>Answers <c>errcode</c>, wrapped as 88 with <c>"wrapped": true</c>; new API: HTTP <c>status</c> and <c>code</c>.</summary>
    Errcode,

    /// <summary>Ends the validity of all tokens just before the call is judged.</summary>
    ExpiredToken,

    /// <summary>Throttled as if the app's per-second limit was reached.</summary>
    Throttle,

    /// <summary>The permission point is not granted: 88/60011, or 403 AccessTokenPermissionDenied.</summary>
    NoPermission,

    /// <summary>The caller's address is not in the app's list: 60020, or 403 IpNotInWhiteList.</summary>
    IpNotAllowed,

    /// <summary>The month's metered calls are gone: 90020, or 403 ApiCountLimitForOrg. Metered calls only.</summary>
    MonthExhausted,

    /// <summary>The cloud's clock is off by <c>shift_ms</c> while the fault is there.</summary>
    ClockShift,

    /// <summary>A member list ends after this page although it goes on: <c>has_more</c> false.</summary>
    TruncatedList,

    /// <summary>A member list's <c>next_cursor</c> does not move.</summary>
    StuckCursor,

    /// <summary>A list without its <c>result</c>, and errcode 0.</summary>
    NoResult,

    /// <summary>Events: the consumer's answer is lost, so the event comes again.</summary>
    LostAck,

    /// <summary>Events: the same frame twice.</summary>
    DuplicateFrame,

    /// <summary>Events: the connection is cut right after the frame.</summary>
    DisconnectMid,

    /// <summary>Events: sent behind those that happened with it.</summary>
    OutOfOrder,

    /// <summary>Events by push: signed with something else.</summary>
    BadSignature,

    /// <summary>Events by push: signed two hours ago.</summary>
    ExpiredTimestamp,

    /// <summary>Events by push: encrypted for another app.</summary>
    WrongOwner,
}
