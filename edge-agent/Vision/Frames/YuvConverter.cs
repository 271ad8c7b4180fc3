using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Devices.Edge.Vision.Frames;

/// <summary>
/// Raw camera formats to RGB24, ITU-R BT.601 limited range, in 8.8 fixed point. Both write into a frame that the
/// caller rented, so a camera loop allocates nothing.
/// </summary>
public static class YuvConverter
{
    private static readonly Vector128<byte> Three = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 255, 255, 255, 255);
    private static readonly Vector128<byte> Even = Vector128.Create((byte)0, 2, 4, 6, 8, 10, 12, 14, 255, 255, 255, 255, 255, 255, 255, 255);
    private static readonly Vector128<byte> YuyvU = Vector128.Create((byte)1, 1, 5, 5, 9, 9, 13, 13, 255, 255, 255, 255, 255, 255, 255, 255);
    private static readonly Vector128<byte> YuyvV = Vector128.Create((byte)3, 3, 7, 7, 11, 11, 15, 15, 255, 255, 255, 255, 255, 255, 255, 255);
    private static readonly Vector128<byte> Nv12U = Vector128.Create((byte)0, 0, 2, 2, 4, 4, 6, 6, 255, 255, 255, 255, 255, 255, 255, 255);
    private static readonly Vector128<byte> Nv12V = Vector128.Create((byte)1, 1, 3, 3, 5, 5, 7, 7, 255, 255, 255, 255, 255, 255, 255, 255);

    /// <summary>V4L2_PIX_FMT_YUYV: Y0 U Y1 V, two bytes a pixel. Width must be even.</summary>
    public static FrameFault? FromYuyv(ReadOnlySpan<byte> yuyv, int sourceStride, RgbFrame target)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (Check("YUYV", yuyv.Length, target.Width, target.Height, sourceStride, target.Width * 2, target.Height) is { } fault)
        {
            return fault;
        }

        YuyvRows(yuyv, sourceStride, target.Pixels, target.Width, target.Height);
        return null;
    }

    internal static void YuyvRows(ReadOnlySpan<byte> yuyv, int sourceStride, Span<byte> rgb, int width, int height)
    {
        for (var y = 0; y < height; y++)
        {
            var source = yuyv.Slice(y * sourceStride, width * 2);
            var row = rgb.Slice(y * width * 3, width * 3);
            ref var from = ref MemoryMarshal.GetReference(source);
            var i = 0;
            for (; (i + 8) * 3 + 4 <= row.Length; i += 8)
            {
                // Y U Y V …: luma in every other byte, each chroma once for two.
                var pair = Vector128.LoadUnsafe(ref from, (nuint)(i * 2));
                Eight(Vector128.Shuffle(pair, Even), Vector128.Shuffle(pair, YuyvU), Vector128.Shuffle(pair, YuyvV), row, i);
            }

            for (; i < width; i += 2)
            {
                int u = source[(i * 2) + 1] - 128, v = source[(i * 2) + 3] - 128;
                Write(row[(i * 3)..], source[i * 2], u, v);
                Write(row[((i * 3) + 3)..], source[(i * 2) + 2], u, v);
            }
        }
    }

    /// <summary>V4L2_PIX_FMT_NV12: a plane of Y, then interleaved U V at half resolution. Both sides must be even.</summary>
    public static FrameFault? FromNv12(ReadOnlySpan<byte> nv12, int sourceStride, RgbFrame target)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (target.Height % 2 != 0)
        {
            return new FrameFault(FrameFaultCode.BadDimensions, $"An NV12 frame needs an even height, not {target.Height}.");
        }

        if (Check("NV12", nv12.Length, target.Width, target.Height, sourceStride, target.Width, target.Height * 3 / 2) is { } fault)
        {
            return fault;
        }

        Nv12Rows(nv12, sourceStride, target.Pixels, target.Width, target.Height);
        return null;
    }

    internal static void Nv12Rows(ReadOnlySpan<byte> nv12, int sourceStride, Span<byte> rgb, int width, int height)
    {
        var chroma = nv12[(sourceStride * height)..];
        for (var y = 0; y < height; y++)
        {
            var luma = nv12.Slice(y * sourceStride, width);
            var uv = chroma.Slice(y / 2 * sourceStride, width);
            var row = rgb.Slice(y * width * 3, width * 3);
            var i = 0;
            for (; (i + 8) * 3 + 4 <= row.Length; i += 8)
            {
                var pairs = Low(uv, i);
                Eight(Low(luma, i), Vector128.Shuffle(pairs, Nv12U), Vector128.Shuffle(pairs, Nv12V), row, i);
            }

            for (; i < width; i += 2)
            {
                int u = uv[i] - 128, v = uv[i + 1] - 128;
                Write(row[(i * 3)..], luma[i], u, v);
                Write(row[((i * 3) + 3)..], luma[i + 1], u, v);
            }
        }
    }

    private static Vector128<byte> Low(ReadOnlySpan<byte> bytes, int at) =>
        Vector128.CreateScalar(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref MemoryMarshal.GetReference(bytes), at))).AsByte();

    // The lower eight bytes of each, the same numbers as Write.
    private static void Eight(Vector128<byte> luma, Vector128<byte> blue, Vector128<byte> red, Span<byte> row, int at)
    {
        var c = ((Ints(luma) - Vector256.Create(16)) * 298) + Vector256.Create(128);
        Vector256<int> u = Ints(blue) - Vector256.Create(128), v = Ints(red) - Vector256.Create(128);
        var r = Limit((c + (v * 409)) >> 8);
        var g = Limit((c - (u * 100) - (v * 208)) >> 8);
        var b = Limit((c + (u * 516)) >> 8);
        var pixels = (r | (g << 8) | (b << 16)).AsByte();
        ref var to = ref MemoryMarshal.GetReference(row);
        Vector128.Shuffle(pixels.GetLower(), Three).StoreUnsafe(ref to, (nuint)(at * 3));
        Vector128.Shuffle(pixels.GetUpper(), Three).StoreUnsafe(ref to, (nuint)((at * 3) + 12));
    }

    private static Vector256<int> Ints(Vector128<byte> bytes)
    {
        var words = Vector128.WidenLower(bytes);
        return Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words)).AsInt32();
    }

    private static Vector256<int> Limit(Vector256<int> value) => Vector256.Min(Vector256.Max(value, Vector256<int>.Zero), Vector256.Create(255));

    /// <summary>
    /// A frame that keeps the camera's bytes (copied) and becomes RGB only when its pixels are asked for; the detector's
    /// input is made from the bytes in one pass. <paramref name="planar"/> is NV12, otherwise YUYV.
    /// </summary>
    public static FrameDecode Defer(ReadOnlySpan<byte> data, bool planar, int width, int height, int sourceStride, TimeSpan capturedAt, RgbFrame? reuse = null)
    {
        var format = planar ? "NV12" : "YUYV";
        if (width is < 1 or > RgbFrame.MaximumSide || height is < 1 or > RgbFrame.MaximumSide || (planar && height % 2 != 0))
        {
            return FrameDecode.Refuse(FrameFaultCode.BadDimensions,
                $"A {format} frame of {width}×{height} is not accepted: 1 to {RgbFrame.MaximumSide} a side{(planar ? ", and an even height" : "")}.");
        }

        return Check(format, data.Length, width, height, sourceStride, planar ? width : width * 2, planar ? height * 3 / 2 : height) is { } fault
            ? FrameDecode.Refuse(fault.Code, fault.Message)
            : FrameDecode.Of(RgbFrame.Defer(RawYuv.Copy(data, planar, sourceStride, height, reuse?.Spare as RawYuv), width, height, capturedAt, reuse));
    }

    private static FrameFault? Check(string format, int length, int width, int height, int stride, int rowBytes, int rows)
    {
        if (width % 2 != 0)
        {
            return new FrameFault(FrameFaultCode.BadDimensions, $"A {format} frame needs an even width, not {width}.");
        }

        if (length == 0)
        {
            return new FrameFault(FrameFaultCode.Empty, "The frame is empty: the camera delivered no bytes.");
        }

        var wanted = ((long)stride * (rows - 1)) + rowBytes;
        return stride < rowBytes || length < wanted
            ? new FrameFault(FrameFaultCode.WrongLength,
                $"A {format} frame of {width}×{height} needs {wanted:N0} bytes in rows of at least {rowBytes}; {length:N0} bytes in rows of {stride} came.")
            : null;
    }

    private static void Write(Span<byte> pixel, int y, int u, int v)
    {
        var c = 298 * (y - 16);
        pixel[0] = (byte)Math.Clamp((c + (409 * v) + 128) >> 8, 0, 255);
        pixel[1] = (byte)Math.Clamp((c - (100 * u) - (208 * v) + 128) >> 8, 0, 255);
        pixel[2] = (byte)Math.Clamp((c + (516 * u) + 128) >> 8, 0, 255);
    }
}
