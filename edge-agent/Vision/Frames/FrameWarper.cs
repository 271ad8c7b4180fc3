using System.Numerics;

namespace Devices.Edge.Vision.Frames;

/// <summary>
/// Bilinear affine warp to planar floats with black outside the picture, as OpenCV's <c>warpAffine</c> with its
/// default border. Where the source is more than twice as fine as the target, each target pixel averages a small
/// grid of samples, so a close face does not alias.
/// </summary>
public static class FrameWarper
{
    /// <param name="toSource">Maps target pixel coordinates (pixel (0,0)'s centre is 0,0) to source ones.</param>
    public static void Warp(RgbFrame frame, in Matrix3x2 toSource, int width, int height, PixelNorm norm, Span<float> target)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentNullException.ThrowIfNull(norm);
        var pixels = (ReadOnlySpan<byte>)frame.Pixels;
        var plane = width * height;
        var scale = MathF.Sqrt(MathF.Abs(toSource.GetDeterminant()));
        var grid = Math.Clamp((int)MathF.Round(scale), 1, 4);
        var share = 1f / (grid * grid);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var sum = Vector3.Zero;
                for (var j = 0; j < grid; j++)
                {
                    var ty = y + ((j + 0.5f) / grid) - 0.5f;
                    for (var i = 0; i < grid; i++)
                    {
                        var tx = x + ((i + 0.5f) / grid) - 0.5f;
                        var sx = (toSource.M11 * tx) + (toSource.M21 * ty) + toSource.M31;
                        var sy = (toSource.M12 * tx) + (toSource.M22 * ty) + toSource.M32;
                        sum += Bilinear(pixels, frame.Width, frame.Height, sx, sy);
                    }
                }

                sum *= share;
                norm.Write(target, (y * width) + x, plane, sum.X, sum.Y, sum.Z);
            }
        }
    }

    private static Vector3 Bilinear(ReadOnlySpan<byte> pixels, int width, int height, float x, float y)
    {
        if (!(x > -1f && y > -1f && x < width && y < height))
        {
            return Vector3.Zero;
        }

        var x0 = (int)MathF.Floor(x);
        var y0 = (int)MathF.Floor(y);
        float fx = x - x0, fy = y - y0;
        return (((1 - fx) * At(pixels, width, height, x0, y0)) + (fx * At(pixels, width, height, x0 + 1, y0))) * (1 - fy)
            + ((((1 - fx) * At(pixels, width, height, x0, y0 + 1)) + (fx * At(pixels, width, height, x0 + 1, y0 + 1))) * fy);
    }

    private static Vector3 At(ReadOnlySpan<byte> pixels, int width, int height, int x, int y)
    {
        if ((uint)x >= (uint)width || (uint)y >= (uint)height)
        {
            return Vector3.Zero;
        }

        var at = ((y * width) + x) * 3;
        return new Vector3(pixels[at], pixels[at + 1], pixels[at + 2]);
    }
}
