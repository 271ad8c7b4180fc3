using Devices.Contract.Punches;

namespace Devices.Bridge.Delivery.Planning;

/// <summary>A punch of one person's attendance day whose time is trusted.</summary>
/// <param name="At">ms since the Unix epoch, UTC.</param>
public sealed record DayPunch(long PunchId, long At, PunchDirection Direction);
