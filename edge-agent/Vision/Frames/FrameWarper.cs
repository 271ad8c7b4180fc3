using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

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
                var sum = Vector128<float>.Zero;
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
                norm.Write(target, (y * width) + x, plane, sum);
            }
        }
    }

    private static Vector128<float> Bilinear(ReadOnlySpan<byte> pixels, int width, int height, float x, float y)
    {
        if (!(x > -1f && y > -1f && x < width && y < height))
        {
            return Vector128<float>.Zero;
        }

        var x0 = (int)MathF.Floor(x);
        var y0 = (int)MathF.Floor(y);
        float fx = x - x0, fy = y - y0;
        Vector128<float> a, b, c, d;
        var at = ((y0 * width) + x0) * 3;
        if (x0 >= 0 && y0 >= 0 && x0 + 1 < width && y0 + 1 < height && at + (width * 3) + 8 <= pixels.Length)
        {
            // Inside, which is nearly always: a pixel is read with the byte behind it.
            ref var first = ref MemoryMarshal.GetReference(pixels);
            a = Load(ref first, at);
            b = Load(ref first, at + 3);
            c = Load(ref first, at + (width * 3));
            d = Load(ref first, at + (width * 3) + 3);
        }
        else
        {
            a = At(pixels, width, height, x0, y0);
            b = At(pixels, width, height, x0 + 1, y0);
            c = At(pixels, width, height, x0, y0 + 1);
            d = At(pixels, width, height, x0 + 1, y0 + 1);
        }

        var top = a + ((b - a) * fx);
        var bottom = c + ((d - c) * fx);
        return top + ((bottom - top) * fy);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Load(ref byte first, int at)
    {
        var bytes = Vector128.CreateScalar(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref first, at))).AsByte();
        return Vector128.ConvertToSingle(Vector128.WidenLower(Vector128.WidenLower(bytes)).AsInt32());
    }

    private static Vector128<float> At(ReadOnlySpan<byte> pixels, int width, int height, int x, int y)
    {
        if ((uint)x >= (uint)width || (uint)y >= (uint)height)
        {
            return Vector128<float>.Zero;
        }

        var at = ((y * width) + x) * 3;
        return Vector128.Create(pixels[at], pixels[at + 1], pixels[at + 2], 0f);
    }
}
