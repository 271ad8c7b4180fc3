using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery.Targets.CsvDrop;

/// <summary>
/// Takes punches for the next file. "Accepted" means that the store holds them for a file, each in one file only, whatever happens to the
/// bridge; <see cref="CsvDropService"/> makes the files.
/// </summary>
public sealed class CsvDropTarget(ICsvDropStore store) : IBatchTarget
{
    /// <summary>Its name in the outbox.</summary>
    public const string TargetName = "csv-drop";

    /// <inheritdoc/>
    public string Name => TargetName;

    /// <inheritdoc/>
    public int MostTogether => 500;

    /// <inheritdoc/>
    public DeliveryOutcome? Refuse(OutgoingPunch punch)
    {
        ArgumentNullException.ThrowIfNull(punch);
        return TargetTime.IsSane(punch.Stored.Punch.At) ? null : TargetTime.Insane;
    }

    /// <inheritdoc/>
    public Task<DeliveryOutcome> SendAsync(OutgoingPunch punch, CancellationToken cancellationToken) => SendAsync([punch], cancellationToken);

    /// <inheritdoc/>
    public async Task<DeliveryOutcome> SendAsync(IReadOnlyList<OutgoingPunch> punches, CancellationToken cancellationToken)
    {
        await store.TakeAsync([.. punches.Select(p => p.Stored.Id)], cancellationToken);
        return DeliveryOutcome.Accepted;
    }
}
