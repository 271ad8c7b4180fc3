using SkiaSharp;

namespace Devices.Edge.Agent.Tests.Support;

/// <summary>Makes the recordings that the fake cameras play.</summary>
internal static class Jpegs
{
    /// <summary>A real JPEG of one colour with a diagonal, different for each number.</summary>
    public static byte[] Make(int number, int width = 64, int height = 48)
    {
        using SKBitmap bitmap = new(width, height);
        using (SKCanvas canvas = new(bitmap))
        {
            canvas.Clear(new SKColor((byte)(number * 37), (byte)(number * 59), (byte)(number * 83)));
            using SKPaint paint = new() { Color = SKColors.White, StrokeWidth = 2 };
            canvas.DrawLine(0, 0, width, height, paint);
        }

        using SKData data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
        return data.ToArray();
    }

    /// <summary>The picture with a whole second JPEG in an APP1 segment, as cameras put thumbnails there.</summary>
    public static byte[] WithThumbnail(byte[] picture, byte[] thumbnail)
    {
        int length = thumbnail.Length + 2;
        return [.. picture[..2], 0xFF, 0xE1, (byte)(length >> 8), (byte)length, .. thumbnail, .. picture[2..]];
    }
}
