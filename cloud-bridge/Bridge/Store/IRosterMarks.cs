namespace Devices.Bridge.Store;

/// <summary>What has to be read again.</summary>
public enum MarkKind
{
    Person,
    Department,

    /// <summary>The whole roster.</summary>
    All,
}

/// <summary>What the event would have the reading find; the reading is the truth, but the platform's answer may lag behind its event.</summary>
public enum Expectation
{
    Here,
    Gone,
    Any,
}

/// <summary>Somebody to be asked about again.</summary>
/// <param name="Id">userid, department id, or empty for <see cref="MarkKind.All"/>.</param>
public sealed record RosterMark(MarkKind Kind, string Id, Expectation Expect)
{
    /// <summary>Grows with each event about the same; set by the store.</summary>
    public long Generation { get; init; }

    /// <summary>Readings so far.</summary>
    public int Attempts { get; init; }
}

/// <summary>Notes of events, durable before the platform is told that they arrived.</summary>
public interface IRosterMarks
{
    /// <summary>Notes them, due at once. A mark that is there already starts anew.</summary>
    Task MarkAsync(IReadOnlyList<RosterMark> marks, CancellationToken cancellationToken = default);

    /// <summary>Those that are due, oldest first.</summary>
    Task<IReadOnlyList<RosterMark>> DueAsync(long now, int limit, CancellationToken cancellationToken = default);

    /// <summary>Ends marks, unless a newer event came meanwhile.</summary>
    Task SettleAsync(IReadOnlyList<RosterMark> marks, CancellationToken cancellationToken = default);

    /// <summary>Puts marks off and counts the reading, unless a newer event came meanwhile.</summary>
    Task PutOffAsync(IReadOnlyList<RosterMark> marks, long dueAt, CancellationToken cancellationToken = default);

    Task<int> OpenAsync(CancellationToken cancellationToken = default);
}
