using System.Runtime.InteropServices;
using Devices.Edge.Agent.Camera.V4l2;
using static Devices.Edge.Agent.Camera.V4l2.V4l2Numbers;

namespace Devices.Edge.Agent.Tests.Support;

/// <summary>
/// Plays the kernel: one device with real memory for its buffers, filled from a recording. It refuses what the kernel refuses (a second
/// opening while streaming, ioctls on a closed device), so that a test sees a source that forgets to let go.
/// </summary>
internal sealed unsafe class FakeV4l2(IReadOnlyList<FakeFrame> recording) : IV4l2Device
{
    private const uint BufferBytes = 64 * 1024;
    private readonly List<nint> _buffers = [];
    private readonly Queue<uint> _queued = new();
    private int _next;
    private bool _open;
    private bool _streaming;

    public int Errno { get; private set; }

    public int Opens { get; private set; }

    public int Closes { get; private set; }

    public int Maps { get; private set; }

    public int Unmaps { get; private set; }

    public uint LastFormat { get; private set; }

    public uint[] Formats { get; init; } = [Mjpeg];

    public int OpenErrno { get; set; }

    /// <summary>Play the recording again and again.</summary>
    public bool Loop { get; init; }

    public uint Width { get; init; } = 64;

    public uint Height { get; init; } = 48;

    public int Open(string path, int flags)
    {
        Opens++;
        if (OpenErrno != 0) return Fail(OpenErrno);
        if (_open) return Fail(EBUSY);
        _open = true;
        _next = 0;
        return 7;
    }

    public int Close(int fd)
    {
        if (!_open) return Fail(9);
        _open = false;
        Closes++;
        return 0;
    }

    public int Ioctl(int fd, uint request, void* argument)
    {
        if (!_open || fd != 7) return Fail(9);
        switch (request)
        {
            case QueryCap:
                ((V4l2Capability*)argument)->Capabilities = CapVideoCapture | CapStreaming | CapDeviceCaps;
                ((V4l2Capability*)argument)->DeviceCaps = CapVideoCapture | CapStreaming;
                return 0;
            case EnumFmt:
                V4l2FmtDesc* description = (V4l2FmtDesc*)argument;
                if (description->Index >= Formats.Length) return Fail(EINVAL);
                description->PixelFormat = Formats[description->Index];
                return 0;
            case SetFmt:
                if (_streaming) return Fail(EBUSY);
                V4l2Format* format = (V4l2Format*)argument;
                LastFormat = format->PixelFormat;
                (format->Width, format->Height) = (Width, Height);
                format->BytesPerLine = format->PixelFormat == Yuyv ? Width * 2 : format->PixelFormat == Nv12 ? Width : 0;
                format->SizeImage = BufferBytes;
                return 0;
            case SetParm:
                return Fail(ENOTTY); // as a driver without frame rates
            case ReqBufs:
                V4l2RequestBuffers* wish = (V4l2RequestBuffers*)argument;
                if (wish->Count == 0)
                {
                    Free();
                    return 0;
                }

                for (uint i = 0; i < wish->Count; i++) _buffers.Add((nint)NativeMemory.AllocZeroed(BufferBytes));
                return 0;
            case QueryBuf:
                V4l2Buffer* asked = (V4l2Buffer*)argument;
                asked->Length = BufferBytes;
                asked->Offset = asked->Index * BufferBytes;
                return 0;
            case QBuf:
                if (Unplugged) return Fail(ENODEV);
                _queued.Enqueue(((V4l2Buffer*)argument)->Index);
                return 0;
            case DQBuf:
                return Dequeue((V4l2Buffer*)argument);
            case StreamOn:
                _streaming = true;
                return 0;
            case StreamOff:
                _streaming = false;
                _queued.Clear();
                return 0;
            default:
                return Fail(ENOTTY);
        }
    }

    public byte* Map(int fd, uint length, uint offset)
    {
        Maps++;
        return (byte*)_buffers[(int)(offset / BufferBytes)];
    }

    public int Unmap(byte* address, uint length)
    {
        Unmaps++;
        return 0;
    }

    public int Poll(int fd, int milliseconds, out short events)
    {
        events = 0;
        FakeFrame? frame = Current;
        if (frame is null || frame.Kind == FakeKind.Stall || _queued.Count == 0)
        {
            Thread.Sleep(Math.Min(milliseconds, 20));
            return 0;
        }

        events = frame.Kind == FakeKind.HangUp ? PollErr : PollIn;
        return 1;
    }

    private FakeFrame? Current => _next < recording.Count ? recording[_next] : Loop && recording.Count > 0 ? recording[_next = 0] : null;

    private bool Unplugged => Current?.Kind == FakeKind.Unplug;

    private int Dequeue(V4l2Buffer* buffer)
    {
        FakeFrame? frame = Current;
        if (frame is null || _queued.Count == 0) return Fail(EAGAIN);
        if (frame.Kind == FakeKind.Unplug) return Fail(ENODEV);
        uint index = _queued.Dequeue();
        frame.Bytes.CopyTo(new Span<byte>((void*)_buffers[(int)index], (int)BufferBytes));
        buffer->Index = index;
        buffer->BytesUsed = (uint)(frame.BytesUsed ?? frame.Bytes.Length);
        buffer->Flags = frame.Kind == FakeKind.ErrorFlag ? FlagError : 0;
        _next++;
        return 0;
    }

    private void Free()
    {
        foreach (nint buffer in _buffers) NativeMemory.Free((void*)buffer);
        _buffers.Clear();
    }

    private int Fail(int errno)
    {
        Errno = errno;
        return -1;
    }
}

internal enum FakeKind
{
    Whole,
    ErrorFlag,
    Stall,
    Unplug,
    HangUp,
}

internal sealed record FakeFrame(byte[] Bytes, FakeKind Kind = FakeKind.Whole, int? BytesUsed = null)
{
    public static FakeFrame Of(FakeKind kind) => new([], kind);
}
