using System.Runtime.InteropServices;
using System.Text;
using static Devices.Edge.Agent.Camera.V4l2.V4l2Numbers;

namespace Devices.Edge.Agent.Camera.V4l2;

/// <summary>
/// One opening of a V4L2 device: format, mapped buffers, streaming (Linux media API, "Streaming I/O (Memory Mapping)").
/// The buffers stay mapped and the device stays open for every frame; closing in between costs 400 ms a frame (dotnet/iot#1585).
/// Not thread-safe. Dispose stops streaming, unmaps and closes, whatever happened before (unosquare/raspberryio#38).
/// </summary>
internal sealed unsafe class V4l2Stream : IDisposable
{
    private readonly IV4l2Device _device;
    private readonly V4l2Options _options;
    private readonly TimeProvider _time;
    private readonly FrameTally _tally;
    private readonly List<(nint Address, uint Length)> _maps = [];
    private int _fd = -1;
    private bool _streaming;
    private uint _pixelFormat;
    private int _width;
    private int _height;
    private int _stride;

    private V4l2Stream(IV4l2Device device, V4l2Options options, TimeProvider time, FrameTally tally)
    {
        _device = device;
        _options = options;
        _time = time;
        _tally = tally;
    }

    /// <summary>Opens and starts streaming.</summary>
    /// <exception cref="CameraException">With a sentence that says which step failed and what to do.</exception>
    public static V4l2Stream Open(IV4l2Device device, V4l2Options options, TimeProvider time, FrameTally tally)
    {
        V4l2Stream stream = new(device, options, time, tally);
        try
        {
            stream.OpenDevice();
            stream.ChooseFormat();
            stream.MapBuffers();
            stream.Start();
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Waits at most <paramref name="milliseconds"/>. Null: nothing whole came (a damaged frame is counted and its buffer given back).</summary>
    public CameraFrame? Next(int milliseconds, out bool damaged)
    {
        damaged = false;
        int ready = _device.Poll(_fd, milliseconds, out short events);
        if (ready < 0)
        {
            if (_device.Errno is EINTR or EAGAIN) return null;
            throw Fault("waiting for a frame", _device.Errno);
        }

        if (ready == 0) return null;
        if ((events & PollIn) == 0)
        {
            if ((events & (PollErr | PollHup)) != 0)
                throw new CameraException(CameraFaultKind.Unplugged, $"The camera {_options.Path} went away while in use; check its cable and plug.");
            return null;
        }

        V4l2Buffer buffer = new() { Type = CaptureType, Memory = MemoryMmap };
        if (_device.Ioctl(_fd, DQBuf, &buffer) < 0)
        {
            int errno = _device.Errno;
            if (errno is EAGAIN or EINTR) return null;
            throw Fault("taking a frame", errno);
        }

        if (buffer.Index >= _maps.Count)
            throw new CameraException(CameraFaultKind.Protocol, $"The driver of {_options.Path} returned buffer {buffer.Index}, but only {_maps.Count} exist.");

        // The copy is made before the buffer goes back to the driver, which then may overwrite it.
        string? refusal = Take(buffer, out CameraFrame? frame);
        V4l2Buffer back = new() { Type = CaptureType, Memory = MemoryMmap, Index = buffer.Index };
        if (_device.Ioctl(_fd, QBuf, &back) < 0)
        {
            frame?.Dispose();
            throw Fault("giving a buffer back", _device.Errno);
        }

        if (refusal is null)
        {
            _tally.Accept();
            return frame;
        }

        damaged = true;
        _tally.Refuse(refusal);
        return null;
    }

    public void Dispose()
    {
        if (_fd < 0) return;
        if (_streaming)
        {
            uint type = CaptureType;
            _ = _device.Ioctl(_fd, StreamOff, &type);
            _streaming = false;
        }

        foreach ((nint address, uint length) in _maps) _ = _device.Unmap((byte*)address, length);
        _maps.Clear();

        // Ask the driver to free its buffers, so that the next opening is not refused as busy.
        V4l2RequestBuffers none = new() { Type = CaptureType, Memory = MemoryMmap };
        _ = _device.Ioctl(_fd, ReqBufs, &none);
        _ = _device.Close(_fd);
        _fd = -1;
    }

    private string? Take(in V4l2Buffer buffer, out CameraFrame? frame)
    {
        frame = null;
        (nint address, uint length) = _maps[(int)buffer.Index];
        if ((buffer.Flags & FlagError) != 0) return "The driver marked the frame as damaged (V4L2_BUF_FLAG_ERROR).";
        if (buffer.BytesUsed == 0) return "The camera sent a frame without bytes.";
        if (buffer.BytesUsed > length) return $"The driver claims {buffer.BytesUsed} bytes in a buffer of {length}.";

        ReadOnlySpan<byte> data = new((byte*)address, (int)buffer.BytesUsed);
        TimeSpan at = _time.GetElapsedTime(0, _time.GetTimestamp());
        if (_pixelFormat == Yuyv)
        {
            int wanted = (_stride * (_height - 1)) + (_width * 2);
            if (data.Length < wanted) return $"The frame is short: {data.Length} of {wanted} bytes for {_width}×{_height} YUYV.";
            frame = CameraFrame.Yuyv(data[..wanted], _width, _height, _stride, at);
            return null;
        }

        if (_pixelFormat == Nv12)
        {
            int wanted = (_stride * ((_height * 3 / 2) - 1)) + _width;
            if (data.Length < wanted) return $"The frame is short: {data.Length} of {wanted} bytes for {_width}×{_height} NV12.";
            frame = CameraFrame.Nv12(data[..wanted], _width, _height, _stride, at);
            return null;
        }

        string? refusal = JpegCheck.Refuse(data, out int end);
        if (refusal is null) frame = CameraFrame.Jpeg(data[..end], at);
        return refusal;
    }

    private void OpenDevice()
    {
        _fd = _device.Open(_options.Path, OpenFlags);
        if (_fd < 0) throw Fault("opening it", _device.Errno);

        V4l2Capability capability = default;
        if (_device.Ioctl(_fd, QueryCap, &capability) < 0)
        {
            int errno = _device.Errno;
            if (errno is EINVAL or ENOTTY) throw new CameraException(CameraFaultKind.Unsupported, $"{_options.Path} is not a video device.");
            throw Fault("asking what it can do", errno);
        }

        uint caps = (capability.Capabilities & CapDeviceCaps) != 0 ? capability.DeviceCaps : capability.Capabilities;
        string card = Text(capability.Card, 32);
        if ((caps & CapVideoCapture) == 0)
            throw new CameraException(CameraFaultKind.Unsupported, $"{_options.Path} ({card}) does not capture video; try the next /dev/video number.");
        if ((caps & CapStreaming) == 0)
            throw new CameraException(CameraFaultKind.Unsupported, $"{_options.Path} ({card}) cannot stream into mapped buffers.");
    }

    private void ChooseFormat()
    {
        List<uint> offered = [];
        for (uint i = 0; i < 64; i++)
        {
            V4l2FmtDesc description = new() { Index = i, Type = CaptureType };
            if (_device.Ioctl(_fd, EnumFmt, &description) < 0) break;
            offered.Add(description.PixelFormat);
        }

        uint[] wanted = _options.Format switch
        {
            FrameFormat.Jpeg => [V4l2Numbers.Mjpeg, Jpeg],
            FrameFormat.Yuyv => [Yuyv],
            FrameFormat.Nv12 => [Nv12],
            _ => [.. Raw(Nv12, 3), .. Raw(Yuyv, 4), V4l2Numbers.Mjpeg, Jpeg, Nv12, Yuyv],
        };
        uint chosen = wanted.FirstOrDefault(offered.Contains);
        if (chosen == 0)
        {
            string list = offered.Count == 0 ? "none" : string.Join(", ", offered.Select(FourCc));
            throw new CameraException(CameraFaultKind.Unsupported,
                $"{_options.Path} offers no {(_options.Format is null ? "MJPEG, NV12 or YUYV" : string.Join(" or ", wanted.Select(FourCc)))} (it offers: {list}); a Pi camera is used through 'process:rpicam-vid …'.");
        }

        V4l2Format format = new()
        {
            Type = CaptureType, Width = (uint)_options.Width, Height = (uint)_options.Height, PixelFormat = chosen, Field = FieldAny,
        };
        if (_device.Ioctl(_fd, SetFmt, &format) < 0) throw Fault("setting its format", _device.Errno);
        if (format.PixelFormat != chosen)
            throw new CameraException(CameraFaultKind.Unsupported, $"{_options.Path} answered {FourCc(format.PixelFormat)} when asked for {FourCc(chosen)}.");
        if (format.Width is 0 or > 8192 || format.Height is 0 or > 8192)
            throw new CameraException(CameraFaultKind.Unsupported, $"{_options.Path} offers a picture of {format.Width}×{format.Height}, which cannot be.");
        _pixelFormat = chosen;
        _width = (int)format.Width;
        _height = (int)format.Height;
        _stride = chosen == Yuyv ? Math.Max((int)format.BytesPerLine, _width * 2) : chosen == Nv12 ? Math.Max((int)format.BytesPerLine, _width) : 0;
        if ((chosen == Yuyv || chosen == Nv12) && (_width % 2 != 0 || (chosen == Nv12 && _height % 2 != 0)))
            throw new CameraException(CameraFaultKind.Unsupported, $"{_options.Path} offers {FourCc(chosen)} of {_width}×{_height}, whose sides must be even; ask for another width and height.");

        // A driver without frame rates answers EINVAL or ENOTTY; it then runs at its own rate, which is no fault.
        V4l2StreamParm parm = new() { Type = CaptureType, Numerator = 1, Denominator = (uint)_options.FramesPerSecond };
        _ = _device.Ioctl(_fd, SetParm, &parm);
    }

    // A raw format goes first where it fits the bus; half bytes a pixel.
    private uint[] Raw(uint format, int halves) =>
        (long)_options.Width * _options.Height * _options.FramesPerSecond * halves / 2 <= V4l2Options.RawBytesPerSecond ? [format] : [];

    private void MapBuffers()
    {
        V4l2RequestBuffers request = new() { Count = (uint)_options.Buffers, Type = CaptureType, Memory = MemoryMmap };
        if (_device.Ioctl(_fd, ReqBufs, &request) < 0) throw Fault("asking for buffers", _device.Errno);
        if (request.Count < 2)
            throw new CameraException(CameraFaultKind.Unsupported, $"{_options.Path} gives only {request.Count} buffer(s); at least 2 are needed.");

        for (uint i = 0; i < request.Count; i++)
        {
            V4l2Buffer buffer = new() { Index = i, Type = CaptureType, Memory = MemoryMmap };
            if (_device.Ioctl(_fd, QueryBuf, &buffer) < 0) throw Fault("asking for a buffer", _device.Errno);
            byte* address = _device.Map(_fd, buffer.Length, buffer.Offset);
            if (address is null) throw Fault("mapping a buffer", _device.Errno);
            _maps.Add(((nint)address, buffer.Length));
        }
    }

    private void Start()
    {
        for (uint i = 0; i < _maps.Count; i++)
        {
            V4l2Buffer buffer = new() { Index = i, Type = CaptureType, Memory = MemoryMmap };
            if (_device.Ioctl(_fd, QBuf, &buffer) < 0) throw Fault("queueing a buffer", _device.Errno);
        }

        uint type = CaptureType;
        if (_device.Ioctl(_fd, StreamOn, &type) < 0) throw Fault("starting the stream", _device.Errno);
        _streaming = true;
    }

    private CameraException Fault(string step, int errno)
    {
        string path = _options.Path;
        return errno switch
        {
            ENOENT => new(CameraFaultKind.NotFound, $"There is no camera at {path}; plug it in or set Camera to the right device."),
            EACCES or EPERM => new(CameraFaultKind.Denied, $"This account may not open {path}; add it to the group 'video'."),
            EBUSY => new(CameraFaultKind.Busy, $"The camera {path} is in use by another program ({step}); stop that program."),
            ENOSPC => new(CameraFaultKind.Unsupported, $"The USB bus has no room for the frames of {path} ({step}); set format=mjpeg, a smaller picture or fewer frames a second, or unplug other USB devices."),
            ENODEV or ENXIO => new(CameraFaultKind.Unplugged, $"The camera {path} went away ({step}); check its cable and plug."),
            _ => new(CameraFaultKind.Protocol, $"The camera {path} failed at {step}: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})."),
        };
    }

    private static string Text(byte* bytes, int length)
    {
        ReadOnlySpan<byte> span = new(bytes, length);
        int end = span.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? span : span[..end]);
    }
}
