using System;
using System.Threading;
using Devices.Link;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Chip;

/// <summary>
/// A panel in text mode: four lines of scaled 5 by 7 characters. Drawing happens in a thread of its own, because a full screen takes the
/// interpreter tenths of a second and the loop must not wait; only characters' cells of lines that changed are sent. Its font is ASCII only;
/// a character it lacks is drawn as a box.
/// </summary>
internal sealed class TextScreen : IScreen
{
    private static readonly int[] Top = [10, 80, 140, 210];
    private static readonly int[] Scale = [4, 3, 2, 2];

    private readonly object _gate = new object();
    private readonly AutoResetEvent _wake = new AutoResetEvent(false);
    private readonly IPixelPanel _panel;
    private readonly ISystem _system;
    private readonly string[] _wanted = ["", "", "", ""];
    private readonly string[] _drawn = ["", "", "", ""];
    private readonly byte[] _cell = new byte[6 * 4 * 8 * 4 * 2];
    private ScreenKind _wantedKind;

    public TextScreen(IPixelPanel panel, ISystem system)
    {
        _panel = panel;
        _system = system;
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
        _panel.Restart();
        while (!_panel.Ready(Environment.TickCount64))
        {
            // Ends: every stage of the panel's start has its time, and none waits for an answer.
            Thread.Sleep(5);
        }

        for (int i = 0; i < 4; i++)
        {
            _drawn[i] = "\0";
        }

        _panel.Fill(0, 0, _panel.Width, _panel.Height, 0);
        _panel.Light(100);
    }

    private void Line(int line, string text, ushort colour)
    {
        int scale = Scale[line];
        int cells = _panel.Width / (6 * scale);
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

        _panel.Draw(x, y, width, height, _cell);
    }
}
