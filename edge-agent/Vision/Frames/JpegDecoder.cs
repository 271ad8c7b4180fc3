using System.Buffers;
using Devices.Edge.Vision.Frames.Jpeg;
using SkiaSharp;

namespace Devices.Edge.Vision.Frames;

/// <summary>
/// JPEG bytes to <see cref="RgbFrame"/>: what a camera makes by <see cref="Jpeg.BaselineJpeg"/>, everything else by SkiaSharp
/// (libjpeg-turbo). Refusals are typed, never thrown. EXIF orientation is applied, since pictures uploaded from phones carry it.
/// Thread-safe.
/// </summary>
public static class JpegDecoder
{
    /// <summary>Largest accepted encoded picture: 16 MiB.</summary>
    public const int MaximumBytes = 16 * 1024 * 1024;

    /// <param name="data">The whole JPEG stream; zero padding after the end marker is allowed (MJPEG cameras pad).</param>
    /// <param name="capturedAt">Monotonic capture time to put on the frame.</param>
    /// <param name="reuse">A disposed frame that nobody else holds: it becomes this one, so that a loop allocates nothing.</param>
    public static FrameDecode Decode(ReadOnlySpan<byte> data, TimeSpan capturedAt = default, RgbFrame? reuse = null) =>
        Check(data, out var info) is { } fault ? FrameDecode.Refuse(fault.Code, fault.Message) : Read(data[..info.End], capturedAt, 0, 0, reuse);

    /// <summary>
    /// For frames in which probably nobody is: decodes by the smallest scaled transform (eighths, ITU-T T.81 blocks) that
    /// still has <paramref name="width"/> × <paramref name="height"/> pixels for the detector. The frame has its full
    /// size all the same, and is decoded in full when its pixels are asked for, that is when a face was found.
    /// </summary>
    public static FrameDecode DecodeForSearch(ReadOnlySpan<byte> data, int width, int height, TimeSpan capturedAt = default, RgbFrame? reuse = null)
    {
        if (Check(data, out var info) is { } fault)
        {
            return FrameDecode.Refuse(fault.Code, fault.Message);
        }

        if (BaselineJpeg.Scaled(Math.Max(info.Width, info.Height), 4) < Math.Max(width, height) || BaselineJpeg.Scaled(Math.Min(info.Width, info.Height), 4) < Math.Min(width, height))
        {
            // Not even half of it would do.
            return Read(data[..info.End], capturedAt, 0, 0, reuse);
        }

        var spare = reuse?.Spare as RawJpeg;
        var small = Read(data[..info.End], capturedAt, width, height, spare?.Preview);
        if (!small.IsDecoded)
        {
            return small;
        }

        // Turned by EXIF, the sides may have changed places.
        var turned = (small.Frame.Width > small.Frame.Height) != (info.Width > info.Height) && info.Width != info.Height;
        var (w, h) = turned ? (info.Height, info.Width) : (info.Width, info.Height);
        return (small.Frame.Width, small.Frame.Height) == (w, h)
            ? small
            : FrameDecode.Of(RgbFrame.Defer(RawJpeg.Copy(data[..info.End], small.Frame, spare), w, h, capturedAt, reuse));
    }

    /// <summary>A few pixels of the whole picture (an eighth a side, which costs no transform), for the sense of motion.</summary>
    internal static FrameDecode Thumbnail(ReadOnlySpan<byte> data, RgbFrame? reuse = null) =>
        Check(data, out var info) is { } fault ? FrameDecode.Refuse(fault.Code, fault.Message) : Read(data[..info.End], default, 1, 1, reuse);

    private static FrameFault? Check(ReadOnlySpan<byte> data, out JpegStructure.Info info)
    {
        info = default;
        if (data.Length > MaximumBytes)
        {
            return new FrameFault(FrameFaultCode.TooLarge,
                $"The picture has {data.Length:N0} bytes; at most {MaximumBytes:N0} are accepted. Send a smaller picture.");
        }

        if (JpegStructure.Inspect(data, out info) is { } fault)
        {
            return fault;
        }

        return info.Width > RgbFrame.MaximumSide || info.Height > RgbFrame.MaximumSide
            ? new FrameFault(FrameFaultCode.BadDimensions,
                $"The picture is {info.Width}×{info.Height} pixels; at most {RgbFrame.MaximumSide} a side are accepted. Send a smaller picture.")
            : null;
    }

    // Whole where no smaller size is asked for.
    private static FrameDecode Read(ReadOnlySpan<byte> data, TimeSpan capturedAt, int width, int height, RgbFrame? reuse) =>
        Camera(data, capturedAt, width, height, reuse) is { } frame ? FrameDecode.Of(frame) : General(data, capturedAt, width, height);

