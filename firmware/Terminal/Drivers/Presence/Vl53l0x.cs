using Devices.Terminal.Drivers.Bus;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Drivers.Presence;

/// <summary>
/// ST VL53L0X time-of-flight sensor (datasheet DS11555, API manual UM2039): continuous back-to-back ranging, about 33 ms a measurement.
/// Comes up in short stages, at most <see cref="PairsAStage"/> register writes a call; every wait has an end, and a sensor that stops
/// measuring (a dip in its supply resets it) is brought up again.
/// </summary>
public sealed class Vl53l0x : IDistanceSensor, IPartHealth
{
    public const int Address = 0x29;

    /// <summary>Between two looks at the result, ms.</summary>
    public const int EveryMs = 50;

    /// <summary>A calibration, an answer of the memory or a measurement that takes longer is a fault, ms. ST's own limit is 500.</summary>
    public const int StageLimitMs = 500;

    /// <summary>A distance older than this is none, ms.</summary>
    public const int FreshMs = 300;

    private const int PairsAStage = 16;
    private const int SysRangeStart = 0x00;
    private const int SystemSequenceConfig = 0x01;
    private const int SystemInterruptConfigGpio = 0x0A;
    private const int SystemInterruptClear = 0x0B;
    private const int ResultInterruptStatus = 0x13;
    private const int ResultRangeStatus = 0x14;
    private const int FinalRangeMinCountRateRtnLimit = 0x44;
    private const int MsrcConfigControl = 0x60;
    private const int GpioHvMuxActiveHigh = 0x84;
    private const int VhvConfigPadSclSdaExtsupHv = 0x89;
    private const int GlobalConfigSpadEnablesRef0 = 0xB0;
    private const int IdentificationModelId = 0xC0;
    private const int RangeValid = 11;
    private const string Remedy = "Check its SDA, SCL, 3.3 V and XSHUT (high); without it the camera stays awake by the other sensor or by keys.";

    private readonly RegisterChip _chip;
    private readonly DriverHealth _health = new DriverHealth("distance sensor VL53L0X");
    private readonly byte[] _result = new byte[12];
    private readonly byte[] _spads = new byte[7];
    private Stage _stage = Stage.Down;
    private int _at;
    private int _stopVariable;
    private long _stageMs;
    private long _lookMs;
    private long _freshMs;
    private int _millimetres = -1;

    public Vl53l0x(II2cBus bus)
    {
        _chip = new RegisterChip(bus, Address);
    }

    private enum Stage
    {
        Down = 0,
        AskingSpads = 1,
        Tuning = 2,
        VhvCalibration = 3,
        PhaseCalibration = 4,
        Ranging = 5,
    }

    public PartFault? Fault
    {
        get { return _health.Fault; }
    }

    public int Millimetres(long nowMs)
    {
        _chip.Begin();
        Step(nowMs);
        if (_chip.Result != BusResult.Ok)
        {
            _health.Failed(_chip.Result, Remedy, nowMs);
            _stage = Stage.Down;
        }

        return _stage == Stage.Ranging && nowMs - _freshMs < FreshMs ? _millimetres : -1;
    }

    private void Step(long nowMs)
    {
        switch (_stage)
        {
            case Stage.Down:
                if (_health.MayTry(nowMs))
                {
                    Begin(nowMs);
                }

                break;
            case Stage.AskingSpads:
                if (Done(_chip.Get(0x83) != 0, nowMs))
                {
                    TakeSpads();
                    Go(Stage.Tuning, nowMs);
                }

                break;
            case Stage.Tuning:
                if (Tune())
                {
                    _chip.Set(SystemInterruptConfigGpio, 0x04);
                    _chip.Set(GpioHvMuxActiveHigh, _chip.Get(GpioHvMuxActiveHigh) & ~0x10);
                    _chip.Set(SystemInterruptClear, 0x01);
                    Calibrate(0x01, 0x41);
                    Go(Stage.VhvCalibration, nowMs);
                }

                break;
            case Stage.VhvCalibration:
                if (Calibrated(nowMs))
                {
                    Calibrate(0x02, 0x01);
                    Go(Stage.PhaseCalibration, nowMs);
                }

                break;
            case Stage.PhaseCalibration:
                if (Calibrated(nowMs))
                {
                    Start();
                    _lookMs = nowMs;
                    _health.Well();
                    Go(Stage.Ranging, nowMs);
                }

                break;
            default:
                Look(nowMs);
                break;
        }
    }

