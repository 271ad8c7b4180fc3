namespace Devices.Edge.Vision.Frames;

/// <summary>
/// Raw camera formats to RGB24, ITU-R BT.601 limited range, in 8.8 fixed point. Both write into a frame that the
/// caller rented, so a camera loop allocates nothing.
/// </summary>
public static class YuvConverter
{
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
            for (int i = 0, o = 0; i < source.Length; i += 4, o += 6)
            {
                int u = source[i + 1] - 128, v = source[i + 3] - 128;
                Write(row[o..], source[i], u, v);
                Write(row[(o + 3)..], source[i + 2], u, v);
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
            for (int x = 0, o = 0; x < luma.Length; x += 2, o += 6)
            {
                int u = uv[x] - 128, v = uv[x + 1] - 128;
                Write(row[o..], luma[x], u, v);
                Write(row[(o + 3)..], luma[x + 1], u, v);
            }
        }
    }

    /// <summary>
    /// A frame that keeps the camera's bytes (copied) and becomes RGB only when its pixels are asked for; the detector's
    /// input is made from the bytes in one pass. <paramref name="planar"/> is NV12, otherwise YUYV.
    /// </summary>
    public static FrameDecode Defer(ReadOnlySpan<byte> data, bool planar, int width, int height, int sourceStride, TimeSpan capturedAt)
    {
        var format = planar ? "NV12" : "YUYV";
        if (width is < 1 or > RgbFrame.MaximumSide || height is < 1 or > RgbFrame.MaximumSide || (planar && height % 2 != 0))
        {
            return FrameDecode.Refuse(FrameFaultCode.BadDimensions,
                $"A {format} frame of {width}×{height} is not accepted: 1 to {RgbFrame.MaximumSide} a side{(planar ? ", and an even height" : "")}.");
        }

        return Check(format, data.Length, width, height, sourceStride, planar ? width : width * 2, planar ? height * 3 / 2 : height) is { } fault
            ? FrameDecode.Refuse(fault.Code, fault.Message)
            : FrameDecode.Of(RgbFrame.Defer(RawYuv.Copy(data, planar, sourceStride, height), width, height, capturedAt));
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
