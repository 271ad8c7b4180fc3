using System.Buffers;

namespace Devices.Edge.Vision.Frames;

/// <summary>A JPEG picture of which a smaller version was decoded; the whole one is decoded on demand.</summary>
internal sealed class RawJpeg : DeferredPixels
{
    private RgbFrame _preview;
    private int _length;
    private byte[]? _bytes;

    private RawJpeg(byte[] bytes, int length, RgbFrame preview) => (_bytes, _length, _preview) = (bytes, length, preview);

    internal override RgbFrame? Preview => _preview;

    /// <param name="reuse">A disposed one that becomes the new one.</param>
    internal static RawJpeg Copy(ReadOnlySpan<byte> data, RgbFrame preview, RawJpeg? reuse = null)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(data.Length);
        data.CopyTo(bytes);
        if (reuse is null)
        {
            return new RawJpeg(bytes, data.Length, preview);
        }

        (reuse._bytes, reuse._length, reuse._preview) = (bytes, data.Length, preview);
        return reuse;
    }

    internal override FrameFault? WriteRgb(Span<byte> rgb, int width, int height)
    {
        if (JpegDecoder.TryInto(_bytes.AsSpan(0, _length), rgb, width, height))
        {
            return null;
        }

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
