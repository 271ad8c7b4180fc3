using System.Numerics;
using Devices.Edge.Vision.Frames;

namespace Devices.Benchmarks.Pad;

/// <summary>SIMULATED covers: an even colour, with a little noise, over a part of the face given in the 112×112 aligned face.</summary>
internal static class Occlude
{
    internal static void Fill(RgbFrame frame, in Matrix3x2 toPicture, int left, int top, int right, int bottom, int colour)
    {
        Matrix3x2.Invert(toPicture, out var toFace);
        uint state = 99;
        for (var y = 0; y < frame.Height; y++)
        {
            for (var x = 0; x < frame.Width; x++)
            {
                var at = Vector2.Transform(new Vector2(x, y), toFace);
                if (at.X < left || at.X >= right || at.Y < top || at.Y >= bottom)
                {
                    continue;
                }

                // Shaded from the middle to the sides, as a cloth on a round face is.
                var shade = 1 - (0.25f * MathF.Pow((at.X - 56) / 42, 2));
                for (var c = 0; c < 3; c++)
                {
                    state = (state * 1664525) + 1013904223;
                    frame.Pixels[(y * frame.Stride) + (x * 3) + c] = (byte)Math.Clamp((((colour >> (16 - (8 * c))) & 255) * shade) + (state >> 29) - 3.5f, 0, 255);
                }
            }
        }
    }
}
