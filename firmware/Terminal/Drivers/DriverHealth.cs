using Devices.Terminal.Drivers.Bus;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Drivers;

/// <summary>
/// A driver's fault and when to try again: 1, 2, 4 … 60 s after each failure, so that a missing chip costs next to nothing and one that
/// was plugged in again is found. One fault object as long as it lasts.
/// </summary>
public sealed class DriverHealth
{
    private const int FirstPauseMs = 1000;
    private const int LongestPauseMs = 60000;

    private readonly string _part;
    private int _pauseMs = FirstPauseMs;
    private long _notBeforeMs = long.MinValue;

    public DriverHealth(string part)
    {
        _part = part;
    }

    public PartFault? Fault { get; private set; }

    /// <summary>Whether it is time to try (again).</summary>
    public bool MayTry(long nowMs)
    {
        return nowMs >= _notBeforeMs;
    }

    public void Well()
    {
        Fault = null;
        _pauseMs = FirstPauseMs;
        _notBeforeMs = long.MinValue;
    }

    public void Failed(PartFaultKind kind, string remedy, long nowMs)
    {
        _notBeforeMs = nowMs + _pauseMs;
        _pauseMs = _pauseMs * 2 > LongestPauseMs ? LongestPauseMs : _pauseMs * 2;
        Note(kind, remedy);
    }

    /// <summary>The fault that a failed transfer means.</summary>
    public void Failed(BusResult result, string remedy, long nowMs)
    {
        Failed(result == BusResult.Stuck ? PartFaultKind.BusStuck : PartFaultKind.NotAnswering, remedy, nowMs);
    }

    /// <summary>Notes a fault without a pause.</summary>
    public void Note(PartFaultKind kind, string remedy)
    {
        if (Fault == null || Fault.Kind != kind)
        {
            Fault = new PartFault(_part, kind, "The " + _part + " " + Words(kind) + ". " + remedy);
        }
    }

    private static string Words(PartFaultKind kind)
    {
        return kind switch
        {
            PartFaultKind.NotAnswering => "does not answer",
            PartFaultKind.BusStuck => "cannot be reached because its bus is held",
            PartFaultKind.WrongChip => "is another chip than the firmware knows",
            PartFaultKind.BadData => "sends data that cannot be right",
            PartFaultKind.TimeOut => "does not finish in time",
            PartFaultKind.Stuck => "seems stuck",
            PartFaultKind.LostData => "has lost its data",
            _ => "has a fault",
        };
    }
}
