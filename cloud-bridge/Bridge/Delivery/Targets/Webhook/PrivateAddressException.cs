namespace Devices.Bridge.Delivery.Targets.Webhook;

/// <summary>A webhook's name leads only to addresses that are not public.</summary>
public sealed class PrivateAddressException(string message) : Exception(message);
