using NodaTime;

namespace Devices.Bridge.Attendance;

/// <summary>
/// A shift on a date in a zone: its points as moments. A local time that the clocks leave out is moved on by the gap, one that comes
/// twice is its first occurrence, so a night shift over a change of the clocks is truly an hour shorter or longer.
/// </summary>
public sealed class PlannedShift
{
    private readonly DateTimeZone _zone;

    /// <exception cref="ArgumentException">The shift has a fault; the message says which.</exception>
    public PlannedShift(LocalDate day, Shift shift, DateTimeZone zone)
    {
        ArgumentNullException.ThrowIfNull(shift);
        ArgumentNullException.ThrowIfNull(zone);
        if (shift.Fault() is { } fault) throw new ArgumentException(fault.Text, nameof(shift));
        Day = day;
        Shift = shift;
        _zone = zone;
        Points = [.. shift.Sections.SelectMany((s, i) => (ShiftPoint[])[new(i, true, At(s.Start)), new(i, false, At(s.End))])];
    }

    /// <summary>The attendance day: the date on which the shift begins, also for what happens after midnight.</summary>
    public LocalDate Day { get; }

    public Shift Shift { get; }

    /// <summary>Start and end of each section, in order.</summary>
    public IReadOnlyList<ShiftPoint> Points { get; }

    public Instant Start => Points[0].At;

    public Instant End => Points[^1].At;

    private Instant At(int minute) => Day.AtMidnight().PlusMinutes(minute).InZoneLeniently(_zone).ToInstant();
}

/// <summary>A moment at which a punch is expected.</summary>
/// <param name="Section">From 0.</param>
/// <param name="IsStart">Start of work, else end.</param>
public readonly record struct ShiftPoint(int Section, bool IsStart, Instant At);
