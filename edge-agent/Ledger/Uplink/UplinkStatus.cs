namespace Devices.Edge.Ledger.Uplink;

/// <summary>The uplink as it stands, for <c>/status</c>.</summary>
/// <param name="Condition">In one word.</param>
/// <param name="Text">In one sentence.</param>
/// <param name="Since">When that began, by the wall clock.</param>
/// <param name="Through">The bridge's durable watermark as last taken.</param>
/// <param name="Connects">Connections made since start.</param>
/// <param name="LastAnswer">When the bridge last told its state; null before the first.</param>
public sealed record UplinkStatus(UplinkCondition Condition, string Text, DateTimeOffset Since, long Through, long Connects, DateTimeOffset? LastAnswer);

/// <summary>How the uplink stands.</summary>
public enum UplinkCondition
{
    /// <summary>Not started.</summary>
    Idle,

    /// <summary>Trying.</summary>
    Connecting,

    /// <summary>Connected and answered.</summary>
    Online,

    /// <summary>No link; waiting to try again.</summary>
    Offline,

    /// <summary>Connected, but punches are not sent until a person has acted; they are all kept.</summary>
    Stopped,
}

/// <summary>Something the uplink did, in plain words, for narration.</summary>
/// <param name="Kind">Of what kind.</param>
/// <param name="Text">One sentence.</param>
/// <param name="From">For <see cref="UplinkNoteKind.Acknowledged"/>: first seq newly acknowledged; else 0.</param>
/// <param name="Through">For <see cref="UplinkNoteKind.Acknowledged"/>: last seq; else 0.</param>
public sealed record UplinkNote(UplinkNoteKind Kind, string Text, long From = 0, long Through = 0);

/// <summary>Kinds of <see cref="UplinkNote"/>.</summary>
public enum UplinkNoteKind
{
    Connected,
    Lost,
    Acknowledged,

    /// <summary>The bridge did not take something; it will be sent again.</summary>
    Refused,

    /// <summary>The bridge is behind and asked for a pause.</summary>
    SlowedDown,

    /// <summary>Sending was stopped until a person acts.</summary>
    Stopped,

    /// <summary>Sending goes on after it was stopped.</summary>
    Resumed,

    /// <summary>The bridge has less than before: punches are sent again.</summary>
    Rewound,
}
