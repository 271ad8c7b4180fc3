namespace Devices.Bridge.Store;

/// <summary>How one target stands with one punch.</summary>
public sealed record TargetState(long PunchId, string Target, DeliveryState State, int Attempts, long? NextAttemptAt, long? DeliveredAt, string? ReasonCode, string? Reason);

/// <summary>Targets beside the platform.</summary>
public interface ITargetStore
{
    /// <summary>Notes a target at start. A new one, or one whose beginning was moved back, has its past to be filled in.</summary>
    Task EnrolAsync(OutboxTarget target, CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes the missing rows of the next <paramref name="limit"/> punches in order of arrival. False when every punch that is stored has its row;
    /// later ones get theirs with the punch. Rows that are there stay as they are.
    /// </summary>
    /// <param name="from">Earliest time of a punch that the target gets.</param>
    Task<bool> FillAsync(string target, long from, int limit, CancellationToken cancellationToken = default);

    /// <summary>A target's dead letters, oldest punch first.</summary>
    Task<IReadOnlyList<long>> DeadAsync(string target, int limit, CancellationToken cancellationToken = default);

    /// <summary>Rows of the other targets for these punches.</summary>
    Task<IReadOnlyList<TargetState>> StatesAsync(IReadOnlyCollection<long> punchIds, CancellationToken cancellationToken = default);
}
