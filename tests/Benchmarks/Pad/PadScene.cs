using System.Numerics;
using Devices.Edge.Vision.Frames;

namespace Devices.Benchmarks.Pad;

/// <summary>
/// SIMULATED presentation of flat pictures: what a print or a screen does to a picture (halftone, paper, sub-pixels,
/// gamma), and how it is moved before the camera. Models after ISO/IEC 30107-3's species "printed photo" and "replayed
/// video"; no real artefact was photographed.
/// </summary>
internal static class PadScene
{
    internal const int Width = 640;
    internal const int Height = 480;

    /// <summary>How the artefact is held at one moment: a map from its plane to the camera's picture is made of it.</summary>
    internal readonly record struct Pose(float X, float Y, float Scale, float Degrees, float TiltX, float TiltY, float Gain);

    /// <summary>A hand's slow sway and tremor, as sines with seeded phases. <paramref name="size"/> 0 holds it dead still.</summary>
    internal static Pose Held(int seed, double seconds, double size)
    {
        uint state = unchecked((uint)((seed * 2654435761) + 97));
        double Next()
        {
            state = (state * 1664525) + 1013904223;
            return state / (double)uint.MaxValue;
        }

        double Sway(double amplitude)
        {
            double phase = Next() * Math.Tau, hertz = 0.2 + (0.5 * Next()), shiver = Next() * Math.Tau;
            return size * amplitude * (Math.Sin(phase + (Math.Tau * hertz * seconds)) + (0.08 * Math.Sin(shiver + (Math.Tau * 7 * seconds))));
        }

        return new Pose((float)Sway(12), (float)Sway(8), (float)(1 + Sway(0.04)), (float)Sway(3), (float)Sway(0.12), (float)Sway(0.10), (float)(1 + Sway(0.03)));
    }

