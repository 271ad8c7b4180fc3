namespace Devices.Standins.Frappe;

/// <summary>An Employee of the site: the fields that check-ins look at.</summary>
/// <param name="Name">The document's name, as <c>HR-EMP-00001</c>.</param>
/// <param name="AttendanceDeviceId">What a terminal calls the person.</param>
/// <param name="Status">Active, Inactive, Suspended or Left; only Inactive is refused.</param>
public sealed record Employee(string Name, string EmployeeName, string? AttendanceDeviceId, string Status = "Active", string? EmployeeNumber = null);

/// <summary>An Employee Checkin as the site keeps it: local time without a zone.</summary>
/// <param name="Attendance">The Attendance that was computed from it.</param>
/// <param name="SkipAutoAttendance">Left out of what is computed from now on.</param>
public sealed record Checkin(string Name, string Employee, DateTime Time, string? DeviceId, string? LogType, string? Attendance = null, bool SkipAutoAttendance = false);
