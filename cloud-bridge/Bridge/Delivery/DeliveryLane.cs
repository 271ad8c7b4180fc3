using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery;

/// <summary>What one target's workers share: its rows in the outbox, its pause and how carefully it is served.</summary>
/// <param name="Target">Key of its rows: <see cref="OutboxTarget.Platform"/>, or the target's name.</param>
/// <param name="Status">Its pause.</param>
/// <param name="SettleSeconds">Seconds before it is asked about an ambiguous punch; null where it cannot be asked.</param>
public sealed record DeliveryLane(string Target, DeliveryStatus Status, LaneOptions Options, double? SettleSeconds = null)
{
    /// <summary>Source of its rows in the exceptions list.</summary>
    public string Source => Target == OutboxTarget.Platform ? OutcomeHandler.Source : $"{OutcomeHandler.Source}-{Target}";
}
