using System.Globalization;
using SkiaSharp;

namespace Devices.Cli.Provisioning.Run;

/// <summary>What a picture says about light and focus.</summary>
/// <param name="Mean">Mean brightness, 0 to 255.</param>
/// <param name="Dark">Share of pixels that are black.</param>
/// <param name="Bright">Share of pixels that are burnt out.</param>
/// <param name="Sharpness">Variance of the Laplacian (Pech-Pacheco et al. 2000) at 320 pixels' width; grows with fine detail.</param>
public sealed record CameraLook(double Mean, double Dark, double Bright, double Sharpness)
{
    /// <summary>Null where people can be recognised in such a picture, else what is wrong and what to do.</summary>
    public string? Fault() =>
        Mean < 40 || Dark > 0.6 ? "It is too dark: give the place light, or take the cover off the lens."
        : Mean > 215 || Bright > 0.4 ? "It is too bright: a window or lamp shines into the lens; turn the terminal away from it."
        : Sharpness < 12 ? "It is blurred: take the film off the lens, clean it, and turn its ring until edges are sharp at one metre."
        : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"brightness {Mean:0} of 255, black {Dark * 100:0} %, burnt out {Bright * 100:0} %, sharpness {Sharpness:0}");
}

/// <summary>Measures a JPEG picture.</summary>
public static class CameraJudge
{
    private const int Width = 320, Black = 16, White = 250;

    /// <summary>Null where it is no picture.</summary>
    public static CameraLook? Look(byte[] jpeg)
    {
        using SKCodec? codec = SKCodec.Create(new MemoryStream(jpeg));
        using SKBitmap? whole = codec is null ? null : SKBitmap.Decode(codec);
        if (whole is null || whole.Width < 32 || whole.Height < 32) return null;
        int height = Math.Max(3, (int)((long)whole.Height * Width / whole.Width));
        using SKBitmap grey = new(new SKImageInfo(Width, height, SKColorType.Gray8));
        if (!whole.ScalePixels(grey, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear))) return null;
        ReadOnlySpan<byte> pixels = grey.GetPixelSpan();
        int stride = grey.RowBytes;
        long sum = 0;
        int dark = 0, bright = 0;
        double edges = 0, squares = 0;
        int inner = 0;
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                int at = (y * stride) + x, value = pixels[at];
                sum += value;
                if (value < Black) dark++;
                if (value > White) bright++;
                if (x == 0 || y == 0 || x == Width - 1 || y == height - 1) continue;
                int edge = pixels[at - 1] + pixels[at + 1] + pixels[at - stride] + pixels[at + stride] - (4 * value);
                edges += edge;
                squares += (double)edge * edge;
                inner++;
            }
        }

        double count = (double)Width * height, mean = edges / inner;
        return new(sum / count, dark / count, bright / count, (squares / inner) - (mean * mean));
    }
}
