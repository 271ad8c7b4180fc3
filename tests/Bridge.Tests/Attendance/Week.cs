using Devices.Bridge.Attendance;
using Devices.Bridge.Store;
using Devices.Contract.Punches;
using NodaTime;
using NodaTime.Text;

namespace Devices.Bridge.Tests.Attendance;

/// <summary>One person's plan and punches in a zone, written as a person would.</summary>
internal sealed class Week(string zone = "Asia/Shanghai")
{
    private static readonly LocalDateTimePattern Local = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm:ss");
    private static readonly Guid Ledger = Guid.Parse("0192f0c4-0000-7000-8000-000000000001");
    private readonly List<PlannedShift> _plan = [];
    private readonly List<TimedPunch> _punches = [];

    public DateTimeZone Zone { get; } = DateTimeZoneProviders.Tzdb[zone];

    public static Shift Office { get; } = new() { Name = "office", Sections = [new(9 * 60, 18 * 60)] };

    public static Shift Night { get; } = new() { Name = "night", Sections = [new(22 * 60, 30 * 60)] };

    public Week Works(string day, Shift? shift = null)
    {
        _plan.Add(new(LocalDatePattern.Iso.Parse(day).Value, shift ?? Office, Zone));
        return this;
    }

    /// <summary>A punch at local time (the first of two where the clocks go back).</summary>
    public Week Punches(string at, PunchDirection direction = PunchDirection.None, int? uncertaintySeconds = 0) =>
        PunchesAt(Local.Parse(at.Length == 16 ? at + ":00" : at).Value.InZoneLeniently(Zone).ToInstant(), direction, uncertaintySeconds);

    public Week PunchesAt(Instant at, PunchDirection direction = PunchDirection.None, int? uncertaintySeconds = 0)
    {
        _punches.Add(new(new("m2-001", Ledger, _punches.Count + 1), at, uncertaintySeconds is { } s ? Duration.FromSeconds(s) : null, direction));
        return this;
    }

    public IReadOnlyList<TimedPunch> All => _punches;

    public AttendanceWindows Windows => new(Zone, _plan);

    public IReadOnlyList<AttendanceDay> Days(string now = "2030-01-01 00:00:00") =>
        AttendanceCalculator.Days(Windows, _punches, Local.Parse(now).Value.InZoneLeniently(Zone).ToInstant());

    public AttendanceDay Day(string day, string now = "2030-01-01 00:00:00") => Days(now).Single(d => d.Day == LocalDatePattern.Iso.Parse(day).Value);
}
