namespace Devices.Firmware.Tests.Drivers.Sim;

/// <summary>
/// DS3231 by its datasheet: BCD counters with century bit and 12 or 24 hours, copied to the read registers at each start so that a read is
/// not torn, the countdown restarted by a write to the seconds, OSF after the oscillator stood, temperature in quarters of a degree.
/// </summary>
public sealed class SimDs3231(SimTime time) : SimRegisterChip(0x68)
{
    private readonly byte[] _snapshot = new byte[7];
    private readonly byte[] _pending = new byte[7];
    private byte _control = 0x1C;
    private byte _status = 0x88;
    private DateTime _at = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private long _setMs = time.Now;
    private bool _running = true;

    public DateTime Now => _running ? _at.AddSeconds((time.Now - _setMs) / 1000) : _at;

    public int Quarters { get; set; } = 101;

    public bool TwelveHours { get; set; }

    /// <summary>Acknowledges writes and keeps none.</summary>
    public bool Deaf { get; set; }

    /// <summary>A register that answers something else than it holds.</summary>
    public (int Register, byte Value)? Wrong { get; set; }

    public bool Osf => (_status & 0x80) != 0;

    public void Set(DateTime at)
    {
        _at = at;
        _setMs = time.Now;
        _status &= 0x7F;
    }

    /// <summary>Battery out and in again.</summary>
    public void LoseBattery()
    {
        Set(new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        _status |= 0x80;
    }

    public override bool Start(bool read)
    {
        DateTime now = Now;
        _snapshot[0] = Bcd(now.Second);
        _snapshot[1] = Bcd(now.Minute);
        _snapshot[2] = TwelveHours ? (byte)(0x40 | (now.Hour >= 12 ? 0x20 : 0) | Bcd(now.Hour % 12 == 0 ? 12 : now.Hour % 12)) : Bcd(now.Hour);
        _snapshot[3] = (byte)((int)now.DayOfWeek + 1);
        _snapshot[4] = Bcd(now.Day);
        _snapshot[5] = (byte)(Bcd(now.Month) | (now.Year >= 2100 ? 0x80 : 0));
        _snapshot[6] = Bcd(now.Year % 100);
        return base.Start(read);
    }

    protected override byte Get(int register)
    {
        if (Wrong is { } wrong && wrong.Register == register)
        {
            return wrong.Value;
        }

        return register switch
        {
            < 7 => _snapshot[register],
            0x0E => _control,
            0x0F => _status,
            0x11 => (byte)(Quarters >> 2),
            0x12 => (byte)((Quarters & 3) << 6),
            _ => 0,
        };
    }

    protected override void Set(int register, byte value)
    {
        if (Deaf)
        {
            return;
        }

        if (register < 7)
        {
            _pending[register] = value;
            if (register == 0)
            {
                _setMs = time.Now;
            }

            if (register == 6)
            {
                int year = ((_pending[5] & 0x80) != 0 ? 2100 : 2000) + Plain(_pending[6]);
                (_pending[2] & 0x40).ShouldBe(0, "the driver writes 24 hours");
                _at = new DateTime(year, Plain(_pending[5] & 0x1F), Plain(_pending[4]), Plain(_pending[2]), Plain(_pending[1]), Plain(_pending[0]), DateTimeKind.Utc);
                _pending[3].ShouldBe((byte)((int)_at.DayOfWeek + 1));
            }
        }
        else if (register == 0x0E)
        {
            _control = value;
            _running = (value & 0x80) == 0;
        }
        else if (register == 0x0F)
        {
            // OSF can only be cleared by a write, never set.
            _status = (byte)((value & 0x0F) | (_status & value & 0x80));
        }
    }

    private static byte Bcd(int value) => (byte)(((value / 10) << 4) | (value % 10));

    private static int Plain(int bcd) => ((bcd >> 4) * 10) + (bcd & 15);
}
