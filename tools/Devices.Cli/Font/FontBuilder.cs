using System.Buffers.Binary;
using Devices.Terminal.Entries;
using SkiaSharp;

namespace Devices.Cli.Font;

/// <summary>Draws the glyphs of a font file at one size and packs them as the firmware's BitmapFont reads them.</summary>
public static class FontBuilder
{
    /// <summary>The face of Noto's collection: half-width Latin beside full-width simplified Chinese.</summary>
    public const string Face = "Noto Sans Mono CJK SC";

    /// <summary>Ink of a dot, of 255, from which it is lit. Thin strokes at this size cover about half a dot.</summary>
    private const byte Lit = 104;

    /// <summary>Draws and packs.</summary>
    /// <param name="file">A font file (.ttc, .otf, .ttf) that has <see cref="Face"/>.</param>
    /// <param name="height">Dots a glyph is high; even, 8 to 24.</param>
    /// <param name="small">See <see cref="GlyphSet.Full"/>.</param>
    /// <exception cref="InvalidDataException">The file is no font with that face, or it lacks a character.</exception>
    public static byte[] Build(string file, int height, bool small = false)
    {
        using SKTypeface face = Open(file);
        using SKFont font = new(face, height) { Edging = SKFontEdging.Antialias, Hinting = SKFontHinting.Normal, Subpixel = false };
        string half = GlyphSet.Half, full = GlyphSet.Full(small);
        foreach (char c in half + full)
        {
            if (!font.ContainsGlyph(c)) throw new InvalidDataException($"'{file}' has no glyph for U+{(int)c:X4} ({c}).");
        }

        using MemoryStream data = new();
        data.Write("DFNT"u8);
        data.Write([1, (byte)height, (byte)half.Length, 0, (byte)full.Length, (byte)(full.Length >> 8)]);
        foreach (char c in half + full) data.Write([(byte)c, (byte)(c >> 8)]);
        foreach (char c in half) data.Write(Glyph(font, c, height / 2, height));
        foreach (char c in full) data.Write(Glyph(font, c, height, height));
        byte[] body = data.ToArray();
        byte[] crc = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(crc, Crc32.Of(body, 0, body.Length));
        return [.. body, .. crc];
    }

    private static SKTypeface Open(string file)
    {
        for (int index = 0; index < 32; index++)
        {
            SKTypeface? face = SKTypeface.FromFile(file, index);
            if (face is null) break;
            if (face.FamilyName == Face) return face;
            face.Dispose();
        }

        throw new InvalidDataException($"'{file}' has no face '{Face}'. On Debian the package fonts-noto-cjk has it, as NotoSansCJK-Regular.ttc or NotoSansCJK-Bold.ttc.");
    }

    private static byte[] Glyph(SKFont font, char c, int width, int height)
    {
        using SKBitmap bitmap = new(new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque));
        using SKCanvas canvas = new(bitmap);
        canvas.Clear(SKColors.Black);
        using SKPaint ink = new() { Color = SKColors.White, IsAntialias = true };

        // The em box of a Chinese face reaches from 0.12 em below the baseline to 0.88 em above it.
        canvas.DrawText(c.ToString(), 0, (float)Math.Round(height * 0.88), SKTextAlign.Left, font, ink);
        canvas.Flush();
        byte[] bits = new byte[((width * height) + 7) / 8];
        ReadOnlySpan<byte> dots = bitmap.GetPixelSpan();
        for (int row = 0; row < height; row++)
        {
            for (int column = 0; column < width; column++)
            {
                int bit = (row * width) + column;
                if (dots[(row * bitmap.RowBytes) + column] >= Lit) bits[bit >> 3] |= (byte)(0x80 >> (bit & 7));
            }
        }

        return bits;
    }
}
