using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Devices.Edge.Vision.Frames;

/// <summary>
/// Bilinear affine warp to planar floats with black outside the picture, as OpenCV's <c>warpAffine</c> with its
/// default border. Where the source is more than twice as fine as the target, each target pixel averages a small
/// grid of samples, so a close face does not alias.
/// </summary>
public static class FrameWarper
{
    private const int Chunk = 64;

    /// <param name="toSource">Maps target pixel coordinates (pixel (0,0)'s centre is 0,0) to source ones.</param>
    public static void Warp(RgbFrame frame, in Matrix3x2 toSource, int width, int height, PixelNorm norm, Span<float> target)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentNullException.ThrowIfNull(norm);
        Span<float> row = stackalloc float[Chunk * 4];
        var pixels = (ReadOnlySpan<byte>)frame.Pixels;
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x += Chunk)
            {
                var part = row[..(Math.Min(Chunk, width - x) * 4)];
                Row(pixels, frame.Width, frame.Height, toSource, x, y, part);
                norm.WriteRow(part, target, (y * width) + x, width * height);
            }
        }
    }

    /// <summary>The same without norm and planes: R, G, B and one float of no meaning for each pixel, 0..255.</summary>
    internal static void Sample(RgbFrame frame, in Matrix3x2 toSource, int width, int height, Span<float> rgbx)
    {
        var pixels = (ReadOnlySpan<byte>)frame.Pixels;
        for (var y = 0; y < height; y++)
        {
            Row(pixels, frame.Width, frame.Height, toSource, 0, y, rgbx.Slice(y * width * 4, width * 4));
        }
    }

    private static void Row(ReadOnlySpan<byte> pixels, int width, int height, in Matrix3x2 m, int x, int y, Span<float> rgbx)
    {
        var grid = Math.Clamp((int)MathF.Round(MathF.Sqrt(MathF.Abs(m.GetDeterminant()))), 1, 4);
        var share = 1f / (grid * grid);
        var count = rgbx.Length / 4;
        if (Avx2.IsSupported && IsInside(m, x, y, count, width, height))
        {
            Inside(pixels, width, m, x, y, grid, share, rgbx);
            return;
        }

        for (var i = 0; i < count; i++)
        {
            var sum = Vector128<float>.Zero;
            for (var n = 0; n < grid * grid; n++)
            {
                var tx = x + i + (((n % grid) + 0.5f) / grid) - 0.5f;
                var ty = y + (((n / grid) + 0.5f) / grid) - 0.5f;
                sum += Bilinear(pixels, width, height, (m.M11 * tx) + (m.M21 * ty) + m.M31, (m.M12 * tx) + (m.M22 * ty) + m.M32);
            }

            (sum * share).CopyTo(rgbx[(i * 4)..]);
        }
    }

    // Whether every sample of a row lies so far inside that its four pixels, and the bytes read beside them, are the picture's:
    // the ends of the row say it for all between.
    private static bool IsInside(in Matrix3x2 m, int x, int y, int count, int width, int height)
    {
        ReadOnlySpan<Vector2> corners = [new(x - 0.5f, y - 0.5f), new(x + count - 0.5f, y - 0.5f), new(x - 0.5f, y + 0.5f), new(x + count - 0.5f, y + 0.5f)];
        foreach (var corner in corners)
        {
            var at = Vector2.Transform(corner, m);
            if (!(at.X >= 1 && at.Y >= 1 && at.X < width - 2 && at.Y < height - 3))
            {
                return false;
            }
        }

        return true;
    }

    // Both pixels of a row are one load of eight bytes and one vector: left in its lower half, right in its upper.
    private static void Inside(ReadOnlySpan<byte> pixels, int width, in Matrix3x2 m, int x, int y, int grid, float share, Span<float> rgbx)
    {
        ref var first = ref MemoryMarshal.GetReference(pixels);
        ref var to = ref MemoryMarshal.GetReference(rgbx);
        var spread = Vector128.Create((byte)0, 1, 2, 255, 3, 4, 5, 255, 255, 255, 255, 255, 255, 255, 255, 255);
        var (stride, step) = ((nuint)(width * 3), 1f / grid);
        float stepX = m.M11 * step, stepY = m.M12 * step;
        var count = rgbx.Length / 4;
        var start = (0.5f / grid) - 0.5f;
        for (var i = 0; i < count; i++)
        {
            var sum = Vector256<float>.Zero;
            for (var j = 0; j < grid; j++)
            {
                var ty = y + start + (j * step);
                var tx = x + i + start;
                var sx = (m.M11 * tx) + (m.M21 * ty) + m.M31;
                var sy = (m.M12 * tx) + (m.M22 * ty) + m.M32;
                for (var k = 0; k < grid; k++, sx += stepX, sy += stepY)
                {
                    int x0 = (int)sx, y0 = (int)sy;
                    float fx = sx - x0, fy = sy - y0;
                    ref var at = ref Unsafe.Add(ref first, ((nuint)y0 * stride) + (nuint)(x0 * 3));
                    var top = Pair(ref at, spread);
                    var bottom = Pair(ref Unsafe.Add(ref at, stride), spread);
                    var across = Vector256.Create(Vector128.Create(1 - fx), Vector128.Create(fx));
                    sum += (top + ((bottom - top) * fy)) * across;
                }
            }

            ((sum.GetLower() + sum.GetUpper()) * share).StoreUnsafe(ref to, (nuint)(i * 4));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Pair(ref byte at, Vector128<byte> spread) =>
        Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(Ssse3.Shuffle(Vector128.CreateScalar(Unsafe.ReadUnaligned<ulong>(ref at)).AsByte(), spread)));

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
            // Inside: a pixel is read with the byte behind it.
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
