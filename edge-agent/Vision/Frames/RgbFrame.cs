using System.Buffers;

namespace Devices.Edge.Vision.Frames;

/// <summary>
/// One picture as packed RGB24 rows in a pooled buffer. <see cref="Stride"/> is in bytes and always width × 3.
/// Dispose returns the buffer to the pool; a disposed frame refuses further reads. A deferred frame keeps what the
/// camera gave and becomes RGB only when somebody asks for <see cref="Pixels"/>: a frame without a face never does.
/// </summary>
public sealed class RgbFrame : IDisposable
{
    /// <summary>Longest side that any source may deliver, in pixels; guards memory against a forged header.</summary>
    public const int MaximumSide = 8192;

    private readonly Lock _gate = new();
    private byte[]? _buffer;
    private DeferredPixels? _source;
    private bool _disposed;

    private RgbFrame(byte[]? buffer, DeferredPixels? source, int width, int height, TimeSpan capturedAt)
    {
        _buffer = buffer;
        _source = source;
        Width = width;
        Height = height;
        CapturedAt = capturedAt;
    }

    public int Width { get; private set; }

    public int Height { get; private set; }

    /// <summary>Bytes from one row to the next.</summary>
    public int Stride => Width * 3;

    /// <summary>Monotonic capture time since an origin of the caller's choice; only differences matter.</summary>
    public TimeSpan CapturedAt { get; private set; }

    /// <summary>Row-major R, G, B bytes: <see cref="Stride"/> × <see cref="Height"/> of them.</summary>
    /// <exception cref="ObjectDisposedException">The frame was disposed.</exception>
    /// <exception cref="FrameDamagedException">A deferred frame could be read in part only.</exception>
    public Span<byte> Pixels
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return (_buffer ?? Materialise()).AsSpan(0, Stride * Height);
        }
    }

    /// <summary>Whether the pixels are RGB already; if not, <see cref="Deferred"/> says what they are.</summary>
    internal bool IsMaterial => _buffer is not null;

    /// <summary>What the camera gave, while the pixels are not RGB yet.</summary>
    internal DeferredPixels? Deferred => _buffer is null && !_disposed ? _source : null;

    /// <summary>A frame whose RGB pixels are made when they are asked for; it owns <paramref name="source"/>.</summary>
    internal static RgbFrame Defer(DeferredPixels source, int width, int height, TimeSpan capturedAt, RgbFrame? reuse = null) =>
        Renew(reuse, null, source, width, height, capturedAt);

    /// <summary>Takes a buffer from the shared pool; its content is undefined until written.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1 or above <see cref="MaximumSide"/>.</exception>
    /// <param name="reuse">A disposed frame that nobody else holds any more: it becomes the new one, so that a loop allocates nothing.</param>
    public static RgbFrame Rent(int width, int height, TimeSpan capturedAt = default, RgbFrame? reuse = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, MaximumSide);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, MaximumSide);
        return Renew(reuse, ArrayPool<byte>.Shared.Rent(width * height * 3), null, width, height, capturedAt);
    }

    /// <summary>What a disposed frame was made of, for the next one.</summary>
    internal DeferredPixels? Spare { get; private set; }

    /// <summary>Copies packed RGB24 pixels into a new pooled frame.</summary>
    public static RgbFrame Copy(ReadOnlySpan<byte> rgb, int width, int height, TimeSpan capturedAt = default)
    {
        var frame = Rent(width, height, capturedAt);
        rgb[..(width * height * 3)].CopyTo(frame.Pixels);
        return frame;
    }

    /// <summary>A copy with another time stamp, for sources that replay one picture.</summary>
    public RgbFrame CloneAt(TimeSpan capturedAt) => Copy(Pixels, Width, Height, capturedAt);

    /// <summary>A pooled copy of a part of the picture; the part is clipped to the picture.</summary>
    public RgbFrame Crop(int x, int y, int width, int height)
    {
        x = Math.Clamp(x, 0, Width - 1);
        y = Math.Clamp(y, 0, Height - 1);
        width = Math.Clamp(width, 1, Width - x);
        height = Math.Clamp(height, 1, Height - y);
        var part = Rent(width, height, CapturedAt);
        for (var row = 0; row < height; row++)
        {
            Pixels.Slice(((y + row) * Stride) + (x * 3), width * 3).CopyTo(part.Pixels[(row * part.Stride)..]);
        }

        return part;
    }

    public void Dispose()
    {
        byte[]? buffer;
        DeferredPixels? source;
        lock (_gate)
        {
            _disposed = true;
            (buffer, source) = (_buffer, _source);
            (_buffer, _source) = (null, null);
        }

        source?.Dispose();
        Spare = source ?? Spare;
        if (buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static RgbFrame Renew(RgbFrame? reuse, byte[]? buffer, DeferredPixels? source, int width, int height, TimeSpan capturedAt)
    {
        if (reuse is not { _disposed: true })
        {
            return new RgbFrame(buffer, source, width, height, capturedAt);
        }

        lock (reuse._gate)
        {
            (reuse._buffer, reuse._source, reuse.Width, reuse.Height, reuse.CapturedAt) = (buffer, source, width, height, capturedAt);
            reuse._disposed = false;
        }

        return reuse;
    }

    private byte[] Materialise()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_buffer is not null)
            {
                return _buffer;
            }

            var buffer = ArrayPool<byte>.Shared.Rent(Stride * Height);
            if (_source!.WriteRgb(buffer.AsSpan(0, Stride * Height), Width, Height) is { } fault)
            {
                ArrayPool<byte>.Shared.Return(buffer);
                throw new FrameDamagedException(fault.Message);
            }

            return _buffer = buffer;
        }
    }
}