    // Null for what is no undamaged picture of a camera's kind.
    private static RgbFrame? Camera(ReadOnlySpan<byte> data, TimeSpan capturedAt, int width, int height, RgbFrame? reuse)
    {
        var decoder = BaselineJpeg.Rent();
        try
        {
            if (!decoder.Open(data))
            {
                return null;
            }

            var scale = 8;
            while (width > 0 && scale > 1 && BaselineJpeg.Scaled(decoder.Width, scale / 2) >= width && BaselineJpeg.Scaled(decoder.Height, scale / 2) >= height)
            {
                scale /= 2;
            }

            var frame = RgbFrame.Rent(BaselineJpeg.Scaled(decoder.Width, scale), BaselineJpeg.Scaled(decoder.Height, scale), capturedAt, reuse);
            if (decoder.Decode(data, scale, frame.Pixels))
            {
                return frame;
            }

            frame.Dispose();
            return null;
        }
        finally
        {
            BaselineJpeg.Return(decoder);
        }
    }

    /// <summary>A camera's picture of this size straight into a buffer of its own; false where it is none.</summary>
    internal static bool TryInto(ReadOnlySpan<byte> data, Span<byte> rgb, int width, int height)
    {
        var decoder = BaselineJpeg.Rent();
        try
        {
            return decoder.Open(data) && (decoder.Width, decoder.Height) == (width, height) && decoder.Decode(data, 8, rgb);
        }
        finally
        {
            BaselineJpeg.Return(decoder);
        }
    }

    /// <summary>The general decoder: progressive, CMYK, turned and damaged pictures. Internal for tests that compare the two.</summary>
    internal static unsafe FrameDecode General(ReadOnlySpan<byte> data, TimeSpan capturedAt, int width, int height)
    {
        fixed (byte* bytes = data)
        {
            using var encoded = SKData.Create((IntPtr)bytes, data.Length);
            using var codec = SKCodec.Create(encoded);
            if (codec is null)
            {
                return FrameDecode.Refuse(FrameFaultCode.Corrupt, "The JPEG picture is damaged: its header cannot be read.");
            }

            var size = new SKSizeI(codec.Info.Width, codec.Info.Height);
            if (size.Width > RgbFrame.MaximumSide || size.Height > RgbFrame.MaximumSide)
            {
                // Two headers that contradict each other: the walk before saw the other one.
                return FrameDecode.Refuse(FrameFaultCode.BadDimensions,
                    $"The picture is {size.Width}×{size.Height} pixels; at most {RgbFrame.MaximumSide} a side are accepted. Send a smaller picture.");
            }

            for (var eighths = 1; width > 0 && eighths < 8; eighths++)
            {
                var scaled = codec.GetScaledDimensions(eighths / 8f);
                var turned = Turns(codec.EncodedOrigin);
                if ((turned ? scaled.Height : scaled.Width) >= width && (turned ? scaled.Width : scaled.Height) >= height)
                {
                    size = scaled;
                    break;
                }
            }

            var image = new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
            var scratch = ArrayPool<byte>.Shared.Rent(image.BytesSize);
            try
            {
                SKCodecResult result;
                fixed (byte* pixels = scratch)
                {
                    result = codec.GetPixels(image, (IntPtr)pixels);
                }

                return result switch
                {
                    SKCodecResult.Success => FrameDecode.Of(Pack(scratch, image.Width, image.Height, codec.EncodedOrigin, capturedAt)),
                    SKCodecResult.IncompleteInput => FrameDecode.Refuse(FrameFaultCode.Truncated, "The JPEG picture is cut short: its last rows are missing."),
                    _ => FrameDecode.Refuse(FrameFaultCode.Corrupt, $"The JPEG picture is damaged and cannot be decoded ({result})."),
                };
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(scratch);
            }
        }
    }

    private static bool Turns(SKEncodedOrigin origin) =>
        origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;

    private static RgbFrame Pack(ReadOnlySpan<byte> rgba, int width, int height, SKEncodedOrigin origin, TimeSpan capturedAt)
    {
        var turned = Turns(origin);
        var frame = RgbFrame.Rent(turned ? height : width, turned ? width : height, capturedAt);
        var target = frame.Pixels;

        // Where source pixel (0,0) lands, and the byte steps for one source column and one source row.
        int w = frame.Width, h = frame.Height, s = frame.Stride;
        var (start, stepX, stepY) = origin switch
        {
            SKEncodedOrigin.TopRight => ((w - 1) * 3, -3, s),
            SKEncodedOrigin.BottomRight => (((h - 1) * s) + ((w - 1) * 3), -3, -s),
            SKEncodedOrigin.BottomLeft => ((h - 1) * s, 3, -s),
            SKEncodedOrigin.LeftTop => (0, s, 3),
            SKEncodedOrigin.RightTop => ((w - 1) * 3, s, -3),
            SKEncodedOrigin.RightBottom => (((h - 1) * s) + ((w - 1) * 3), -s, -3),
            SKEncodedOrigin.LeftBottom => ((h - 1) * s, -s, 3),
            _ => (0, 3, s),
        };

        for (var y = 0; y < height; y++)
        {
            var row = rgba.Slice(y * width * 4, width * 4);
            if (stepX == 3)
            {
                RgbPacker.Row(row, target.Slice(start + (y * stepY), width * 3));
                continue;
            }

            var at = start + (y * stepY);
            for (var x = 0; x < row.Length; x += 4, at += stepX)
            {
                target[at] = row[x];
                target[at + 1] = row[x + 1];
                target[at + 2] = row[x + 2];
            }
        }

        return frame;
    }
}