    /// <summary>
    /// The artefact seen by the camera: filling the view (<paramref name="share"/> 1 or more) or with its edge and the
    /// wall behind it, by a homography of the pose, averaged over 2×2 samples, then a lens of the given blur and noise.
    /// </summary>
    internal static RgbFrame View(RgbFrame artefact, Pose pose, float share, float blur, int noiseSeed, TimeSpan at)
    {
        var frame = RgbFrame.Rent(Width, Height, at);
        var pixels = frame.Pixels;
        var zoom = share * Math.Max(Width / (float)artefact.Width, Height / (float)artefact.Height) * pose.Scale;
        var (sin, cos) = MathF.SinCos(pose.Degrees * MathF.PI / 180);
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                var sum = Vector3.Zero;
                for (var k = 0; k < 4; k++)
                {
                    var cx = x + ((k & 1) * 0.5f) + 0.25f - (Width / 2f) - pose.X;
                    var cy = y + ((k >> 1) * 0.5f) + 0.25f - (Height / 2f) - pose.Y;

                    // Tilt about both axes: the far side is smaller.
                    var depth = 1 + (pose.TiltX * cx / Width) + (pose.TiltY * cy / Height);
                    float u = ((cos * cx) + (sin * cy)) / depth, v = ((cos * cy) - (sin * cx)) / depth;
                    float px = (u / zoom) + (artefact.Width / 2f), py = (v / zoom) + (artefact.Height / 2f);
                    sum += px >= 0 && py >= 0 && px < artefact.Width && py < artefact.Height ? Sample(artefact, px, py) : Wall(x, y);
                }

                sum *= pose.Gain / 4;
                var p = (y * frame.Stride) + (x * 3);
                pixels[p] = Byte(sum.X);
                pixels[p + 1] = Byte(sum.Y);
                pixels[p + 2] = Byte(sum.Z);
            }
        }

        if (blur > 0)
        {
            Blur(frame, blur);
        }

        Noise(frame, noiseSeed, 2.2f);
        return frame;
    }

    /// <summary>A print: contrast of paper and ink, gamma, clustered-dot halftone of <paramref name="cell"/> artefact pixels, ink spread.</summary>
    internal static RgbFrame Print(RgbFrame source, int cell)
    {
        var fine = Enlarge(source, Math.Max(1, (int)MathF.Round(1100f / source.Width)));
        var pixels = fine.Pixels;
        for (var y = 0; y < fine.Height; y++)
        {
            for (var x = 0; x < fine.Width; x++)
            {
                for (var c = 0; c < 3; c++)
                {
                    var p = (y * fine.Stride) + (x * 3) + c;
                    var tone = MathF.Pow(pixels[p] / 255f, 1.15f);

                    // Each ink's screen is turned by its own angle, as in offset and laser print.
                    var angle = (c switch { 0 => 15f, 1 => 75f, _ => 0f }) * MathF.PI / 180;
                    var (s, k) = MathF.SinCos(angle);
                    var wave = ((MathF.Cos(MathF.Tau * ((x * k) + (y * s)) / cell) + MathF.Cos(MathF.Tau * ((y * k) - (x * s)) / cell)) / 4) + 0.5f;
                    var ink = Math.Clamp(((tone - wave) * 5) + 0.5f, 0, 1);
                    pixels[p] = Byte(22 + (212 * ((0.55f * ink) + (0.45f * tone))));
                }
            }
        }

        Blur(fine, 0.8f);
        return fine;
    }

    /// <summary>A screen: sub-pixel stripes and rows, raised black, gamma, blue shift, a dark bezel.</summary>
    internal static RgbFrame Screen(RgbFrame source, bool bezel)
    {
        var scale = Math.Max(2, (int)MathF.Round(1200f / source.Width));
        using var fine = Enlarge(source, scale);
        var edge = bezel ? fine.Width / 14 : 0;
        var screen = RgbFrame.Rent(fine.Width + (2 * edge), fine.Height + (2 * edge));
        screen.Pixels.Fill(14);
        for (var y = 0; y < fine.Height; y++)
        {
            for (var x = 0; x < fine.Width; x++)
            {
                var from = (y * fine.Stride) + (x * 3);
                var to = ((y + edge) * screen.Stride) + ((x + edge) * 3);
                for (var c = 0; c < 3; c++)
                {
                    // Three artefact pixels make one screen pixel: red, green and blue stripes, a dark line between rows.
                    var stripe = x % 3 == c ? 1.25f : 0.72f;
                    var row = y % 3 == 2 ? 0.8f : 1.08f;
                    var light = MathF.Pow(fine.Pixels[from + c] / 255f, 0.88f) * stripe * row * (c == 2 ? 1.12f : c == 0 ? 0.94f : 1f);
                    screen.Pixels[to + c] = Byte(10 + (235 * light));
                }
            }
        }

        return screen;
    }

    /// <summary>A print on paper with a white border.</summary>
    internal static RgbFrame Border(RgbFrame picture)
    {
        var edge = picture.Width / 16;
        var paper = RgbFrame.Rent(picture.Width + (2 * edge), picture.Height + (2 * edge));
        paper.Pixels.Fill(226);
        for (var y = 0; y < picture.Height; y++)
        {
            picture.Pixels.Slice(y * picture.Stride, picture.Stride).CopyTo(paper.Pixels[(((y + edge) * paper.Stride) + (edge * 3))..]);
        }

        return paper;
    }

    internal static RgbFrame Enlarge(RgbFrame source, int times)
    {
        var large = RgbFrame.Rent(source.Width * times, source.Height * times);
        for (var y = 0; y < large.Height; y++)
        {
            for (var x = 0; x < large.Width; x++)
            {
                var value = Sample(source, (x + 0.5f) / times, (y + 0.5f) / times);
                var p = (y * large.Stride) + (x * 3);
                (large.Pixels[p], large.Pixels[p + 1], large.Pixels[p + 2]) = (Byte(value.X), Byte(value.Y), Byte(value.Z));
            }
        }

        return large;
    }

    /// <summary>Separable Gaussian in place.</summary>
    internal static void Blur(RgbFrame frame, float sigma)
    {
        var radius = Math.Max(1, (int)MathF.Ceiling(2.5f * sigma));
        var kernel = new float[(2 * radius) + 1];
        for (var i = -radius; i <= radius; i++)
        {
            kernel[i + radius] = MathF.Exp(-i * i / (2 * sigma * sigma));
        }

        var total = kernel.Sum();
        var line = new float[Math.Max(frame.Width, frame.Height) * 3];
        var pixels = frame.Pixels;
        Pass(pixels, frame.Height, frame.Width, frame.Stride, 3);
        Pass(pixels, frame.Width, frame.Height, 3, frame.Stride);

        void Pass(Span<byte> data, int lines, int length, int lineStep, int step)
        {
            for (var l = 0; l < lines; l++)
            {
                for (var i = 0; i < length; i++)
                {
                    for (var c = 0; c < 3; c++)
                    {
                        var sum = 0f;
                        for (var k = -radius; k <= radius; k++)
                        {
                            sum += kernel[k + radius] * data[(l * lineStep) + (Math.Clamp(i + k, 0, length - 1) * step) + c];
                        }

                        line[(i * 3) + c] = sum / total;
                    }
                }

                for (var i = 0; i < length; i++)
                {
                    for (var c = 0; c < 3; c++)
                    {
                        data[(l * lineStep) + (i * step) + c] = Byte(line[(i * 3) + c]);
                    }
                }
            }
        }
    }

    internal static void Noise(RgbFrame frame, int seed, float sigma)
    {
        uint state = unchecked((uint)((seed * 747796405) + 277803737));
        foreach (ref var value in frame.Pixels)
        {
            state = (state * 1664525) + 1013904223;
            var sum = (state >> 24) + ((state >> 16) & 255) + ((state >> 8) & 255);
            value = Byte(value + ((sum - 382.5f) / 128 * sigma));
        }
    }

    private static Vector3 Wall(int x, int y) => new(150 + (x / 40f), 146 + (y / 60f), 138);

    private static Vector3 Sample(RgbFrame frame, float x, float y)
    {
        x = Math.Clamp(x - 0.5f, 0, frame.Width - 1.001f);
        y = Math.Clamp(y - 0.5f, 0, frame.Height - 1.001f);
        int x0 = (int)x, y0 = (int)y, x1 = Math.Min(x0 + 1, frame.Width - 1), y1 = Math.Min(y0 + 1, frame.Height - 1);
        float fx = x - x0, fy = y - y0;
        ReadOnlySpan<byte> p = frame.Pixels;
        var stride = frame.Stride;
        return Vector3.Lerp(
            Vector3.Lerp(At(p, (y0 * stride) + (x0 * 3)), At(p, (y0 * stride) + (x1 * 3)), fx),
            Vector3.Lerp(At(p, (y1 * stride) + (x0 * 3)), At(p, (y1 * stride) + (x1 * 3)), fx),
            fy);
    }

    private static Vector3 At(ReadOnlySpan<byte> p, int at) => new(p[at], p[at + 1], p[at + 2]);

    private static byte Byte(float value) => (byte)Math.Clamp(value + 0.5f, 0, 255);
}
