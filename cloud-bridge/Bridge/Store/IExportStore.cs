namespace Devices.Bridge.Store;

/// <summary>How far an export is.</summary>
public enum ExportState
{
    /// <summary>It waits for its turn.</summary>
    Waiting,
    Running,

    /// <summary>The file lies there until it expires.</summary>
    Done,
    Failed,
    Cancelled,

    /// <summary>The file is removed.</summary>
    Expired,
}

/// <param name="Kind">What is in it: <c>punches</c>, <c>days</c> or <c>month</c>.</param>
/// <param name="Format"><c>csv</c> or <c>xlsx</c>.</param>
/// <param name="Filters">As in the page's address, without the question mark.</param>
/// <param name="Layout">Columns, words and form, as JSON.</param>
public sealed record NewExport(string Owner, string Kind, string Format, string Filters, string Layout);

public sealed record ExportRow
{
    public required long Id { get; init; }
    public required string Owner { get; init; }
    public required string Kind { get; init; }
    public required string Format { get; init; }
    public required string Filters { get; init; }
    public required string Layout { get; init; }
    public required ExportState State { get; init; }
    public long RowsDone { get; init; }

    /// <summary>Null where it is not known.</summary>
    public long? RowsTotal { get; init; }

    /// <summary>The file's name in the directory of exports.</summary>
    public string? File { get; init; }
    public long? Bytes { get; init; }

    /// <summary>Key of the sentence that says what went wrong.</summary>
    public string? Problem { get; init; }

    /// <summary>How often it was begun.</summary>
    public int Attempts { get; init; }
    public long CreatedAt { get; init; }
    public long? StartedAt { get; init; }
    public long? FinishedAt { get; init; }
    public long? ExpiresAt { get; init; }
}

/// <summary>Columns in an order and in words, under a name.</summary>
/// <param name="Site">Null: the owner's own. Else for all who see that site.</param>
/// <param name="Columns">Names of columns.</param>
/// <param name="Culture">Of the headings and words.</param>
/// <param name="DateFormat">One of the forms that exports know.</param>
/// <param name="Struck">Also punches that do not count.</param>
public sealed record ExportTemplate(long Id, string Name, string Owner, string? Site, string Kind, IReadOnlyList<string> Columns, string Culture, string DateFormat, bool Struck);

/// <summary>Exports that run in the background, and named templates.</summary>
public interface IExportStore
{
    /// <summary>Puts one in the queue; null where the owner has <paramref name="most"/> unfinished ones.</summary>
    Task<ExportRow?> AddAsync(NewExport asked, int most, CancellationToken cancellationToken = default);

    Task<ExportRow?> FindAsync(long id, CancellationToken cancellationToken = default);

    /// <summary>An owner's, newest first.</summary>
    Task<IReadOnlyList<ExportRow>> OfOwnerAsync(string owner, int limit, CancellationToken cancellationToken = default);

    /// <summary>Takes the next waiting one; null where none waits.</summary>
    Task<ExportRow?> TakeAsync(CancellationToken cancellationToken = default);

    /// <summary>At start: what was running waits again; what was begun <paramref name="most"/> times fails with <paramref name="problem"/>.</summary>
    Task<int> RecoverAsync(int most, string problem, CancellationToken cancellationToken = default);

    /// <summary>Notes how far a running one is. False where it was cancelled meanwhile.</summary>
    Task<bool> ProgressAsync(long id, long rows, CancellationToken cancellationToken = default);

    /// <summary>Ends a running one with its file. False where it was cancelled meanwhile.</summary>
    Task<bool> FinishAsync(long id, long rows, string file, long bytes, long expiresAt, CancellationToken cancellationToken = default);

    /// <summary>Ends a running one without.</summary>
    Task FailAsync(long id, string problem, CancellationToken cancellationToken = default);

    /// <summary>Cancels what waits or runs, and removes what is done. Returns the file to be deleted, if there is one.</summary>
    Task<string?> RemoveAsync(long id, CancellationToken cancellationToken = default);

    /// <summary>Done ones whose time is over are expired. Returns their files.</summary>
    Task<IReadOnlyList<string>> ExpireAsync(CancellationToken cancellationToken = default);

    /// <summary>Files of done exports: whatever else lies in the directory is left over.</summary>
    Task<IReadOnlySet<string>> FilesAsync(CancellationToken cancellationToken = default);

    /// <summary>Those that an account may use: its own, and those of sites in its scope.</summary>
    Task<IReadOnlyList<ExportTemplate>> TemplatesAsync(SiteScope scope, string owner, string kind, CancellationToken cancellationToken = default);

    /// <summary>Keeps one under its owner, kind and name; an earlier one of that name is replaced.</summary>
    Task<long> SaveTemplateAsync(ExportTemplate kept, CancellationToken cancellationToken = default);

    /// <summary>Removes one of an owner's own.</summary>
    Task<bool> RemoveTemplateAsync(string owner, long id, CancellationToken cancellationToken = default);
}
