using Devices.Contract.Punches;

namespace Devices.Edge.Ledger.Store;

/// <summary>A row of the ledger: the draft, the clocks as they stood, and, once sealed, the punch as it goes up.</summary>
/// <param name="Seq">Place in the ledger, from 1.</param>
/// <param name="Draft">What was recorded.</param>
/// <param name="WallMs">The raw wall clock, ms since the Unix epoch.</param>
/// <param name="MonotonicMs">The monotonic clock, ms since boot.</param>
/// <param name="BootId">That boot.</param>
/// <param name="Sealed">The final punch with its chain value; null while the time is held.</param>
public sealed record StoredPunch(long Seq, PunchDraft Draft, long WallMs, long MonotonicMs, string BootId, Punch? Sealed)
{
    /// <summary>Final time where sealed, else the raw wall clock. Ms since the Unix epoch.</summary>
    public long BestAtMs => Sealed?.At ?? WallMs;
}
