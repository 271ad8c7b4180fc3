using Devices.Contract.Punches;

namespace Devices.Edge.Ledger.Store;

/// <summary>What the terminal knows of a punch before the ledger gives it a place and a time. Fields as in <see cref="Punch"/>.</summary>
public sealed record PunchDraft
{
    /// <summary>The platform's userid, 1 to 64 bytes of UTF-8.</summary>
    public required string Person { get; init; }

    public required PunchMethod Method { get; init; }
    public PunchDirection Direction { get; init; } = PunchDirection.None;
    public float? Score { get; init; }
    public float? Threshold { get; init; }
    public float? Liveness { get; init; }
    public string? Pack { get; init; }

    /// <summary>SHA-256 of the evidence crop, 64 lower-case hex digits.</summary>
    public string? Photo { get; init; }

    /// <summary>
    /// Unique key of where the punch came from (the MCU's card entry id), at most 128 characters: a second append with the same key
    /// yields the same punch, however many crashes lay between. Null where the source cannot repeat.
    /// </summary>
    public string? Origin { get; init; }
}
