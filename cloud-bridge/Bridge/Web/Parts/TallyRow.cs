using Devices.Bridge.Attendance;

namespace Devices.Bridge.Web.Parts;

/// <summary>Heads of one department, site or day.</summary>
/// <param name="Address">Where they are listed; null for nowhere.</param>
public sealed record TallyRow(string Name, string? Address, DayTally Tally);
