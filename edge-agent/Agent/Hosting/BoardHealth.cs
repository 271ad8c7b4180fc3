using Devices.Contract.Messages;
using Devices.Edge.Ledger.Board;

namespace Devices.Edge.Agent.Hosting;

/// <summary>How the terminal's parts do, for <c>status</c>: the board's own files, and what the other parts know.</summary>
/// <param name="state">The directory that holds the ledger.</param>
/// <param name="parts">Adds what camera, controller and recognition know.</param>
public sealed class BoardHealth(BoardReader board, string state, Func<TerminalHealth, TerminalHealth> parts)
{
    /// <summary>The board's hottest sensor, °C; null where it has none.</summary>
    public double? Celsius => board.Temperatures() is { Count: > 0 } zones ? zones.Max(z => z.Celsius) : null;

    public TerminalHealth Read()
    {
        DiskFacts? disk = board.Disk(state);
        PowerFacts power = board.Power();
        return parts(new()
        {
            DiskBytes = disk?.Room?.Bytes,
            InodesFree = disk?.Room?.InodesFreePercent,
            DiskWear = disk?.WearPercent,
            DiskFailing = disk is null ? null : disk.IsFailing,
            DiskReadOnly = disk?.ReadOnly,
            UnderVoltage = power.UnderVoltageNow is null && power.UnderVoltageBefore is null ? null : power.UnderVoltageNow == true || power.UnderVoltageBefore == true,
            Throttled = power.ThrottledNow,
        });
    }
}
