using System.Buffers;
using SkiaSharp;

namespace Devices.Edge.Vision.Frames;

/// <summary>
/// JPEG bytes to <see cref="RgbFrame"/> by SkiaSharp (libjpeg-turbo). Refusals are typed, never thrown. EXIF
/// orientation is applied, since pictures uploaded from phones carry it. Thread-safe.
/// </summary>
public static class JpegDecoder
{
    /// <summary>Largest accepted encoded picture: 16 MiB.</summary>
    public const int MaximumBytes = 16 * 1024 * 1024;

    /// <param name="data">The whole JPEG stream; zero padding after the end marker is allowed (MJPEG cameras pad).</param>
    /// <param name="capturedAt">Monotonic capture time to put on the frame.</param>
    public static unsafe FrameDecode Decode(ReadOnlySpan<byte> data, TimeSpan capturedAt = default)
    {
        if (data.Length > MaximumBytes)
        {
            return FrameDecode.Refuse(FrameFaultCode.TooLarge,
                $"The picture has {data.Length:N0} bytes; at most {MaximumBytes:N0} are accepted. Send a smaller picture.");
        }

        if (JpegStructure.Inspect(data, out var info) is { } fault)
        {
            return FrameDecode.Refuse(fault.Code, fault.Message);
        }

        if (info.Width > RgbFrame.MaximumSide || info.Height > RgbFrame.MaximumSide)
        {
            return FrameDecode.Refuse(FrameFaultCode.BadDimensions,
                $"The picture is {info.Width}×{info.Height} pixels; at most {RgbFrame.MaximumSide} a side are accepted. Send a smaller picture.");
        }

        fixed (byte* bytes = data)
        {
            using var encoded = SKData.Create((IntPtr)bytes, info.End);
            using var codec = SKCodec.Create(encoded);
            if (codec is null)
            {
                return FrameDecode.Refuse(FrameFaultCode.Corrupt, "The JPEG picture is damaged: its header cannot be read.");
            }

            var image = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
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

    private static RgbFrame Pack(ReadOnlySpan<byte> rgba, int width, int height, SKEncodedOrigin origin, TimeSpan capturedAt)
    {
        var turned = origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
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
