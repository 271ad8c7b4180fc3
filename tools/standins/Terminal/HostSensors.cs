using Devices.Terminal.Parts;

namespace Devices.Standins.Terminal;

/// <summary>Temperature and supply as set; null: no answer.</summary>
public sealed class HostSensors : IThermometer, IVoltmeter
{
    public int? Celsius100 { get; set; } = 3150;

    public int? Millivolts { get; set; } = 5020;

    public bool TryReadCelsius100(out int celsius100)
    {
        celsius100 = Celsius100 ?? 0;
        return Celsius100 is not null;
    }

    public bool TryReadMillivolts(out int millivolts)
    {
        millivolts = Millivolts ?? 0;
        return Millivolts is not null;
    }
}
