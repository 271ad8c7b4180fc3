namespace Devices.Edge.Ledger.Board;

/// <summary>What the board says of its supply; null where it has no such sensor.</summary>
/// <param name="Source">The file that told it; null where none is there.</param>
/// <param name="UnderVoltageNow">The supply is too low at this moment.</param>
/// <param name="UnderVoltageBefore">It was since the board started.</param>
/// <param name="ThrottledNow">The processor is slowed down at this moment, by supply or heat.</param>
/// <param name="ThrottledBefore">It was since the board started.</param>
public sealed record PowerFacts(string? Source, bool? UnderVoltageNow, bool? UnderVoltageBefore, bool? ThrottledNow, bool? ThrottledBefore)
{
    /// <summary>Nothing on this board tells.</summary>
    public static PowerFacts Unknown { get; } = new(null, null, null, null, null);

    /// <summary>
    /// The word that Raspberry Pi's firmware gives (`vcgencmd get_throttled`): bit 0 under-voltage, 1 frequency capped, 2 throttled, 3 soft
    /// temperature limit, each now; 16 to 19 the same since the start.
    /// </summary>
    public static PowerFacts FromThrottled(string source, uint word) => new(source, (word & 0x1) != 0, (word & 0x1_0000) != 0, (word & 0xE) != 0, (word & 0xE_0000) != 0);
}

/// <summary>One temperature sensor of the kernel.</summary>
/// <param name="Celsius">Now.</param>
/// <param name="CriticalCelsius">Where the kernel would switch the board off; null where it does not say.</param>
public sealed record ThermalZone(string Name, double Celsius, double? CriticalCelsius);
