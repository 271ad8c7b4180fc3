using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery;

/// <summary>A punch on its way to a target.</summary>
/// <param name="Stored">The punch as it lies in the store. Its delivery fields are the platform's, not this target's.</param>
/// <param name="DeviceName">What people call the terminal: <c>site/terminal</c>, or the terminal alone.</param>
/// <param name="Attempt">From 1: which try this is at this target.</param>
public sealed record OutgoingPunch(StoredPunch Stored, string DeviceName, int Attempt)
{
    /// <summary>The correction that the target is to be told; null where the punch itself is sent.</summary>
    public CorrectionNews? News { get; init; }

    /// <summary>The idempotency key, <c>terminal/ledger/seq</c>: the same at every try and every replay.</summary>
    public string Key => Stored.Key.ToString();
}
