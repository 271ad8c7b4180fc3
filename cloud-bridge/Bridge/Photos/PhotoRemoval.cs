using System.Globalization;
using Devices.Bridge.Store;

namespace Devices.Bridge.Photos;

/// <summary>What a removal did.</summary>
/// <param name="Photos">Photos removed.</param>
/// <param name="LeftOvers">Files that no row speaks of (left by a crash), removed too.</param>
public sealed record RemovalReport(int Photos, long Bytes, int LeftOvers);

/// <summary>
/// Removes photos: by age, and all of a person. The row is marked first, then the file goes: a crash in between leaves a file without a
/// kept row, which the sweep takes. Each run that removed something is an audit row.
/// </summary>
public sealed class PhotoRemoval(PhotoOptions options, PhotoVault vault, IPhotoStore photos, IAuditStore audit, TimeProvider time)
{
    private const int Portion = 200;
    // A file whose row is about to be written must not be taken for a left-over.
    private static readonly TimeSpan Settled = TimeSpan.FromHours(1);

    /// <summary>Everything that came before the retention's days, and left-overs.</summary>
    public async Task<RemovalReport> ByAgeAsync(CancellationToken cancellationToken)
    {
        long before = time.GetUtcNow().AddDays(-options.RetentionDays).ToUnixTimeMilliseconds();
        (int count, long bytes) = await RemoveAsync(() => photos.ReceivedBeforeAsync(before, Portion, cancellationToken), "retention", cancellationToken);
        int left = 0;
        foreach ((string file, string? sha256) in vault.Files(time.GetUtcNow() - Settled))
        {
            if (sha256 is not null && await photos.IsKeptAsync(sha256, cancellationToken)) continue;
            File.Delete(file);
            left++;
        }
        RemovalReport report = new(count, bytes, left);
        if (count + left > 0)
            await audit.AuditAsync("bridge", "photos-retention", null,
                string.Create(CultureInfo.InvariantCulture, $"{count} photos ({bytes} bytes) older than {options.RetentionDays} days and {left} left-over files removed"), null, cancellationToken);
        return report;
    }

    /// <summary>Every photo of a person, whatever its age: for an erasure.</summary>
    /// <param name="actor">Whose decision it was: an account, or <c>bridge</c>.</param>
    public async Task<RemovalReport> OfPersonAsync(string person, string actor, CancellationToken cancellationToken)
    {
        (int count, long bytes) = await RemoveAsync(() => photos.OfPersonAsync(person, Portion, cancellationToken), "erasure", cancellationToken);
        await audit.AuditAsync(actor, "photos-erase", person, string.Create(CultureInfo.InvariantCulture, $"{count} photos ({bytes} bytes) removed"), null, cancellationToken);
        return new(count, bytes, 0);
    }

    private async Task<(int Count, long Bytes)> RemoveAsync(Func<Task<IReadOnlyList<PhotoRow>>> next, string why, CancellationToken cancellationToken)
    {
        int count = 0;
        long bytes = 0;
        while (await next() is { Count: > 0 } rows)
        {
            await photos.RemoveAsync(rows, why, cancellationToken);
            foreach (PhotoRow row in rows)
            {
                if (!await photos.IsKeptAsync(row.Sha256, cancellationToken)) vault.Delete(row.Sha256);
                count++;
                bytes += row.Bytes;
            }
        }
        return (count, bytes);
    }
}
