using Devices.Contract.Punches;

namespace Devices.Contract.Messages;

/// <summary><c>punches</c>, up, QoS 1: consecutive punches of one ledger, 1 to <see cref="Protocol.MaxBatch"/>.</summary>
public sealed record PunchBatch
{
    public required string Terminal { get; init; }
    public required Guid Ledger { get; init; }
    public required IReadOnlyList<Punch> Punches { get; init; }
}
