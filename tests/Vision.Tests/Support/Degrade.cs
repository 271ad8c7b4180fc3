using System.Numerics;
using Devices.Edge.Vision.Frames;

namespace Devices.Edge.Vision.Tests.Support;

/// <summary>Spoils a picture by a stated amount. Each returns a new frame.</summary>
internal static class Degrade
{
    internal static RgbFrame Blur(RgbFrame frame, float sigma)
    {
        var copy = frame.CloneAt(frame.CapturedAt);
        var radius = (int)MathF.Ceiling(2.5f * sigma);
        var kernel = Enumerable.Range(-radius, (2 * radius) + 1).Select(i => MathF.Exp(-i * i / (2 * sigma * sigma))).ToArray();
        var total = kernel.Sum();
        var line = new float[Math.Max(frame.Width, frame.Height)];
        for (var pass = 0; pass < 2; pass++)
        {
            var (lines, length) = pass == 0 ? (frame.Height, frame.Width) : (frame.Width, frame.Height);
            var (lineStep, step) = pass == 0 ? (frame.Stride, 3) : (3, frame.Stride);
            for (var l = 0; l < lines * 3; l++)
            {
                var start = (l / 3 * lineStep) + (l % 3);
                for (var i = 0; i < length; i++)
                {
                    line[i] = 0;
                    for (var k = -radius; k <= radius; k++)
                    {
                        line[i] += kernel[k + radius] * copy.Pixels[start + (Math.Clamp(i + k, 0, length - 1) * step)];
                    }
                }

                for (var i = 0; i < length; i++)
                {
                    copy.Pixels[start + (i * step)] = (byte)((line[i] / total) + 0.5f);
                }
            }
        }

        return copy;
    }

    /// <summary>Light times <paramref name="gain"/> plus <paramref name="offset"/>, cut at white.</summary>
    internal static RgbFrame Light(RgbFrame frame, float gain, float offset = 0)
    {
        var copy = frame.CloneAt(frame.CapturedAt);
        foreach (ref var value in copy.Pixels)
        {
            value = (byte)Math.Clamp((value * gain) + offset, 0, 255);
        }

        return copy;
    }

    /// <summary>Turned about its middle in the picture's plane and scaled; what comes in from outside is a mid grey.</summary>
    internal static RgbFrame Turn(RgbFrame frame, float degrees, float scale = 1, float shiftX = 0, float shiftY = 0, float squeeze = 1)
    {
        var turned = RgbFrame.Rent(frame.Width, frame.Height, frame.CapturedAt);
        var middle = new Vector2(frame.Width / 2f, frame.Height / 2f);
        var map = Matrix3x2.CreateTranslation(-middle) * Matrix3x2.CreateScale(scale * squeeze, scale) * Matrix3x2.CreateRotation(degrees * MathF.PI / 180)
            * Matrix3x2.CreateTranslation(middle + new Vector2(shiftX, shiftY));
        Matrix3x2.Invert(map, out var back);
        for (var y = 0; y < frame.Height; y++)
        {
            for (var x = 0; x < frame.Width; x++)
            {
                var at = Vector2.Transform(new Vector2(x, y), back);
                var to = turned.Pixels[((y * frame.Stride) + (x * 3))..];
                if (!(at.X >= 0 && at.Y >= 0 && at.X < frame.Width - 1 && at.Y < frame.Height - 1))
                {
                    to[..3].Fill(128);
                    continue;
                }

                int x0 = (int)at.X, y0 = (int)at.Y;
                float fx = at.X - x0, fy = at.Y - y0;
                var p = (y0 * frame.Stride) + (x0 * 3);
                for (var c = 0; c < 3; c++, p++)
                {
                    var top = (frame.Pixels[p] * (1 - fx)) + (frame.Pixels[p + 3] * fx);
                    var bottom = (frame.Pixels[p + frame.Stride] * (1 - fx)) + (frame.Pixels[p + frame.Stride + 3] * fx);
                    to[c] = (byte)((top * (1 - fy)) + (bottom * fy) + 0.5f);
                }
            }
        }

        return turned;
    }

    /// <summary>An even colour over a part of the face, given in the 112×112 aligned face.</summary>
    internal static RgbFrame Cover(RgbFrame frame, in Matrix3x2 toFace, int left, int top, int right, int bottom, byte red, byte green, byte blue)
    {
        var copy = frame.CloneAt(frame.CapturedAt);
        for (var y = 0; y < frame.Height; y++)
        {
            for (var x = 0; x < frame.Width; x++)
            {
                var at = Vector2.Transform(new Vector2(x, y), toFace);
                if (at.X >= left && at.X < right && at.Y >= top && at.Y < bottom)
                {
                    var p = (y * copy.Stride) + (x * 3);
                    (copy.Pixels[p], copy.Pixels[p + 1], copy.Pixels[p + 2]) = (red, green, blue);
                }
            }
        }

        return copy;
    }

    /// <summary>A mix of two pictures of one size: 0 is the first, 1 the second.</summary>
    internal static RgbFrame Fade(RgbFrame a, RgbFrame b, float share, TimeSpan at)
    {
        var mix = RgbFrame.Rent(a.Width, a.Height, at);
        for (var i = 0; i < mix.Pixels.Length; i++)
        {
            mix.Pixels[i] = (byte)((a.Pixels[i] * (1 - share)) + (b.Pixels[i] * share) + 0.5f);
        }

        return mix;
    }

    /// <summary>Seeded sensor noise of about the given deviation in grey levels.</summary>
    internal static RgbFrame Noise(RgbFrame frame, int seed, float deviation)
    {
        var state = unchecked((uint)((seed * 747796405) + 277803737));
        foreach (ref var value in frame.Pixels)
        {
            state = (state * 1664525) + 1013904223;
            var sum = (state >> 24) + ((state >> 16) & 255) + ((state >> 8) & 255);
            value = (byte)Math.Clamp(value + ((sum - 382.5f) / 128 * deviation), 0, 255);
        }

        return frame;
    }
}
