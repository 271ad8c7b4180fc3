using System;
using Devices.Link;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Screens;

/// <summary>
/// Draws the four lines on a colour panel with the bitmap font, one glyph a step, so that the loop never waits for the panel. A line takes the
/// largest of its sizes that fits; the detail line may break in two; what still does not fit ends in '…'. A panel that refuses is started
/// again and drawn anew.
/// </summary>
public sealed class PixelScreen : IScreen, IStepped
{
    private const int MaxScale = 4;
    private const int Rows = 5;
    private const int RetryMs = 1000;

    private readonly IPixelPanel _panel;
    private readonly BitmapFont _font;
    private readonly byte[] _cell = new byte[BitmapFont.MaxHeight * MaxScale * BitmapFont.MaxHeight * MaxScale * 2];
    private readonly string[] _wanted = ["", "", "", "", ""];
    private readonly string[] _drawn = ["", "", "", "", ""];
    private readonly int[] _drawnColour = new int[Rows];
    private string _text = "";
    private int _colour;
    private ScreenKind _kind;
    private int _barColour = -1;
    private bool _fresh = true;
    private long _retryMs;
    private int _row = -1;
    private int _at;
    private int _x;
    private int _scale;

    public PixelScreen(IPixelPanel panel, BitmapFont font)
    {
        _panel = panel ?? throw new ArgumentNullException(nameof(panel));
        _font = font ?? throw new ArgumentNullException(nameof(font));
    }

    public bool HasChinese
    {
        get { return _font.Has('谢'); }
    }

    /// <summary>Whether everything wanted stands on the panel.</summary>
    public bool IsSettled
    {
        get { return !_fresh && _row < 0 && NextRow() < 0 && _barColour == _colour; }
    }

    public void Draw(ScreenKind kind, string[] lines)
    {
        _kind = kind;
        _colour = Colour(kind);
        if (_row >= 0)
        {
            // Half drawn: whatever is wanted there now has to be drawn from the start.
            _drawn[_row] = "\0";
        }

        _wanted[0] = lines[0];
        _wanted[1] = lines[1];
        Break(lines[2]);
        _wanted[4] = lines[3];
        _row = -1;
    }

    public void Step(long nowMs)
    {
        if (nowMs < _retryMs || !_panel.Ready(nowMs))
        {
            return;
        }

        if (!Piece())
        {
            _panel.Restart();
            _fresh = true;
            _row = -1;
            _retryMs = nowMs + RetryMs;
        }
    }

    /// <summary>The colour of a kind of screen, RGB565.</summary>
    public static int Colour(ScreenKind kind)
    {
        return kind switch
        {
            ScreenKind.Thanks => 0x07E0,
            ScreenKind.Repeat => 0x07E0,
            ScreenKind.Held => 0x07E0,
            ScreenKind.Offline => 0xFFE0,
            ScreenKind.CardPlease => 0x067F,
            ScreenKind.Ambiguous => 0x067F,
            ScreenKind.Updating => 0xB81F,
            ScreenKind.Unknown => 0xF9A6,
            ScreenKind.Spoof => 0xF9A6,
            ScreenKind.Full => 0xF9A6,
            ScreenKind.Fault => 0xF9A6,
            _ => 0xFFFF,
        };
    }

    private bool Piece()
    {
        if (_fresh)
        {
            if (!_panel.Fill(0, 0, _panel.Width, _panel.Height, 0))
            {
                return false;
            }

            _fresh = false;
            _barColour = -1;
            for (int i = 0; i < Rows; i++)
            {
                _drawn[i] = "";
            }

            return true;
        }

        if (_barColour != _colour)
        {
            _barColour = _colour;
            return _panel.Fill(0, 0, _panel.Width, _font.Height / 3, _kind == ScreenKind.Idle ? 0 : _colour);
        }

        if (_row >= 0)
        {
            return Glyph();
        }

        _row = NextRow();
        return _row < 0 || Begin();
    }

    private int NextRow()
    {
        for (int i = 0; i < Rows; i++)
        {
            // An empty line has no colour to change.
            if (_drawn[i] != _wanted[i] || (_wanted[i].Length > 0 && _drawnColour[i] != LineColour(i)))
            {
                return i;
            }
        }

        return -1;
    }

