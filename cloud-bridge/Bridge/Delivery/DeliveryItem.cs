namespace Devices.Bridge.Delivery;

/// <summary>What a platform is told of one punch.</summary>
/// <param name="Person">The platform's userid.</param>
/// <param name="At">When, ms since the Unix epoch, UTC.</param>
/// <param name="DeviceId">The terminal.</param>
/// <param name="DeviceName">What the platform shows as the place: the terminal's site and name.</param>
public sealed record DeliveryItem(string Person, long At, string DeviceId, string DeviceName);
