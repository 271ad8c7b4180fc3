using Devices.Terminal.Drivers.Bus;

namespace Devices.Firmware.Tests.Drivers.Sim;

/// <summary>A PN532 that takes and gives frames (UM0701-02, chapter 6.2), on I2C with its status byte and on its UART.</summary>
public sealed class SimPn532(SimTime time) : ISimI2cChip, ISerial
{
    private readonly List<byte> _input = [];
    private readonly Queue<(long Ms, byte[] Frame)> _output = new();
    private readonly Queue<byte> _wire = new();
    private byte[] _reading = [];
    private int _at;
    private bool _configured;
    private bool _retriesSet;

    public List<byte[]> Cards { get; } = [];

    public byte Ic { get; set; } = 0x32;

    public bool Silent { get; set; }

    /// <summary>The first addressing after power-up only wakes it.</summary>
    public bool Asleep { get; set; } = true;

    /// <summary>Cuts, spoils or pads the next answer.</summary>
    public Func<byte[], byte[]>? Spoil { get; set; }

    public int Aborts { get; private set; }

    public List<int> Commands { get; } = [];

    public int Address => 0x24;

    public bool Start(bool read)
    {
        if (Asleep)
        {
            Asleep = false;
            return false;
        }

        if (read)
        {
            bool ready = _output.TryPeek(out (long Ms, byte[] Frame) next) && next.Ms <= time.Now;
            _reading = ready ? [1, .. next.Frame] : [0];
            _at = 0;
        }
        else
        {
            _input.Clear();
        }

        return true;
    }

    public bool Write(byte value)
    {
        Take(value);
        return true;
    }

    public byte Read()
    {
        byte value = _at < _reading.Length ? _reading[_at] : (byte)0x80;
        _at++;
        if (_at == 2)
        {
            // The frame itself is being read: it is gone after this transfer.
            _output.Dequeue();
        }

        return value;
    }

    public int Read(byte[] buffer, int count)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        while (_output.TryPeek(out (long Ms, byte[] Frame) next) && next.Ms <= time.Now)
        {
            foreach (byte b in _output.Dequeue().Frame)
            {
                _wire.Enqueue(b);
            }
        }

        // A UART delivers in pieces.
        int given = Math.Min(Math.Min(count, 5), _wire.Count);
        for (int i = 0; i < given; i++)
        {
            buffer[i] = _wire.Dequeue();
        }

        return given;
    }

    public bool Write(byte[] data, int count)
    {
        ArgumentNullException.ThrowIfNull(data);
        Asleep = false;
        for (int i = 0; i < count; i++)
        {
            Take(data[i]);
        }

        return true;
    }

    /// <summary>Noise on the line.</summary>
    public void Hum(params byte[] bytes) => _output.Enqueue((time.Now, bytes));

    private void Take(byte value)
    {
        _input.Add(value);
        int start = _input.FindIndex(b => b == 0xFF);
        if (start < 1 || _input[start - 1] != 0 || _input.Count < start + 3)
        {
            return;
        }

        int length = _input[start + 1];
        if (length == 0 && _input[start + 2] == 0xFF)
        {
            Aborts++;
            _output.Clear();
            _input.Clear();
            return;
        }

        if (_input.Count < start + 3 + length + 2)
        {
            return;
        }

        byte[] data = [.. _input.Skip(start + 3).Take(length)];
        ((byte)(length + _input[start + 2])).ShouldBe((byte)0, "LCS");
        ((byte)(data.Sum(b => b) + _input[start + 3 + length])).ShouldBe((byte)0, "DCS");
        data[0].ShouldBe((byte)0xD4);
        _input.Clear();
        if (!Silent)
        {
            _output.Enqueue((time.Now + 1, [0, 0, 0xFF, 0, 0xFF, 0]));
            Execute(data);
        }
    }

    private void Execute(byte[] data)
    {
        Commands.Add(data[1]);
        switch (data[1])
        {
            case 0x02:
                Answer(2, [0x03, Ic, 0x01, 0x06, 0x07]);
                break;
            case 0x14:
                _configured = true;
                Answer(2, [0x15]);
                break;
            case 0x32:
                _retriesSet = data[2] == 5 && data[5] != 0xFF;
                Answer(2, [0x33]);
                break;
            case 0x4A:
                _configured.ShouldBeTrue("SAMConfiguration comes first");
                int most = data[2];
                byte[][] found = [.. Cards.Take(most)];
                if (found.Length == 0 && !_retriesSet)
                {
                    // Looks for ever.
                    break;
                }

                Answer(30, [0x4B, (byte)found.Length, .. found.SelectMany((uid, i) => (byte[])
                    [(byte)(i + 1), 0x00, 0x44, 0x20, (byte)uid.Length, .. uid, 0x06, 0x75, 0x77, 0x81, 0x02, 0x80])]);
                break;
        }
    }

    private void Answer(int ms, byte[] data)
    {
        byte[] body = [0xD5, .. data];
        byte[] frame = [0, 0, 0xFF, (byte)body.Length, (byte)-body.Length, .. body, (byte)-body.Sum(b => b), 0];
        if (Spoil is not null)
        {
            frame = Spoil(frame);
            Spoil = null;
        }

        _output.Enqueue((time.Now + ms, frame));
    }
}
