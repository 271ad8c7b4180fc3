using System.Buffers;

namespace Devices.Edge.Vision.Frames;

/// <summary>A JPEG picture of which a smaller version was decoded; the whole one is decoded on demand.</summary>
internal sealed class RawJpeg : DeferredPixels
{
    private readonly RgbFrame _preview;
    private readonly int _length;
    private byte[]? _bytes;

    private RawJpeg(byte[] bytes, int length, RgbFrame preview) => (_bytes, _length, _preview) = (bytes, length, preview);

    internal override RgbFrame? Preview => _preview;

    internal static RawJpeg Copy(ReadOnlySpan<byte> data, RgbFrame preview)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(data.Length);
        data.CopyTo(bytes);
        return new RawJpeg(bytes, data.Length, preview);
    }

    internal override FrameFault? WriteRgb(Span<byte> rgb, int width, int height)
    {
        var whole = JpegDecoder.Decode(_bytes.AsSpan(0, _length));
        if (!whole.IsDecoded)
        {
            return whole.Fault;
        }

        using var frame = whole.Frame;
        if ((frame.Width, frame.Height) != (width, height))
        {
            return new FrameFault(FrameFaultCode.Corrupt, $"The JPEG picture is damaged: it says {width}×{height} pixels and has {frame.Width}×{frame.Height}.");
        }

        frame.Pixels.CopyTo(rgb);
        return null;
    }

    public override void Dispose()
    {
        _preview.Dispose();
        if (Interlocked.Exchange(ref _bytes, null) is { } bytes)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
