using System.Buffers;

namespace Devices.Edge.Vision.Frames;

/// <summary>
/// One picture as packed RGB24 rows in a pooled buffer. <see cref="Stride"/> is in bytes and always width × 3.
/// Dispose returns the buffer to the pool; a disposed frame refuses further reads.
/// </summary>
public sealed class RgbFrame : IDisposable
{
    /// <summary>Longest side that any source may deliver, in pixels; guards memory against a forged header.</summary>
    public const int MaximumSide = 8192;

    private byte[]? _buffer;

    private RgbFrame(byte[] buffer, int width, int height, TimeSpan capturedAt)
    {
        _buffer = buffer;
        Width = width;
        Height = height;
        CapturedAt = capturedAt;
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Bytes from one row to the next.</summary>
    public int Stride => Width * 3;

    /// <summary>Monotonic capture time since an origin of the caller's choice; only differences matter.</summary>
    public TimeSpan CapturedAt { get; }

    /// <summary>Row-major R, G, B bytes: <see cref="Stride"/> × <see cref="Height"/> of them.</summary>
    /// <exception cref="ObjectDisposedException">The frame was disposed.</exception>
    public Span<byte> Pixels
    {
        get
        {
            ObjectDisposedException.ThrowIf(_buffer is null, this);
            return _buffer.AsSpan(0, Stride * Height);
        }
    }

    /// <summary>Takes a buffer from the shared pool; its content is undefined until written.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1 or above <see cref="MaximumSide"/>.</exception>
    public static RgbFrame Rent(int width, int height, TimeSpan capturedAt = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, MaximumSide);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, MaximumSide);
        return new RgbFrame(ArrayPool<byte>.Shared.Rent(width * height * 3), width, height, capturedAt);
    }

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
        var buffer = Interlocked.Exchange(ref _buffer, null);
        if (buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
