namespace Devices.Bridge.Store;

/// <summary>Something a person should look at. Two with the same cause are one open row that counts.</summary>
public sealed record Finding(string Source, string Code, string Text)
{
    public string? Terminal { get; init; }
    public Guid? Ledger { get; init; }
    public long? Seq { get; init; }

    /// <summary>What makes two the same; by default source, code, terminal and ledger.</summary>
    public string? Cause { get; init; }
}

public sealed record ExceptionRow(
    long Id, string Source, string Code, string? Terminal, Guid? Ledger, long? Seq, string Text, int Count, long FirstAt, long LastAt, long? ResolvedAt, string? ResolvedBy);

/// <summary>How many rows of one source and code are open.</summary>
public sealed record ExceptionCount(string Source, string Code, long Rows);

/// <summary>The exceptions list: gaps, forks, refused messages, stopped delivery.</summary>
public interface IExceptionStore
{
    Task RaiseAsync(Finding finding, CancellationToken cancellationToken = default);

    /// <summary>Newest first. What hangs on no terminal is of no site: only a scope of every site has it.</summary>
    Task<IReadOnlyList<ExceptionRow>> ExceptionsAsync(SiteScope scope, bool includeResolved, int limit, CancellationToken cancellationToken = default);

    /// <summary>What is open, by source and code.</summary>
    Task<IReadOnlyList<ExceptionCount>> OpenAsync(SiteScope scope, CancellationToken cancellationToken = default);

    /// <summary>Open rows of these sources and codes, newest first; beginning after <paramref name="before"/> (last time and id of the page before).</summary>
    Task<IReadOnlyList<ExceptionRow>> OpenAsync(
        SiteScope scope, IReadOnlyCollection<(string Source, string Code)> kinds, (long LastAt, long Id)? before, int limit, CancellationToken cancellationToken = default);

    /// <summary>Closed rows, the one closed last first; beginning after <paramref name="before"/>.</summary>
    Task<IReadOnlyList<ExceptionRow>> ClosedAsync(SiteScope scope, (long ResolvedAt, long Id)? before, int limit, CancellationToken cancellationToken = default);

    /// <summary>Closes a row; false where it is not open, or not in the scope.</summary>
    Task<bool> ResolveAsync(SiteScope scope, long id, string by, CancellationToken cancellationToken = default);

    /// <summary>Closes every open row of that source and code (and terminal, where given), when the cause has gone.</summary>
    Task<int> ResolveAllAsync(string source, string code, string? terminal, string by, CancellationToken cancellationToken = default);
}
