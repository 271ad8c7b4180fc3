using Devices.Bridge.Photos;
using Devices.Bridge.Store;

namespace Devices.Bridge.Privacy;

/// <summary>Erases a person: the tombstone first, then the store in one transaction, then the photos' files. Each step may be made again.</summary>
public sealed class PersonErasure(IPrivacyStore store, Tombstones tombstones, PhotoRemoval photos, TimeProvider clock)
{
    /// <param name="reason">Why, in words: whose request.</param>
    public async Task<(ErasureVerdict Verdict, ErasedPerson? Erased)> EraseAsync(string person, string by, string reason, CancellationToken cancellationToken)
    {
        long at = clock.GetUtcNow().ToUnixTimeMilliseconds();
        (ErasureVerdict verdict, ErasedPerson? erased) = await store.EraseAsync(person, by, reason, at, force: false, cancellationToken);
        if (erased is null) return (verdict, null);
        // Also where it was made before: a crash may have come between.
        await tombstones.AddAsync(person, erased.ErasedAt, cancellationToken);
        await photos.OfPersonAsync(person, by, cancellationToken);
        return (verdict, erased);
    }
}
