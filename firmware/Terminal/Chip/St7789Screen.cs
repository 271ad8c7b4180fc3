using System;
using System.Device.Gpio;
using System.Device.Spi;
using System.Threading;
using Devices.Link;
using Devices.Terminal.Parts;
using nanoFramework.Hardware.Esp32;

namespace Devices.Terminal.Chip;

/// <summary>
/// A 240 by 240 ST7789 over SPI in text mode: four lines of scaled 5 by 7 characters. Commands are named as in Sitronix' ST7789V
/// datasheet, chapter 9. Drawing happens in a thread of its own, because a full screen takes the interpreter tenths of a second and
/// the loop must not wait. Its font is ASCII only; a character it lacks is drawn as a box.
/// </summary>
internal sealed class St7789Screen : IScreen
{
    private const int Width = 240;
    private const byte Swreset = 0x01;
    private const byte Slpout = 0x11;
    private const byte Noron = 0x13;
    private const byte Invon = 0x21;
    private const byte Dispon = 0x29;
    private const byte Caset = 0x2A;
    private const byte Raset = 0x2B;
    private const byte Ramwr = 0x2C;
    private const byte Madctl = 0x36;
    private const byte Colmod = 0x3A;

    private static readonly int[] Top = [10, 80, 140, 210];
    private static readonly int[] Scale = [4, 3, 2, 2];

    private readonly object _gate = new object();
    private readonly AutoResetEvent _wake = new AutoResetEvent(false);
    private readonly SpiDevice _spi;
    private readonly GpioPin _dc;
    private readonly GpioPin _reset;
    private readonly ISystem _system;
    private readonly string[] _wanted = ["", "", "", ""];
    private readonly string[] _drawn = ["", "", "", ""];
    private readonly byte[] _one = new byte[1];
    private readonly byte[] _four = new byte[4];
    private readonly byte[] _cell = new byte[6 * 4 * 8 * 4 * 2];
    private ScreenKind _wantedKind;

    public St7789Screen(GpioController gpio, ISystem system)
    {
        _system = system;
        Configuration.SetPinFunction(Pins.ScreenMosi, DeviceFunction.SPI1_MOSI);
        Configuration.SetPinFunction(Pins.ScreenClock, DeviceFunction.SPI1_CLOCK);
        SpiConnectionSettings settings = new SpiConnectionSettings(1, Pins.ScreenCs);
        settings.ClockFrequency = 26000000;
        settings.Mode = SpiMode.Mode0;
        _spi = SpiDevice.Create(settings);
        _dc = gpio.OpenPin(Pins.ScreenDc, PinMode.Output);
        _reset = gpio.OpenPin(Pins.ScreenReset, PinMode.Output);
        gpio.OpenPin(Pins.ScreenBacklight, PinMode.Output).Write(PinValue.High);
        new Thread(Run).Start();
    }

    public bool HasChinese
    {
        get { return false; }
    }

    public void Draw(ScreenKind kind, string[] lines)
    {
        lock (_gate)
        {
            _wantedKind = kind;
            for (int i = 0; i < 4; i++)
            {
                _wanted[i] = lines[i];
            }
        }

        _wake.Set();
    }

    private static ushort Colour(ScreenKind kind)
    {
        return kind switch
        {
            ScreenKind.Thanks => 0x07E0,
            ScreenKind.Repeat => 0x07E0,
            ScreenKind.Offline => 0xFFE0,
            ScreenKind.Held => 0xFFE0,
            ScreenKind.Unknown => 0xF800,
            ScreenKind.Spoof => 0xF800,
            ScreenKind.Full => 0xF800,
            ScreenKind.Fault => 0xF800,
            _ => 0xFFFF,
        };
    }

    private void Run()
    {
        bool ready = false;
        ScreenKind drawnKind = ScreenKind.Idle;
        while (true)
        {
            try
            {
                if (!ready)
                {
                    Initialise();
                    ready = true;
                }

                _wake.WaitOne(1000, false);
                for (int i = 0; i < 4; i++)
                {
                    string line;
                    ScreenKind kind;
                    lock (_gate)
                    {
                        line = _wanted[i];
                        kind = _wantedKind;
                    }

                    if (line != _drawn[i] || kind != drawnKind)
                    {
                        Line(i, line, Colour(kind));
                        _drawn[i] = line;
                    }

                    if (i == 3)
                    {
                        drawnKind = kind;
                    }
                }
            }
            catch (Exception e)
            {
                // A screen that fails must not stop punches; it is set up again from the start.
                _system.Log("The screen failed: " + e.Message);
                ready = false;
                Thread.Sleep(5000);
            }
        }
    }

    private void Initialise()
    {
        _reset.Write(PinValue.Low);
        Thread.Sleep(20);
        _reset.Write(PinValue.High);
        Thread.Sleep(120);
        Command(Swreset);
        Thread.Sleep(150);
        Command(Slpout);
        Thread.Sleep(120);
        Command(Colmod);
        Data(0x55);
        Command(Madctl);
        Data(0x00);
        Command(Invon);
        Command(Noron);
        Command(Dispon);
        for (int i = 0; i < 4; i++)
        {
            _drawn[i] = "\0";
        }

        byte[] row = new byte[Width * 2];
        Window(0, 0, Width, Width);
        for (int y = 0; y < Width; y++)
        {
            _spi.Write(new SpanByte(row));
        }
    }

    private void Line(int line, string text, ushort colour)
    {
        int scale = Scale[line];
        int cells = Width / (6 * scale);
        int left = text.Length < cells ? (cells - text.Length) / 2 : 0;
        for (int i = 0; i < cells; i++)
        {
            int at = i - left;
            Cell(i * 6 * scale, Top[line], scale, at >= 0 && at < text.Length ? text[at] : ' ', colour);
        }
    }

    private void Cell(int x, int y, int scale, char c, ushort colour)
    {
        int width = 6 * scale;
        int height = 8 * scale;
        int at = 0;
        for (int row = 0; row < height; row++)
        {
            for (int column = 0; column < width; column++)
            {
                bool on = Font5x7.IsSet(c, column / scale, row / scale);
                _cell[at++] = on ? (byte)(colour >> 8) : (byte)0;
                _cell[at++] = on ? (byte)colour : (byte)0;
            }
        }

        Window(x, y, width, height);
        _spi.Write(new SpanByte(_cell, 0, at));
    }

    private void Window(int x, int y, int width, int height)
    {
        Range(Caset, x, x + width - 1);
        Range(Raset, y, y + height - 1);
        Command(Ramwr);
        _dc.Write(PinValue.High);
    }

    private void Range(byte command, int from, int to)
    {
        Command(command);
        _four[0] = (byte)(from >> 8);
        _four[1] = (byte)from;
        _four[2] = (byte)(to >> 8);
        _four[3] = (byte)to;
        _dc.Write(PinValue.High);
        _spi.Write(new SpanByte(_four));
    }

    private void Command(byte command)
    {
        _dc.Write(PinValue.Low);
        _one[0] = command;
        _spi.Write(new SpanByte(_one));
    }

    private void Data(byte value)
    {
        _dc.Write(PinValue.High);
        _one[0] = value;
        _spi.Write(new SpanByte(_one));
    }
}
