using SkiaSharp;

namespace Devices.Cli.Tests.Provisioning;

/// <summary>Camera pictures of known light and focus.</summary>
internal static class Pictures
{
    /// <summary>A scene with edges, as a room has.</summary>
    public static byte[] Sharp(byte light = 255) => Draw(light, 0);

    /// <summary>The same scene out of focus.</summary>
    public static byte[] Blurred() => Draw(255, 14);

    private static byte[] Draw(byte light, float blur)
    {
        using SKBitmap bitmap = new(640, 480);
        using SKCanvas canvas = new(bitmap);
        canvas.Clear(new SKColor((byte)(light / 2), (byte)(light / 2), (byte)(light / 2)));
        using SKPaint paint = new() { ImageFilter = blur > 0 ? SKImageFilter.CreateBlur(blur, blur) : null };
        Random random = new(5);
        for (int i = 0; i < 400; i++)
        {
            byte grey = (byte)(random.Next(40, 230) * light / 255);
            paint.Color = new SKColor(grey, grey, grey);
            canvas.DrawRect(random.Next(640), random.Next(480), random.Next(4, 60), random.Next(4, 60), paint);
        }

        using SKData jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 85);
        return jpeg.ToArray();
    }
}