    /// <summary>Identification, then VL53L0X_DataInit and the question for the reference SPADs.</summary>
    private void Begin(long nowMs)
    {
        _chip.Get(IdentificationModelId, _result, 3);
        if (_chip.Result != BusResult.Ok)
        {
            return;
        }

        // C0 to C2 after reset, DS11555 table 4.
        if (_result[0] != 0xEE || _result[1] != 0xAA || _result[2] != 0x10)
        {
            _health.Failed(PartFaultKind.WrongChip, Remedy, nowMs);
            return;
        }

        // The modules' lines are pulled to 2.8 or 3.3 V.
        _chip.Set(VhvConfigPadSclSdaExtsupHv, _chip.Get(VhvConfigPadSclSdaExtsupHv) | 0x01);
        _chip.Set(0x88, 0x00);
        Write(Vl53l0xScript.Open);
        _stopVariable = _chip.Get(0x91);
        Write(Vl53l0xScript.Close);
        _chip.Set(MsrcConfigControl, _chip.Get(MsrcConfigControl) | 0x12);
        _result[0] = FinalRangeMinCountRateRtnLimit;
        _result[1] = 0x00;
        _result[2] = 0x20;
        _chip.Send(_result, 3);
        _chip.Set(SystemSequenceConfig, 0xFF);

        Write(Vl53l0xScript.Open);
        _chip.Set(0xFF, 0x06);
        _chip.Set(0x83, _chip.Get(0x83) | 0x04);
        Write(Vl53l0xScript.AskSpads);
        Go(Stage.AskingSpads, nowMs);
    }

    /// <summary>Leaves as many reference SPADs switched on as the memory says, from the first that may be used.</summary>
    private void TakeSpads()
    {
        _chip.Set(0x83, 0x01);
        int info = _chip.Get(0x92);
        _chip.Set(0x81, 0x00);
        _chip.Set(0xFF, 0x06);
        _chip.Set(0x83, _chip.Get(0x83) & ~0x04);
        _chip.Set(0xFF, 0x01);
        Write(Vl53l0xScript.Close);

        int wanted = info & 0x7F;
        int first = (info & 0x80) != 0 ? 12 : 0;
        _chip.Get(GlobalConfigSpadEnablesRef0, _result, 6);
        Write(Vl53l0xScript.Spads);
        int enabled = 0;
        _spads[0] = GlobalConfigSpadEnablesRef0;
        for (int i = 0; i < 48; i++)
        {
            bool good = ((_result[i / 8] >> (i % 8)) & 1) != 0;
            if (i % 8 == 0)
            {
                _spads[1 + (i / 8)] = 0;
            }

            if (good && i >= first && enabled < wanted)
            {
                _spads[1 + (i / 8)] |= (byte)(1 << (i % 8));
                enabled++;
            }
        }

        _chip.Send(_spads, 7);
        _at = 0;
    }

    private bool Tune()
    {
        byte[] table = Vl53l0xScript.Tuning;
        for (int i = 0; i < PairsAStage && _at < table.Length; i++)
        {
            _chip.Set(table[_at], table[_at + 1]);
            _at += 2;
        }

        return _at == table.Length;
    }

    private void Calibrate(int sequence, int start)
    {
        _chip.Set(SystemSequenceConfig, sequence);
        _chip.Set(SysRangeStart, start);
    }

    private bool Calibrated(long nowMs)
    {
        if (!Done((_chip.Get(ResultInterruptStatus) & 0x07) != 0, nowMs))
        {
            return false;
        }

        _chip.Set(SystemInterruptClear, 0x01);
        _chip.Set(SysRangeStart, 0x00);
        return true;
    }

    /// <summary>MSRC and TCC off, final and pre-range on; then back-to-back ranging.</summary>
    private void Start()
    {
        _chip.Set(SystemSequenceConfig, 0xE8);
        Write(Vl53l0xScript.Open);
        _chip.Set(0x91, _stopVariable);
        Write(Vl53l0xScript.Close);
        _chip.Set(SysRangeStart, 0x02);
    }

    private void Look(long nowMs)
    {
        if (nowMs - _lookMs < EveryMs)
        {
            return;
        }

        _lookMs = nowMs;
        if (!Done((_chip.Get(ResultInterruptStatus) & 0x07) != 0, nowMs))
        {
            return;
        }

        _chip.Get(ResultRangeStatus, _result, 12);
        _chip.Set(SystemInterruptClear, 0x01);
        if (_chip.Result != BusResult.Ok)
        {
            return;
        }

        int status = (_result[0] & 0x78) >> 3;
        int range = (_result[10] << 8) | _result[11];

        // Signal too weak, phase out of limits and the like mean "nothing there" at a door; 8190 and more is "no target".
        _millimetres = status == RangeValid && range > 0 && range < 8190 ? range : -1;
        _freshMs = nowMs;
        _stageMs = nowMs;
    }

    /// <summary>Passes a condition on, and ends the stage with a fault when it has not come true in time.</summary>
    private bool Done(bool done, long nowMs)
    {
        if (!done && _chip.Result == BusResult.Ok && nowMs - _stageMs > StageLimitMs)
        {
            _health.Failed(PartFaultKind.TimeOut, Remedy, nowMs);
            _stage = Stage.Down;
        }

        return done && _chip.Result == BusResult.Ok;
    }

    private void Write(byte[] pairs)
    {
        for (int i = 0; i < pairs.Length; i += 2)
        {
            _chip.Set(pairs[i], pairs[i + 1]);
        }
    }

    private void Go(Stage stage, long nowMs)
    {
        _stage = stage;
        _stageMs = nowMs;
    }
}
