using System;
using Devices.Terminal.Entries;

namespace Devices.Terminal.Screens;

/// <summary>
/// The screen's font, a file that <c>devices font</c> makes. Little-endian:
/// <c>"DFNT" · version u8 · height u8 · half-width count u16 · full-width count u16 · codes u16… (half-width ones ascending, then full-width ones
/// ascending) · glyphs · crc32 u32</c>. A glyph is height rows of height/2 (half) or height (full) bits, packed without gaps from the top
/// left, highest bit first, and starts on a byte. The CRC is over everything before it.
/// </summary>
public sealed class BitmapFont
{
    public const string FileName = "font.bin";

    /// <summary>Largest height that the screen's buffers are made for.</summary>
    public const int MaxHeight = 24;

    private const int HeaderLength = 10;

    private readonly byte[] _data;
    private readonly int _half;
    private readonly int _full;
    private readonly int _glyphs;
    private readonly int _halfBytes;
    private readonly int _fullBytes;

    private BitmapFont(byte[] data, int height, int half, int full)
    {
        _data = data;
        Height = height;
        _half = half;
        _full = full;
        _glyphs = HeaderLength + (2 * (half + full));
        _halfBytes = ((height * (height / 2)) + 7) / 8;
        _fullBytes = ((height * height) + 7) / 8;
    }

    /// <summary>Rows of a glyph.</summary>
    public int Height { get; }

    /// <summary>Characters it has.</summary>
    public int Count
    {
        get { return _half + _full; }
    }

    /// <summary>Checks a file's bytes; null when they are not a sound font.</summary>
    public static BitmapFont? Open(byte[]? data)
    {
        if (data == null || data.Length < HeaderLength + 4 || data[0] != 'D' || data[1] != 'F' || data[2] != 'N' || data[3] != 'T' || data[4] != 1)
        {
            return null;
        }

        int height = data[5];
        if (height < 8 || height > MaxHeight || height % 2 != 0)
        {
            return null;
        }

        BitmapFont font = new BitmapFont(data, height, data[6] | (data[7] << 8), data[8] | (data[9] << 8));
        int end = font._glyphs + (font._half * font._halfBytes) + (font._full * font._fullBytes);
        if (data.Length != end + 4)
        {
            return null;
        }

        uint crc = 0;
        for (int i = 3; i >= 0; i--)
        {
            crc = (crc << 8) | data[end + i];
        }

        return crc == Crc32.Of(data, 0, end) ? font : null;
    }

    /// <summary>Width of a character in dots; one it lacks is a full-width box.</summary>
    public int Width(char c)
    {
        return Find(c, 0, _half) >= 0 ? Height / 2 : Height;
    }

    public bool Has(char c)
    {
        return Find(c, 0, _half) >= 0 || Find(c, _half, _full) >= 0;
    }

    /// <summary>Where a character's glyph begins in bits, or -1; with its width.</summary>
    public int Glyph(char c, out int width)
    {
        int at = Find(c, 0, _half);
        if (at >= 0)
        {
            width = Height / 2;
            return 8 * (_glyphs + (at * _halfBytes));
        }

        width = Height;
        at = Find(c, _half, _full);
        return at < 0 ? -1 : 8 * (_glyphs + (_half * _halfBytes) + ((at - _half) * _fullBytes));
    }

    /// <summary>Whether a dot of a glyph from <see cref="Glyph"/> is set.</summary>
    public bool IsSet(int glyph, int width, int column, int row)
    {
        if (glyph < 0)
        {
            // A character that the font lacks is seen as such, and not left out.
            bool edge = column == 1 || row == 1 || column == width - 2 || row == Height - 2;
            return edge && column > 0 && row > 0 && column < width - 1 && row < Height - 1;
        }

        int bit = glyph + (row * width) + column;
        return ((_data[bit >> 3] >> (7 - (bit & 7))) & 1) != 0;
    }

    private int Find(char c, int first, int count)
    {
        int low = first;
        int high = first + count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int code = _data[HeaderLength + (2 * middle)] | (_data[HeaderLength + (2 * middle) + 1] << 8);
            if (code == c)
            {
                return middle;
            }

            if (code < c)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return -1;
    }
}
