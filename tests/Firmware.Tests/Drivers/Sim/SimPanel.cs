using Devices.Terminal.Drivers.Bus;

namespace Devices.Firmware.Tests.Drivers.Sim;

/// <summary>
/// An ST7789 or ILI9341 at its pins: D/C, reset, sleep, COLMOD, MADCTL, CASET, RASET, RAMWR and the frame memory of 240 × 320, with the pauses of the
/// datasheet (5 ms after SWRESET, 120 ms between reset and SLPOUT, 5 ms after it). What a person sees is <see cref="Glass"/>.
/// </summary>
public sealed class SimPanel(SimTime time, int width, int height, bool mirrored) : ISpiBus
{
    public const int MemoryWidth = 240;
    public const int MemoryHeight = 320;
    private readonly ushort[] _memory = [.. Enumerable.Repeat((ushort)0xDEAD, MemoryWidth * MemoryHeight)];
    private readonly List<byte> _parameters = [];
    private byte _command;
    private byte _madctl;
    private byte _colmod;
    private int _xs, _xe, _ys, _ye, _x, _y;
    private int _high = -1;
    private bool _awake;
    private bool _on;
    private long _quietUntil;
    private long _resetMs;

    public SimPanelPin Dc { get; } = new();

    public SimPanelPin Reset { get; } = new();

    public List<string> Breaches { get; } = [];

    public List<byte> Commands { get; } = [];

    public long Bytes { get; private set; }

    public bool Inverted { get; private set; }

    public bool IsBgr => (_madctl & 0x08) != 0;

    public bool Shows => _awake && _on && _colmod == 0x55;

    /// <summary>A pixel as a person sees it, the panel upright.</summary>
    public ushort Glass(int x, int y)
    {
        (x < width && y < height).ShouldBeTrue();
        return _memory[(y * MemoryWidth) + (mirrored ? MemoryWidth - 1 - x : x)];
    }

    public void PowerCycle()
    {
        _awake = _on = false;
        _madctl = 0;
        _colmod = 0x66;
    }

    public void Write(byte[] data, int offset, int count)
    {
        ArgumentNullException.ThrowIfNull(data);
        Bytes += count;
        count.ShouldBeLessThanOrEqualTo(4096, "one DMA transfer");
        if (!Reset.Level)
        {
            Breaches.Add("data while in reset");
        }

        if (Reset.Rose(out bool rose) && rose)
        {
            PowerCycle();
            _resetMs = time.Now;
        }

        for (int i = 0; i < count; i++)
        {
            if (!Dc.Level)
            {
                Command(data[offset + i]);
            }
            else if (_command == 0x2C)
            {
                Pixel(data[offset + i]);
            }
            else
            {
                _parameters.Add(data[offset + i]);
                Parameter();
            }
        }
    }

    public void Transfer(byte[] write, byte[] read, int count) => throw new InvalidOperationException("The module has no SDO.");

    private void Command(byte command)
    {
        if (time.Now < _quietUntil)
        {
            Breaches.Add($"command {command:X2} in a pause");
        }

        _command = command;
        _parameters.Clear();
        Commands.Add(command);
        switch (command)
        {
            case 0x01:
                PowerCycle();
                _resetMs = time.Now;
                _quietUntil = time.Now + 5;
                break;
            case 0x11:
                if (time.Now - _resetMs < 120)
                {
                    Breaches.Add("SLPOUT within 120 ms of reset");
                }

                _awake = true;
                _quietUntil = time.Now + 5;
                break;
            case 0x21:
                Inverted = true;
                break;
            case 0x29:
                _on = true;
                break;
            case 0x2C:
                (_x, _y) = (_xs, _ys);
                _high = -1;
                break;
        }
    }

    private void Parameter()
    {
        switch (_command, _parameters.Count)
        {
            case (0x36, 1):
                _madctl = _parameters[0];
                break;
            case (0x3A, 1):
                _colmod = _parameters[0];
                break;
            case (0x2A, 4):
                (_xs, _xe) = ((_parameters[0] << 8) | _parameters[1], (_parameters[2] << 8) | _parameters[3]);
                break;
            case (0x2B, 4):
                (_ys, _ye) = ((_parameters[0] << 8) | _parameters[1], (_parameters[2] << 8) | _parameters[3]);
                break;
        }
    }

    private void Pixel(byte b)
    {
        if (_high < 0)
        {
            _high = b;
            return;
        }

        ushort colour = (ushort)((_high << 8) | b);
        _high = -1;

        // MV exchanges columns and rows, then MX and MY mirror the memory's own columns and rows.
        (int column, int row) = (_madctl & 0x20) != 0 ? (_y, _x) : (_x, _y);
        column = (_madctl & 0x40) != 0 ? MemoryWidth - 1 - column : column;
        row = (_madctl & 0x80) != 0 ? MemoryHeight - 1 - row : row;
        if (column is < 0 or >= MemoryWidth || row is < 0 or >= MemoryHeight)
        {
            Breaches.Add($"pixel outside the memory: {column}, {row}");
        }
        else
        {
            _memory[(row * MemoryWidth) + column] = colour;
        }

        if (++_x > _xe)
        {
            _x = _xs;
            _y = _y == _ye ? _ys : _y + 1;
        }
    }
}
