namespace Devices.Bridge.Attendance;

/// <summary>One stretch of work. Minutes count from the midnight that begins the attendance day; over 1440 is the next morning.</summary>
/// <param name="Start">0 to 1439 for the first section of a shift, later for the others.</param>
/// <param name="End">After <paramref name="Start"/>; 22:00 to 06:00 is 1320 to 1800.</param>
public sealed record ShiftSection(int Start, int End);
