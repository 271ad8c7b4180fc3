namespace Devices.Firmware.Tests.Drivers.Sim;

/// <summary>
/// VL53L0X: register pages behind FF, the reference registers, the memory that answers a while after it was asked, calibrations, and ranging
/// that only runs when the stop variable was written back, both calibrations were done, the SPADs are as the memory says and the tuning is in.
/// </summary>
public sealed class SimVl53l0x : SimRegisterChip
{
    public const byte StopVariable = 0x3C;
    private readonly SimTime _time;
    private readonly Dictionary<(int Page, int Register), byte> _cells = [];
    private int _page;
    private long _memoryMs = long.MaxValue;
    private long _calibrationMs = long.MaxValue;
    private long _resultMs = long.MaxValue;
    private bool _vhv;
    private bool _phase;

    public SimVl53l0x(SimTime time)
        : base(0x29)
    {
        _time = time;
        Reset();
    }

    public int Millimetres { get; set; } = 3000;

    /// <summary>The internal range status; 11 is a sound range.</summary>
    public int Status { get; set; } = 11;

    public byte ModelId { get; set; } = 0xEE;

    public bool MemoryDead { get; set; }

    public bool CalibrationDead { get; set; }

    public bool IsRanging { get; private set; }

    public string WhyNot { get; private set; } = "";

    /// <summary>A dip in its supply.</summary>
    public void Reset()
    {
        _cells.Clear();
        _page = 0;
        _memoryMs = _calibrationMs = _resultMs = long.MaxValue;
        _vhv = _phase = IsRanging = false;
        _cells[(0, 0xC1)] = 0xAA;
        _cells[(0, 0xC2)] = 0x10;
        _cells[(0, 0x84)] = 0x11;
        for (int i = 0; i < 6; i++)
        {
            // The memory's map of good SPADs: every second one.
            _cells[(0, 0xB0 + i)] = 0x55;
        }
    }

    protected override byte Get(int register)
    {
        long now = _time.Now;
        if (register == 0xC0 && _page == 0)
        {
            return ModelId;
        }

        if (register == 0x91 && _page == 1)
        {
            return Cell(0, 0x80) == 1 && Cell(1, 0x00) == 0 ? StopVariable : (byte)0;
        }

        if (register == 0x83 && _page == 7)
        {
            return now >= _memoryMs ? (byte)0x10 : (byte)0;
        }

        if (register == 0x92 && _page == 7)
        {
            // Six aperture SPADs.
            return 0x86;
        }

        if (register == 0x13 && _page == 0)
        {
            return now >= _calibrationMs || now >= _resultMs ? (byte)4 : (byte)0;
        }

        if (_page == 0 && register is >= 0x14 and <= 0x1F && IsRanging)
        {
            return register switch
            {
                0x14 => (byte)(Status << 3),
                0x1E => (byte)(Millimetres >> 8),
                0x1F => (byte)Millimetres,
                _ => 0,
            };
        }

        return Cell(_page, register);
    }

    protected override void Set(int register, byte value)
    {
        if (register == 0xFF)
        {
            _page = value;
            return;
        }

        _cells[(register == 0x80 ? 0 : _page, register)] = value;
        switch (_page, register)
        {
            case (7, 0x83) when value == 0 && Cell(7, 0x94) == 0x6B && Cell(7, 0x81) == 1 && (Cell(6, 0x83) & 4) != 0:
                _memoryMs = MemoryDead ? long.MaxValue : _time.Now + 15;
                break;
            case (0, 0x0B):
                _calibrationMs = long.MaxValue;
                _resultMs = IsRanging ? _time.Now + 33 : long.MaxValue;
                break;
            case (0, 0x00):
                Started(value);
                break;
        }
    }

    private byte Cell(int page, int register) => _cells.GetValueOrDefault((page, register));

    private void Started(byte value)
    {
        switch (value)
        {
            case 0x41 when Cell(0, 0x01) == 0x01 && !CalibrationDead:
                _vhv = true;
                _calibrationMs = _time.Now + 4;
                break;
            case 0x01 when Cell(0, 0x01) == 0x02 && !CalibrationDead:
                _phase = true;
                _calibrationMs = _time.Now + 4;
                break;
            case 0x02:
                int spads = Enumerable.Range(0, 6).Sum(i => int.PopCount(Cell(0, 0xB0 + i)));
                bool early = Cell(0, 0xB0) != 0 || (Cell(0, 0xB1) & 0x0F) != 0;
                WhyNot = !_vhv || !_phase ? "not calibrated"
                    : Cell(1, 0x91) != StopVariable ? "stop variable missing"
                    : spads != 6 || early ? "wrong SPADs"
                    : Cell(0, 0x01) != 0xE8 ? "wrong sequence"
                    : Cell(1, 0x4E) != 0x2C || Cell(0, 0x72) != 0xFE || Cell(1, 0x8E) != 0x01 || Cell(0, 0x66) != 0xA0 ? "not tuned"
                    : (Cell(0, 0x89) & 1) == 0 ? "lines at 1.8 V" : "";
                IsRanging = WhyNot.Length == 0;
                _resultMs = IsRanging ? _time.Now + 33 : long.MaxValue;
                break;
        }
    }
}
