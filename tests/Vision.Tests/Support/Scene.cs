using Devices.Edge.Vision.Frames;

namespace Devices.Edge.Vision.Tests.Support;

/// <summary>Builds camera frames out of sample pictures: placed, scaled and moved, as a camera stand-in would.</summary>
internal static class Scene
{
    /// <summary>A plain grey-blue wall with a little noise, so that no surface is perfectly flat.</summary>
    internal static RgbFrame Wall(int width, int height, TimeSpan at)
    {
        var frame = RgbFrame.Rent(width, height, at);
        var pixels = frame.Pixels;
        uint state = 12345;
        for (var i = 0; i < pixels.Length; i++)
        {
            state = (state * 1664525) + 1013904223;
            pixels[i] = (byte)(140 + ((i % 3) * 8) + (int)(state >> 29));
        }

        return frame;
    }

    /// <summary>Draws a picture into a frame at a place, scaled to a width; parts outside are cut off.</summary>
    internal static void Draw(RgbFrame target, RgbFrame picture, int x, int y, int width)
    {
        var height = (int)((long)picture.Height * width / picture.Width);
        for (var ty = Math.Max(0, y); ty < Math.Min(target.Height, y + height); ty++)
        {
            for (var tx = Math.Max(0, x); tx < Math.Min(target.Width, x + width); tx++)
            {
                Sample(picture, (tx - x + 0.5f) * picture.Width / width, (ty - y + 0.5f) * picture.Height / height, target.Pixels[((ty * target.Stride) + (tx * 3))..]);
            }
        }
    }

    private static void Sample(RgbFrame picture, float sx, float sy, Span<byte> pixel)
    {
        sx = Math.Clamp(sx - 0.5f, 0, picture.Width - 1.001f);
        sy = Math.Clamp(sy - 0.5f, 0, picture.Height - 1.001f);
        int x = (int)sx, y = (int)sy, x1 = Math.Min(x + 1, picture.Width - 1), y1 = Math.Min(y + 1, picture.Height - 1);
        float fx = sx - x, fy = sy - y;
        var source = picture.Pixels;
        for (var c = 0; c < 3; c++)
        {
            float At(int px, int py, ReadOnlySpan<byte> s) => s[(py * picture.Stride) + (px * 3) + c];
            var top = ((1 - fx) * At(x, y, source)) + (fx * At(x1, y, source));
            var bottom = ((1 - fx) * At(x, y1, source)) + (fx * At(x1, y1, source));
            pixel[c] = (byte)Math.Clamp(((1 - fy) * top) + (fy * bottom) + 0.5f, 0, 255);
        }
    }
}
