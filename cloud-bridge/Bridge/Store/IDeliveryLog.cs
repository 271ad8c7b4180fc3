namespace Devices.Bridge.Store;

/// <summary>One call of a target's receiver.</summary>
/// <param name="PunchId">Null for a test, which carries no punch.</param>
/// <param name="Message">The message's id, the same at every attempt.</param>
/// <param name="Code">The HTTP status, where one came.</param>
/// <param name="Excerpt">The beginning of what a refusal said.</param>
public sealed record DeliveryCall(long Id, string Target, long? PunchId, string Message, long At, long TookMs, bool Taken, string? Code, string? Reason, string? Excerpt);

/// <summary>What receivers answered: kept for 30 days, and 200,000 calls of a target at most.</summary>
public interface IDeliveryLog
{
    Task AddAsync(DeliveryCall made, CancellationToken cancellationToken = default);

    /// <summary>Newest first, below an id where one is given.</summary>
    Task<IReadOnlyList<DeliveryCall>> ListAsync(string target, long? before, int limit, CancellationToken cancellationToken = default);

    /// <summary>When the receiver last took something; null where it never did.</summary>
    Task<long?> LastTakenAsync(string target, CancellationToken cancellationToken = default);
}
