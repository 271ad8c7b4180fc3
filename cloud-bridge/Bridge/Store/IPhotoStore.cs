namespace Devices.Bridge.Store;

/// <summary>What is known of one evidence photo. The picture itself lies outside the database.</summary>
/// <param name="RemovedAt">When its file was removed, and <paramref name="RemovedWhy"/> (<c>retention</c>, <c>erasure</c>); null while it is there.</param>
public sealed record PhotoRow(string Sha256, PunchKey Punch, string Person, long At, int Bytes, long ReceivedAt, long? RemovedAt, string? RemovedWhy);

/// <summary>References of photos: each belongs to a stored punch that names its SHA-256.</summary>
public interface IPhotoStore
{
    /// <summary>The stored punches of a terminal that name this photo; empty where none does.</summary>
    Task<IReadOnlyList<PunchKey>> NamedByAsync(string terminal, string sha256, CancellationToken cancellationToken = default);

    /// <summary>Notes that the file is there, for each punch that names it; repeats change nothing. A removed photo stays removed.</summary>
    /// <returns>False where no stored punch names it, or it was removed before.</returns>
    Task<bool> AddAsync(string terminal, string sha256, int bytes, CancellationToken cancellationToken = default);

    /// <summary>The photo of a punch; null where none came.</summary>
    Task<PhotoRow?> FindAsync(SiteScope scope, PunchKey punch, CancellationToken cancellationToken = default);

    /// <summary>Photos still there that came before a time, oldest first.</summary>
    Task<IReadOnlyList<PhotoRow>> ReceivedBeforeAsync(long before, int limit, CancellationToken cancellationToken = default);

    /// <summary>Photos of a person that are still there.</summary>
    Task<IReadOnlyList<PhotoRow>> OfPersonAsync(string person, int limit, CancellationToken cancellationToken = default);

    /// <summary>Notes the removal; afterwards the file may go, where <see cref="IsKeptAsync"/> says so.</summary>
    Task RemoveAsync(IReadOnlyList<PhotoRow> photos, string why, CancellationToken cancellationToken = default);

    /// <summary>Whether any punch's photo still lies in this file.</summary>
    Task<bool> IsKeptAsync(string sha256, CancellationToken cancellationToken = default);

    /// <summary>Photos there are, and their bytes.</summary>
    Task<(long Count, long Bytes)> TotalAsync(CancellationToken cancellationToken = default);
}
