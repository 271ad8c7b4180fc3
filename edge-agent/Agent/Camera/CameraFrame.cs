using System.Buffers;

namespace Devices.Edge.Agent.Camera;

/// <summary>One validated frame in a pooled buffer. Whoever takes it from the <see cref="FrameSlot"/> disposes it.</summary>
public sealed class CameraFrame : IDisposable
{
    private byte[]? _buffer;
    private readonly int _length;

    private CameraFrame(byte[] buffer, int length, FrameFormat format, int width, int height, int stride, TimeSpan capturedAt)
    {
        _buffer = buffer;
        _length = length;
        Format = format;
        Width = width;
        Height = height;
        Stride = stride;
        CapturedAt = capturedAt;
    }

    public FrameFormat Format { get; }

    /// <summary>Pixels; 0 for JPEG, which says so itself.</summary>
    public int Width { get; }

    /// <summary>Pixels; 0 for JPEG, which says so itself.</summary>
    public int Height { get; }

    /// <summary>Bytes from one row to the next; 0 for JPEG.</summary>
    public int Stride { get; }

    /// <summary>Monotonic time of capture (TimeProvider's clock); only differences matter.</summary>
    public TimeSpan CapturedAt { get; }

    /// <exception cref="ObjectDisposedException">The frame went back to the pool.</exception>
    public ReadOnlySpan<byte> Data
    {
        get
        {
            ObjectDisposedException.ThrowIf(_buffer is null, this);
            return _buffer.AsSpan(0, _length);
        }
    }

    /// <summary>Copies the bytes of one JPEG picture into a pooled buffer.</summary>
    public static CameraFrame Jpeg(ReadOnlySpan<byte> data, TimeSpan capturedAt) => Copy(data, FrameFormat.Jpeg, 0, 0, 0, capturedAt);

    /// <summary>Copies one packed YUYV picture into a pooled buffer.</summary>
    public static CameraFrame Yuyv(ReadOnlySpan<byte> data, int width, int height, int stride, TimeSpan capturedAt) =>
        Copy(data, FrameFormat.Yuyv, width, height, stride, capturedAt);

    /// <summary>Copies one NV12 picture into a pooled buffer; both planes have rows of <paramref name="stride"/> bytes.</summary>
    public static CameraFrame Nv12(ReadOnlySpan<byte> data, int width, int height, int stride, TimeSpan capturedAt) =>
        Copy(data, FrameFormat.Nv12, width, height, stride, capturedAt);

    public void Dispose()
    {
        byte[]? buffer = Interlocked.Exchange(ref _buffer, null);
        if (buffer is not null) ArrayPool<byte>.Shared.Return(buffer);
    }

    private static CameraFrame Copy(ReadOnlySpan<byte> data, FrameFormat format, int width, int height, int stride, TimeSpan capturedAt)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(data.Length);
        data.CopyTo(buffer);
        return new(buffer, data.Length, format, width, height, stride, capturedAt);
    }
}
