using Devices.Terminal.Parts;

namespace Devices.Standins.Terminal;

/// <summary>Temperature, supply and Wi-Fi as set; null: no answer, or a cable.</summary>
public sealed class HostSensors : IThermometer, IVoltmeter, ISignalMeter
{
    public int? Celsius100 { get; set; } = 3150;

    public int? Millivolts { get; set; } = 5020;

    /// <summary>How strong the Wi-Fi is, dBm.</summary>
    public int? Dbm { get; set; }

    /// <summary>How often it was measured.</summary>
    public int Scans { get; private set; }

    private bool _scanned;

    public bool Measure()
    {
        if (Dbm is null) return false;
        Scans++;
        return _scanned = true;
    }

    public int TakeDbm()
    {
        int dbm = _scanned ? Dbm ?? 0 : 0;
        _scanned = false;
        return dbm;
    }

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
