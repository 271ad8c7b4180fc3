namespace Devices.Bridge.Store;

/// <summary>How far a file of the CSV drop is. The order is the whole protocol: what it says has surely happened on the disk.</summary>
public enum CsvFileState
{
    /// <summary>Its rows are decided; nothing under its name can be in the directory yet.</summary>
    Planned,

    /// <summary>It lies whole beside the directory's files under its temporary name; the rename may or may not have happened.</summary>
    Written,

    /// <summary>The rename is done and on the disk.</summary>
    Placed,
}

/// <param name="RowsOf">The file whose rows it holds: itself, or another that is dropped again.</param>
public sealed record CsvFileRow(long Id, string Name, CsvFileState State, long RowsOf, int RowCount, string? Sha256, long CreatedAt, long? PlacedAt);

/// <summary>What waits for the next file.</summary>
/// <param name="Oldest">When the first was taken, ms since the Unix epoch; null where none waits.</param>
public sealed record CsvWaiting(int Count, long? Oldest);

/// <summary>Which punch went into which file.</summary>
public interface ICsvDropStore
{
    /// <summary>Notes punches for the next file; those taken before stay where they are. Returns how many are new.</summary>
    Task<int> TakeAsync(IReadOnlyList<long> punchIds, CancellationToken cancellationToken = default);

    Task<CsvWaiting> WaitingAsync(CancellationToken cancellationToken = default);

    /// <summary>Decides the next file: at most so many waiting punches in order of arrival, and its name by the first and the last. Null where none waits.</summary>
    Task<CsvFileRow?> PlanAsync(int most, Func<long, long, string> name, CancellationToken cancellationToken = default);

    /// <summary>Decides that a file's rows are dropped again under another name. Null where there is no such file, or the name is taken.</summary>
    Task<CsvFileRow?> PlanAgainAsync(string name, Func<int, string> again, CancellationToken cancellationToken = default);

    /// <summary>Files that are not placed, oldest first.</summary>
    Task<IReadOnlyList<CsvFileRow>> UnplacedAsync(CancellationToken cancellationToken = default);

    /// <summary>Newest first.</summary>
    Task<IReadOnlyList<CsvFileRow>> FilesAsync(int limit, CancellationToken cancellationToken = default);

    /// <summary>A file's punches, by time.</summary>
    Task<IReadOnlyList<StoredPunch>> RowsAsync(CsvFileRow file, CancellationToken cancellationToken = default);

    Task MarkAsync(long id, CsvFileState state, string? sha256, CancellationToken cancellationToken = default);
}
