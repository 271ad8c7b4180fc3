using Devices.Terminal.Drivers.Bus;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Drivers.Panels;

/// <summary>
/// A colour panel with MIPI DCS commands over 4-wire SPI (ST7789, ILI9341): D/C low for a command, high for its parameters and pixels.
/// Such modules cannot be read back, so a panel that is missing is not noticed; one that lost its set-up is repaired by
/// <see cref="Restart"/>.
/// </summary>
public sealed class SpiPanel : IPixelPanel
{
    /// <summary>Bytes in one transfer: the controller's DMA takes no more at once.</summary>
    public const int MostBytes = 4096;

    private const byte Caset = 0x2A;
    private const byte Raset = 0x2B;
    private const byte Ramwr = 0x2C;
    private const byte Madctl = 0x36;

    private readonly ISpiBus _spi;
    private readonly IPinOutput _dc;
    private readonly IPinOutput _reset;
    private readonly IPwmOut _light;
    private readonly PanelKind _kind;
    private readonly int _turn;
    private readonly byte[] _small = new byte[16];
    private readonly byte[] _fill = new byte[960];
    private int _phase;
    private int _percent;
    private int _at;
    private long _untilMs;

    /// <summary><paramref name="quarterTurns"/> clockwise, 0 to 3.</summary>
    public SpiPanel(ISpiBus spi, IPinOutput dc, IPinOutput reset, IPwmOut light, PanelKind kind, int quarterTurns)
    {
        _spi = spi;
        _dc = dc;
        _reset = reset;
        _light = light;
        _kind = kind;
        _turn = quarterTurns & 3;
        bool lying = (_turn & 1) != 0;
        Width = lying ? kind.Height : kind.Width;
        Height = lying ? kind.Width : kind.Height;
        Light(0);
    }

    public int Width { get; }

    public int Height { get; }

    public void Restart()
    {
        _phase = 0;
    }

    public bool Ready(long nowMs)
    {
        if (_phase == 4)
        {
            return true;
        }

        if (_phase > 0 && nowMs < _untilMs)
        {
            return false;
        }

        switch (_phase)
        {
            case 0:
                // Reset pulse of 10 µs at least, 120 ms before the next command.
                _reset.Set(false);
                Next(1, nowMs + 10);
                break;
            case 1:
                _reset.Set(true);
                _at = 0;
                Next(2, nowMs + 120);
                break;
            case 2:
                Script(nowMs);
                break;
            default:
                _phase = 4;
                Shine();
                return true;
        }

        return false;
    }

    public bool Draw(int x, int y, int width, int height, byte[] pixels)
    {
        int length = width * height * 2;
        if (pixels.Length < length || !Window(x, y, width, height))
        {
            return false;
        }

        for (int at = 0; at < length; at += MostBytes)
        {
            _spi.Write(pixels, at, length - at < MostBytes ? length - at : MostBytes);
        }

        return true;
    }

    public bool Fill(int x, int y, int width, int height, int rgb565)
    {
        if (!Window(x, y, width, height))
        {
            return false;
        }

        int left = width * height * 2;
        int used = left < _fill.Length ? left : _fill.Length;
        for (int i = 0; i < used; i += 2)
        {
            _fill[i] = (byte)(rgb565 >> 8);
            _fill[i + 1] = (byte)rgb565;
        }

        for (; left > 0; left -= used)
        {
            _spi.Write(_fill, 0, left < used ? left : used);
        }

        return true;
    }

    public void Light(int percent)
    {
        _percent = percent < 0 ? 0 : percent > 100 ? 100 : percent;
        Shine();
    }

    /// <summary>Dark until the panel is up: what its memory holds before is noise.</summary>
    private void Shine()
    {
        _light.Set(5000, _phase == 4 ? _percent * 10 : 0);
    }

    private void Script(long nowMs)
    {
        byte[] script = _kind.Script;
        while (_at < script.Length)
        {
            byte command = script[_at];
            int count = script[_at + 1];
            _at += 2;
            if (command == 0)
            {
                _untilMs = nowMs + (script[_at] * 5);
                _at++;
                return;
            }

            for (int i = 0; i < count; i++)
            {
                _small[i] = script[_at++];
            }

            Parameters(command, count);
        }

        _small[0] = _kind.Madctl[_turn];
        Parameters(Madctl, 1);
        Next(3, nowMs);
    }

    private bool Window(int x, int y, int width, int height)
    {
        if (_phase != 4 || x < 0 || y < 0 || width < 1 || height < 1 || x + width > Width || y + height > Height)
        {
            return false;
        }

        Range(Caset, x + _kind.XOffset[_turn], width);
        Range(Raset, y + _kind.YOffset[_turn], height);
        Command(Ramwr);
        _dc.Set(true);
        return true;
    }

    private void Range(byte command, int from, int length)
    {
        int to = from + length - 1;
        _small[0] = (byte)(from >> 8);
        _small[1] = (byte)from;
        _small[2] = (byte)(to >> 8);
        _small[3] = (byte)to;
        Parameters(command, 4);
    }

    /// <summary>A command whose parameters stand in <see cref="_small"/>.</summary>
    private void Parameters(byte command, int count)
    {
        Command(command);
        if (count > 0)
        {
            _dc.Set(true);
            _spi.Write(_small, 0, count);
        }
    }

    private void Command(byte command)
    {
        _dc.Set(false);
        _small[15] = command;
        _spi.Write(_small, 15, 1);
    }

    private void Next(int phase, long untilMs)
    {
        _phase = phase;
        _untilMs = untilMs;
    }
}