    private int LineColour(int row)
    {
        return row == 4 ? 0xFFE0 : row == 0 || row == 1 ? _colour : 0xFFFF;
    }

    private bool Begin()
    {
        string text = _wanted[_row];
        _scale = MostScale();
        while (_scale > 1 && Measure(text) * _scale > _panel.Width)
        {
            _scale--;
        }

        _drawn[_row] = text;
        text = Clip(text);
        _text = text;
        _drawnColour[_row] = LineColour(_row);
        _at = 0;
        _x = (_panel.Width - (Measure(text) * _scale)) / 2;
        bool done = _panel.Fill(0, Top(), _panel.Width, RowHeight(), 0);
        if (text.Length == 0)
        {
            _row = -1;
        }

        return done;
    }

    private bool Glyph()
    {
        char c = _text[_at++];
        int glyph = _font.Glyph(c, out int width);
        int stride = width * _scale * 2;
        int colour = _drawnColour[_row];
        int at = 0;
        for (int row = 0; row < _font.Height; row++)
        {
            int first = at;
            for (int column = 0; column < width; column++)
            {
                int value = _font.IsSet(glyph, width, column, row) ? colour : 0;
                for (int i = 0; i < _scale; i++)
                {
                    _cell[at++] = (byte)(value >> 8);
                    _cell[at++] = (byte)value;
                }
            }

            // The other rows of a scaled dot are copies: the interpreter's time goes into bytes written one by one.
            for (int i = 1; i < _scale; i++)
            {
                Array.Copy(_cell, first, _cell, at, stride);
                at += stride;
            }
        }

        int x = _x;
        int y = Top() + (((MostScale() - _scale) * _font.Height) / 2);
        _x += width * _scale;
        if (_at == _text.Length)
        {
            _row = -1;
        }

        return _panel.Draw(x, y, width * _scale, _font.Height * _scale, _cell);
    }

    // Whatever stood there, the clock included.
    private int RowHeight()
    {
        return _row == 0 ? Row1() - Top() : _row == 1 ? _panel.Height - (_font.Height * 3) - 14 - Row1() : _font.Height;
    }

    private int Row1()
    {
        return (_panel.Height * 8) / 20;
    }

    private int MostScale()
    {
        int most = _row == 0 && _kind == ScreenKind.Idle ? MaxScale : _row < 2 ? 2 : 1;
        while (most > 1 && most * _font.Height * 5 > _panel.Height * 2)
        {
            most--;
        }

        return most;
    }

    // Five rows over the panel's height: title, name, two of detail, footer.
    private int Top()
    {
        int height = _panel.Height;
        return _row switch
        {
            0 => height / 20,
            1 => Row1(),
            2 => height - (_font.Height * 3) - 14,
            3 => height - (_font.Height * 2) - 10,
            _ => height - _font.Height - 2,
        };
    }

    private int Measure(string text)
    {
        int width = 0;
        for (int i = 0; i < text.Length; i++)
        {
            width += _font.Width(text[i]);
        }

        return width;
    }

    private string Clip(string text)
    {
        if (Measure(text) * _scale <= _panel.Width)
        {
            return text;
        }

        int keep = text.Length;
        while (keep > 0 && (Measure(text.Substring(0, keep)) + _font.Width('…')) * _scale > _panel.Width)
        {
            keep--;
        }

        string head = text.Substring(0, keep);
        return head + "…";
    }

    // The detail in two rows: broken at the last space of the first, or, in Chinese, where the row is full.
    private void Break(string text)
    {
        int width = 0;
        int space = -1;
        for (int i = 0; i < text.Length; i++)
        {
            width += _font.Width(text[i]);
            if (width > _panel.Width)
            {
                int end = space > 0 ? space : i;
                int next = space > 0 ? space + 1 : i;
                _wanted[2] = text.Substring(0, end);
                _wanted[3] = text.Substring(next);
                return;
            }

            if (text[i] == ' ')
            {
                space = i;
            }
        }

        _wanted[2] = "";
        _wanted[3] = text;
    }
}
