namespace Devices.Bridge.Store;

/// <summary>
/// Corrections: insert-only records, and decisions about them as further ones. What was decided is applied in the decision's own
/// transaction: a punch is struck, or a new one is written into the ledger that the bridge keeps for its site, with its outbox rows.
/// </summary>
public interface ICorrectionStore
{
    /// <summary>Records a correction. Whatever stands against it is looked at in the same transaction, so that of two at once the second is told.</summary>
    /// <param name="apply">Whether it counts at once; else it is proposed.</param>
    /// <param name="repeatMs">A person's punches so near are one.</param>
    Task<CorrectionResult> RecordAsync(SiteScope scope, NewCorrection correction, bool apply, long repeatMs, CancellationToken cancellationToken = default);

    /// <summary>Decides about a proposal, once. Approval looks again at what may stand against it.</summary>
    Task<CorrectionResult> DecideAsync(SiteScope scope, long id, CorrectionState verdict, string by, string? note, long repeatMs, CancellationToken cancellationToken = default);

    Task<CorrectionRow?> FindAsync(SiteScope scope, long id, CancellationToken cancellationToken = default);

    /// <summary>Newest first.</summary>
    Task<IReadOnlyList<CorrectionRow>> ListAsync(SiteScope scope, CorrectionFilter filter, int limit, CancellationToken cancellationToken = default);

    /// <summary>All of one punch, oldest first.</summary>
    Task<IReadOnlyList<CorrectionRow>> OfPunchAsync(SiteScope scope, long punchId, CancellationToken cancellationToken = default);

    /// <summary>What an approved correction means for a punch; null where it is none that was approved.</summary>
    Task<CorrectionNews?> NewsAsync(long correction, long punchId, CancellationToken cancellationToken = default);

    /// <summary>What places have that does not count here, oldest correction first.</summary>
    Task<IReadOnlyList<CorrectionDifference>> DifferencesAsync(SiteScope scope, int limit, CancellationToken cancellationToken = default);

    /// <summary>Notes that a place does not show a struck punch any more. False where nothing was open.</summary>
    /// <param name="gone">Seen by the bridge itself; else somebody says so.</param>
    Task<bool> SettleAsync(SiteScope scope, long punchId, string target, bool gone, string by, CancellationToken cancellationToken = default);

    /// <summary>The userids that an account is linked to: nobody corrects themself.</summary>
    Task<IReadOnlyList<string>> PeopleOfAsync(string account, CancellationToken cancellationToken = default);

    /// <summary>Computes how every punch counts anew from the records; the number of rows that were not as they should be.</summary>
    Task<int> RebuildAsync(CancellationToken cancellationToken = default);
}
