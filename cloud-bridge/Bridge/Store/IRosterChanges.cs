namespace Devices.Bridge.Store;

/// <summary>The last change of one person.</summary>
/// <param name="Revision">Where the change stands in the order of all changes; grows by one a change, whatever person it is.</param>
/// <param name="Person">As it is since then; <see cref="Person.Active"/> is false for a leaver (a tombstone, kept for good).</param>
/// <param name="At">When the bridge learned of it, ms since the Unix epoch; for a leaver the time of leaving.</param>
public sealed record PersonChange(long Revision, Person Person, long At)
{
    /// <summary>A leaving that is only there for the face's sake: whoever judges <see cref="FaceConsent"/> is not told it.</summary>
    public bool FaceOnly { get; init; }

    /// <summary>What stands against face recognition of this person, as terminals are told it; null for nothing.</summary>
    public string? FaceConsent { get; init; }
}

/// <summary>
/// What changed in the roster, in order: one counter for the whole roster, committed in its own order (who has seen revision N has
/// missed nothing below it). Terminals are brought up to date from it.
/// </summary>
public interface IRosterChanges
{
    /// <summary>
    /// The newest revision; 0 before the first person. A store restored from a backup may be behind what a terminal has seen: a
    /// terminal that names a higher revision than this has to begin at 0.
    /// </summary>
    Task<long> RevisionAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Everybody whose last change is newer than <paramref name="revision"/>, by revision, leavers too; each person once, as it is now, and before that any change that has to be heard of
    /// whatever came after it (what terminals hold of the person is to be erased, and the person is still here).
    /// Ask again from the last row's revision until nothing comes: who changes in between moves to a later page and is not missed.
    /// </summary>
    Task<IReadOnlyList<PersonChange>> ChangesAfterAsync(long revision, int limit, CancellationToken cancellationToken = default);
}
