using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery;

/// <summary>What a lane's workers do with leased rows. Each row leaves the sending state, or the call throws and the row is in doubt.</summary>
public interface ILaneWork
{
    /// <summary>Most rows of one call; above 1 one call is under way at a time.</summary>
    int MostTogether { get; }

    /// <summary>Sends rows of different people.</summary>
    Task SendAsync(IReadOnlyList<OutboxItem> items, CancellationToken cancellationToken);

    /// <summary>Settles ambiguous rows; never called where the target cannot be asked.</summary>
    Task SettleAsync(IReadOnlyList<OutboxItem> items, CancellationToken cancellationToken);
}
