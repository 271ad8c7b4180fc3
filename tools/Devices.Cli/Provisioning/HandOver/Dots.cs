using System.Globalization;
using System.Text;
using Devices.Standins.Terminal;
using Devices.Terminal.Screens;
using SkiaSharp;

namespace Devices.Cli.Provisioning.HandOver;

/// <summary>
/// A picture of black dots. Text is drawn in the terminal's own font, which is in this program: a board has no fonts, and label printers have no
/// Chinese ones.
/// </summary>
internal sealed class Dots(int width, int height)
{
    private static readonly BitmapFont Font = OpenFont();
    private readonly bool[] _black = new bool[width * height];

    public int Width { get; } = width;

    public int Height { get; } = height;

    public static int LineHeight => Font.Height;

    public bool this[int x, int y] => _black[(y * Width) + x];

    /// <summary>Dots that a text takes.</summary>
    public static int Measure(string text, int scale = 1) => text.Sum(Font.Width) * scale;

    /// <summary>Cuts a text into lines of at most <paramref name="most"/> dots, at spaces where there are any.</summary>
    public static List<string> Wrap(string text, int most, int scale = 1)
    {
        List<string> lines = [];
        var line = new StringBuilder();
        int space = -1;
        foreach (char c in text)
        {
            line.Append(c);
            if (c == ' ') space = line.Length;
            if (Measure(line.ToString(), scale) <= most) continue;
            int cut = space > 0 && space < line.Length ? space : line.Length - 1;
            lines.Add(line.ToString(0, cut).TrimEnd());
            line.Remove(0, cut);
            space = -1;
        }

        if (line.ToString().Trim() is { Length: > 0 } last) lines.Add(last);
        return lines;
    }

    public void Set(int x, int y, int scale = 1)
    {
        for (int dy = 0; dy < scale; dy++)
            for (int dx = 0; dx < scale; dx++)
                if (x + dx is >= 0 and var at && at < Width && y + dy >= 0 && y + dy < Height) _black[((y + dy) * Width) + at] = true;
    }

    public void Text(int x, int y, string text, int scale = 1)
    {
        foreach (char c in text)
        {
            int glyph = Font.Glyph(c, out int wide);
            for (int row = 0; row < Font.Height; row++)
                for (int column = 0; column < wide; column++)
                    if (Font.IsSet(glyph, wide, column, row)) Set(x + (column * scale), y + (row * scale), scale);
            x += wide * scale;
        }
    }

    /// <summary>PNG, each dot <paramref name="zoom"/> pixels wide.</summary>
    public byte[] ToPng(int zoom = 1)
    {
        using SKBitmap bitmap = new(new SKImageInfo(Width * zoom, Height * zoom, SKColorType.Gray8, SKAlphaType.Opaque));
        Span<byte> pixels = bitmap.GetPixelSpan();
        for (int y = 0; y < Height * zoom; y++)
            for (int x = 0; x < Width * zoom; x++)
                pixels[(y * bitmap.RowBytes) + x] = this[x / zoom, y / zoom] ? (byte)0 : (byte)255;
        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    /// <summary>The picture as a ZPL graphic field.</summary>
    public string ToZpl()
    {
        int row = (Width + 7) / 8;
        var hex = new StringBuilder(row * Height * 2);
        for (int y = 0; y < Height; y++)
        {
            for (int b = 0; b < row; b++)
            {
                int value = 0;
                for (int bit = 0; bit < 8; bit++)
                    if ((b * 8) + bit is var x && x < Width && this[x, y]) value |= 0x80 >> bit;
                hex.Append(value.ToString("X2", CultureInfo.InvariantCulture));
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"^GFA,{row * Height},{row * Height},{row},{hex}");
    }

    private static BitmapFont OpenFont()
    {
        using Stream file = typeof(TerminalMachine).Assembly.GetManifestResourceStream(BitmapFont.FileName)!;
        byte[] data = new byte[file.Length];
        file.ReadExactly(data);
        return BitmapFont.Open(data) ?? throw new InvalidDataException("The font in this program is damaged.");
    }
}
