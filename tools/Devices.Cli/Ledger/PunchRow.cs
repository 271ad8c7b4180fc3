using Devices.Contract.Punches;
using Devices.Edge.Ledger.Store;

namespace Devices.Cli.Ledger;

/// <summary>One punch in <c>devices ledger show --json</c>. Fields are those of the contract's punch, and the raw clocks.</summary>
/// <param name="At">Final time where sealed, else the raw wall clock; ms since the Unix epoch.</param>
/// <param name="Clock">The contract's word; <c>held</c> while not sealed.</param>
public sealed record PunchRow(
    string Terminal, Guid Ledger, long Seq, string Person, long At, string Clock, long UncertaintyMs, string Method, string Direction,
    float? Score, float? Threshold, float? Liveness, string? Pack, string? Photo, string? Origin, bool Sealed, string? Chain, long WallMs, long MonotonicMs, string BootId)
{
    public static PunchRow Of(StoredPunch stored, LedgerReader ledger) => new(
        ledger.Terminal, ledger.LedgerId, stored.Seq, stored.Draft.Person, stored.BestAtMs, Word(stored.Sealed?.Clock ?? ClockQuality.Held), stored.Sealed?.UncertaintyMs ?? -1,
        Word(stored.Draft.Method), Word(stored.Draft.Direction), stored.Draft.Score, stored.Draft.Threshold, stored.Draft.Liveness, stored.Draft.Pack, stored.Draft.Photo,
        stored.Draft.Origin, stored.Sealed is not null, stored.Sealed?.Chain, stored.WallMs, stored.MonotonicMs, stored.BootId);

    // The contract's JSON words are the enumerations' names in lower case.
    private static string Word(Enum value) => value.ToString().ToLowerInvariant();
}
