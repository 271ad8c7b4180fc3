using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Devices.Edge.Vision.Frames;

/// <summary>
/// YUYV or NV12 as the camera gave it. A row becomes RGB floats with one vector a pixel (its four lanes are R, G, B and
/// nothing), the part of U and V computed once for the two pixels that share them; SSE and NEON alike.
/// </summary>
internal sealed class RawYuv : DeferredPixels
{
    // ITU-R BT.601, limited range; the same constants as YuvConverter's 8.8 fixed point.
    private const float Luma = 298f / 256;
    private static readonly Vector128<float> OfU = Vector128.Create(0, -100f / 256, 516f / 256, 0);
    private static readonly Vector128<float> OfV = Vector128.Create(409f / 256, -208f / 256, 0, 0);
    private bool _planar;
    private int _stride;
    private int _height;
    private int _length;
    private byte[]? _bytes;

    private RawYuv(byte[] bytes, int length, bool planar, int stride, int height) => (_bytes, _length, _planar, _stride, _height) = (bytes, length, planar, stride, height);

    internal override bool HasRows => true;

    /// <param name="reuse">A disposed one that becomes the new one.</param>
    internal static RawYuv Copy(ReadOnlySpan<byte> data, bool planar, int stride, int height, RawYuv? reuse = null)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(data.Length);
        data.CopyTo(bytes);
        if (reuse is null)
        {
            return new RawYuv(bytes, data.Length, planar, stride, height);
        }

        (reuse._bytes, reuse._length, reuse._planar, reuse._stride, reuse._height) = (bytes, data.Length, planar, stride, height);
        return reuse;
    }

    internal override FrameFault? WriteRgb(Span<byte> rgb, int width, int height)
    {
        var data = _bytes.AsSpan(0, _length);
        if (_planar)
        {
            YuvConverter.Nv12Rows(data, _stride, rgb, width, height);
        }
        else
        {
            YuvConverter.YuyvRows(data, _stride, rgb, width, height);
        }

        return null;
    }

    internal override void ReadRow(int y, int x, int count, Span<float> rgb)
    {
        var row = _bytes.AsSpan(y * _stride);
        var chroma = _planar ? _bytes.AsSpan((_height + (y / 2)) * _stride) : default;
        ref var to = ref MemoryMarshal.GetReference(rgb);
        var at = 0;
        if ((x & 1) != 0 && count > 0)
        {
            One(x, ref to);
            at = 1;
        }

        for (; at + 1 < count; at += 2)
        {
            var pair = x + at;
            var (y0, y1, u, v) = _planar
                ? (row[pair], row[pair + 1], chroma[pair], chroma[pair + 1])
                : (row[pair * 2], row[(pair * 2) + 2], row[(pair * 2) + 1], row[(pair * 2) + 3]);
            var colour = Colour(u, v);
            Store(ref Unsafe.Add(ref to, at * 3), y0, colour);
            Store(ref Unsafe.Add(ref to, (at * 3) + 3), y1, colour);
        }

        if (at < count)
        {
            One(x + at, ref Unsafe.Add(ref to, at * 3));
        }

        void One(int pixel, ref float target)
        {
            var even = pixel & ~1;
            var bytes = _bytes.AsSpan(y * _stride);
            var uv = _planar ? _bytes.AsSpan(((_height + (y / 2)) * _stride) + even) : bytes[((even * 2) + 1)..];
            Store(ref target, bytes[_planar ? pixel : pixel * 2], Colour(uv[0], uv[_planar ? 1 : 2]));
        }
    }

    public override void Dispose()
    {
        if (Interlocked.Exchange(ref _bytes, null) is { } bytes)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static Vector128<float> Colour(byte u, byte v) =>
        (OfU * (u - 128f)) + (OfV * (v - 128f)) + Vector128.Create(-16 * Luma);

    private static void Store(ref float target, byte y, Vector128<float> colour) =>
        Vector128.Min(Vector128.Max(colour + Vector128.Create(y * Luma), Vector128<float>.Zero), Vector128.Create(255f)).StoreUnsafe(ref target);
}
