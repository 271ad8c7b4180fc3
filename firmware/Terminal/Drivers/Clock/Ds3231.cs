using Devices.Terminal.Drivers.Bus;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Drivers.Clock;

/// <summary>
/// Maxim DS3231 (datasheet 19-5170 Rev 10): clock with battery and temperature-compensated crystal. Registers named as there. The time is
/// kept in UTC. A clock whose oscillator has stopped (OSF) is not believed until it is set again: the battery was empty or is new.
/// </summary>
public sealed class Ds3231 : IRtc, IThermometer, IPartHealth
{
    public const int Address = 0x68;

    private const int Seconds = 0x00;
    private const int Control = 0x0E;
    private const int Status = 0x0F;
    private const int TempMsb = 0x11;
    private const int Eosc = 0x80;
    private const int Osf = 0x80;
    private const int StatusReserved = 0x70;
    private const int Century = 0x80;
    private const int Twelve = 0x40;
    private const int Pm = 0x20;
    private const string Remedy = "Check SDA and SCL, its 3.3 V and the address 68 hex; times stay those of the board meanwhile.";

    private readonly RegisterChip _chip;
    private readonly DriverHealth _health = new DriverHealth("clock chip DS3231");
    private readonly byte[] _time = new byte[7];
    private readonly byte[] _write = new byte[8];
    private readonly byte[] _temperature = new byte[2];

    public Ds3231(II2cBus bus)
    {
        _chip = new RegisterChip(bus, Address);
    }

    public PartFault? Fault
    {
        get { return _health.Fault; }
    }

    public bool TryRead(out long epochMs)
    {
        epochMs = 0;
        _chip.Begin();
        int status = _chip.Get(Status);
        _chip.Get(Seconds, _time, 7);
        if (!Reached())
        {
            return false;
        }

        if ((status & StatusReserved) != 0)
        {
            // DS1307 and its kin answer at the same address and have plain RAM here.
            _health.Note(PartFaultKind.WrongChip, "Fit a DS3231; others at this address keep time worse and cannot say when they lost it.");
            return false;
        }

        if ((status & Osf) != 0)
        {
            _health.Note(PartFaultKind.LostData, "Its battery (CR2032) is empty or was changed; it is set again as soon as the board has a trusted time.");
            return false;
        }

        if (!Decode(out epochMs))
        {
            _health.Note(PartFaultKind.BadData, "The date in it does not exist; it is set again as soon as the board has a trusted time.");
            return false;
        }

        _health.Well();
        return true;
    }

    public bool Set(long epochMs)
    {
        long seconds = (epochMs + 500) / 1000;
        long days = seconds / 86400;
        int rest = (int)(seconds - (days * 86400));
        CivilTime.Date(days, out int year, out int month, out int day);
        if (seconds < 0 || year < 2000 || year > 2199)
        {
            return false;
        }

        _write[0] = Seconds;
        _write[1] = Bcd(rest % 60);
        _write[2] = Bcd(rest / 60 % 60);
        _write[3] = Bcd(rest / 3600);
        _write[4] = (byte)(((days + 4) % 7) + 1);
        _write[5] = Bcd(day);
        _write[6] = (byte)(Bcd(month) | (year >= 2100 ? Century : 0));
        _write[7] = Bcd(year % 100);
        _chip.Begin();
        _chip.Set(Control, _chip.Get(Control) & ~Eosc);
        _chip.Send(_write, 8);

        // OSF last: a power cut before this leaves a clock that is not believed, never one that is wrong.
        _chip.Set(Status, _chip.Get(Status) & ~Osf);
        if (!Reached())
        {
            return false;
        }

        // Read back: a write that the chip acknowledged and did not take has been seen with bad supplies.
        return TryRead(out long now) && now - (seconds * 1000) >= 0 && now - (seconds * 1000) <= 2000;
    }

    public bool TryReadCelsius100(out int celsius100)
    {
        celsius100 = 0;
        _chip.Begin();
        _chip.Get(TempMsb, _temperature, 2);
        if (!Reached())
        {
            return false;
        }

        // Ten bits, two's complement, a quarter of a degree each.
        int quarters = ((sbyte)_temperature[0] * 4) + (_temperature[1] >> 6);
        celsius100 = quarters * 25;
        return true;
    }

    private static byte Bcd(int value)
    {
        return (byte)(((value / 10) << 4) | (value % 10));
    }

    /// <summary>The value of two BCD digits, or -1.</summary>
    private static int Plain(int bcd)
    {
        int tens = bcd >> 4;
        int ones = bcd & 15;
        return tens > 9 || ones > 9 ? -1 : (tens * 10) + ones;
    }

    private bool Reached()
    {
        if (_chip.Result == BusResult.Ok)
        {
            return true;
        }

        _health.Note(_chip.Result == BusResult.Stuck ? PartFaultKind.BusStuck : PartFaultKind.NotAnswering, Remedy);
        return false;
    }

    private bool Decode(out long epochMs)
    {
        epochMs = 0;
        int second = Plain(_time[0]);
        int minute = Plain(_time[1]);
        int hour;
        if ((_time[2] & Twelve) != 0)
        {
            hour = Plain(_time[2] & 0x1F);
            if (hour < 1 || hour > 12)
            {
                return false;
            }

            hour = (hour % 12) + ((_time[2] & Pm) != 0 ? 12 : 0);
        }
        else
        {
            hour = Plain(_time[2]);
        }

        int day = Plain(_time[4]);
        int month = Plain(_time[5] & 0x7F);
        int year = Plain(_time[6]);
        if (second < 0 || second > 59 || minute < 0 || minute > 59 || hour < 0 || hour > 23 || year < 0 || month < 1 || month > 12)
        {
            return false;
        }

        year += (_time[5] & Century) != 0 ? 2100 : 2000;
        if (day < 1 || day > CivilTime.DaysIn(year, month))
        {
            return false;
        }

        epochMs = ((CivilTime.Days(year, month, day) * 86400) + (hour * 3600) + (minute * 60) + second) * 1000;
        return true;
    }
}
