using Devices.Terminal.Drivers.Bus;

namespace Devices.Firmware.Tests.Drivers.Sim;

/// <summary>
/// MFRC522 at its SPI pins: address bytes, FIFO, ComIrqReg, ErrorReg, the timer from TPrescaler and TReload, the CRC coprocessor, and an aerial with
/// cards in its field. Answers take a millisecond of virtual time.
/// </summary>
public sealed class SimMfrc522(SimTime time) : ISpiBus
{
    private readonly byte[] _registers = new byte[64];
    private readonly Queue<byte> _fifo = new();
    private byte _comIrq;
    private byte _divIrq;
    private byte _error;
    private byte[]? _answer;
    private byte _answerError;
    private long _answerMs = long.MaxValue;
    private long _timerMs = long.MaxValue;
    private int _crc;

    public List<SimPicc> Field { get; } = [];

    public byte Version { get; set; } = 0x92;

    /// <summary>MISO without a chip: all ones or all zeros.</summary>
    public byte? Floating { get; set; }

    /// <summary>Its state machine stands: no interrupt ever comes.</summary>
    public bool Frozen { get; set; }

    /// <summary>Called after each frame to the cards with its number, so that a card can be taken away half way.</summary>
    public Action<int>? AfterFrame { get; set; }

    /// <summary>The parity of the next answers is wrong.</summary>
    public int Noise { get; set; }

    public int Frames { get; private set; }

    public int Transfers { get; private set; }

    public void Write(byte[] data, int offset, int count)
    {
        ArgumentNullException.ThrowIfNull(data);
        Begin();
        int register = (data[offset] >> 1) & 0x3F;
        (data[offset] & 0x80).ShouldBe(0, "a read without a place for its answer");
        for (int i = 1; i < count; i++)
        {
            Set(register, data[offset + i]);
        }
    }

    public void Transfer(byte[] write, byte[] read, int count)
    {
        ArgumentNullException.ThrowIfNull(write);
        ArgumentNullException.ThrowIfNull(read);
        Begin();
        read[0] = Floating ?? 0;
        for (int i = 1; i < count; i++)
        {
            (write[i - 1] & 0x80).ShouldBe(0x80);
            read[i] = Floating ?? Get((write[i - 1] >> 1) & 0x3F);
        }
    }

    private void Begin()
    {
        Transfers++;
        Transfers.ShouldBeLessThan(1000000, "a driver never ends");
        if (!Frozen && time.Now >= _answerMs)
        {
            _answerMs = long.MaxValue;
            _timerMs = long.MaxValue;
            _fifo.Clear();
            foreach (byte b in _answer!)
            {
                _fifo.Enqueue(b);
            }

            _error = _answerError;
            _comIrq |= 0x20;
        }
        else if (!Frozen && time.Now >= _timerMs)
        {
            _timerMs = long.MaxValue;
            _comIrq |= 0x01;
        }
    }

    private byte Get(int register) => register switch
    {
        0x04 => _comIrq,
        0x05 => _divIrq,
        0x06 => _error,
        0x09 => _fifo.TryDequeue(out byte b) ? b : (byte)0,
        0x0A => (byte)_fifo.Count,
        0x0C => 0,
        0x21 => (byte)(_crc >> 8),
        0x22 => (byte)_crc,
        0x37 => Version,
        _ => _registers[register],
    };

    private void Set(int register, byte value)
    {
        if (Floating is not null)
        {
            return;
        }

        _registers[register] = value;
        switch (register)
        {
            case 0x01:
                Command(value & 0x0F);
                break;
            case 0x04:
                _comIrq = (byte)((value & 0x80) != 0 ? _comIrq | value : _comIrq & ~value);
                break;
            case 0x05:
                _divIrq = (byte)((value & 0x80) != 0 ? _divIrq | value : _divIrq & ~value);
                break;
            case 0x09:
                _fifo.Count.ShouldBeLessThan(64, "the FIFO holds 64 bytes");
                _fifo.Enqueue(value);
                break;
            case 0x0A when (value & 0x80) != 0:
                _fifo.Clear();
                _error = 0;
                break;
            case 0x0D when (value & 0x80) != 0 && (_registers[0x01] & 0x0F) == 0x0C:
                Transceive(value & 7);
                break;
        }
    }

    private void Command(int command)
    {
        if (command == 0)
        {
            _answerMs = _timerMs = long.MaxValue;
        }
        else if (command == 3 && !Frozen)
        {
            (_registers[0x11] & 3).ShouldBe(1, "CRCPreset 6363");
            _crc = SimPicc.Crc([.. _fifo]);
            _fifo.Clear();
            _divIrq |= 0x04;
        }
    }

    private void Transceive(int lastBits)
    {
        byte[] frame = [.. _fifo];
        _fifo.Clear();
        Frames++;
        _registers[0x2A].ShouldBe((byte)0x80, "TAuto: without the timer, silence never ends");
        int ticks = (_registers[0x2C] << 8) | _registers[0x2D];
        _timerMs = time.Now + 1 + (long)(ticks * ((2 * _registers[0x2B]) + 1) / 13560.0);
        bool aerial = (_registers[0x14] & 3) == 3;
        List<byte[]> answers = [];
        foreach (SimPicc card in aerial ? Field.ToArray() : [])
        {
            if (card.Answer(frame, lastBits == 7 ? 7 : 8 * frame.Length) is { } answer)
            {
                answers.Add(answer);
            }
        }

        if (answers.Count > 0)
        {
            bool collide = answers.Exists(answer => !answer.SequenceEqual(answers[0]));
            _answer = answers[0];
            _answerError = (byte)(collide ? 0x08 : Noise-- > 0 ? 0x02 : 0);
            Noise = Math.Max(Noise, 0);
            _answerMs = time.Now + 1;
        }

        AfterFrame?.Invoke(Frames);
    }
}
