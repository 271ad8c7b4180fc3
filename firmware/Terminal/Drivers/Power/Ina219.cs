using Devices.Terminal.Drivers.Bus;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Drivers.Power;

/// <summary>
/// Texas Instruments INA219 (SBOS448G) on the 5 V supply; registers are 16 bits, high byte first. A chip of its own because the firmware's
/// class libraries here hold no ADC, and the ESP32's own is 5 % off before calibration.
/// </summary>
public sealed class Ina219 : IVoltmeter, IPartHealth
{
    public const int Address = 0x40;

    private const int Configuration = 0x00;
    private const int BusVoltage = 0x02;

    /// <summary>16 V range, gain 1, 12 bits, shunt and bus continuous.</summary>
    private const int Wanted = 0x019F;
    private const string Remedy = "Check SDA and SCL, its 3.3 V and the address 40 hex; only the voltage is missing.";

    private readonly RegisterChip _chip;
    private readonly DriverHealth _health = new DriverHealth("voltage monitor INA219");
    private readonly byte[] _two = new byte[2];
    private readonly byte[] _write = [Configuration, Wanted >> 8, Wanted & 0xFF];
    private bool _ready;

    public Ina219(II2cBus bus)
    {
        _chip = new RegisterChip(bus, Address);
    }

    public PartFault? Fault
    {
        get { return _health.Fault; }
    }

    public bool TryReadMillivolts(out int millivolts)
    {
        millivolts = 0;
        _chip.Begin();
        if (!_ready)
        {
            _chip.Send(_write, 3);
        }

        // The configuration is read each time: after a dip in its supply the chip is back at its default (399F hex, 32 V range).
        int configuration = Word(Configuration);
        int value = Word(BusVoltage);
        if (_chip.Result != BusResult.Ok)
        {
            _ready = false;
            _health.Note(_chip.Result == BusResult.Stuck ? PartFaultKind.BusStuck : PartFaultKind.NotAnswering, Remedy);
            return false;
        }

        if (configuration != Wanted)
        {
            if (!_ready)
            {
                _health.Note(PartFaultKind.WrongChip, Remedy);
            }

            _ready = false;
            return false;
        }

        _ready = true;
        _health.Well();

        // Bits 15 to 3 in steps of 4 mV; bit 1 (CNVR) is clear until the first conversion is done.
        millivolts = (value >> 3) * 4;
        return (value & 2) != 0;
    }

    private int Word(int register)
    {
        _chip.Get(register, _two, 2);
        return (_two[0] << 8) | _two[1];
    }
}
