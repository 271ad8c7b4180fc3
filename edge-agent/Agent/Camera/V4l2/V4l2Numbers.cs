namespace Devices.Edge.Agent.Camera.V4l2;

/// <summary>Numbers of linux/videodev2.h (64-bit) and the errno values that matter here.</summary>
internal static class V4l2Numbers
{
    public const uint QueryCap = 0x80685600;
    public const uint EnumFmt = 0xC0405602;
    public const uint SetFmt = 0xC0D05605;
    public const uint ReqBufs = 0xC0145608;
    public const uint QueryBuf = 0xC0585609;
    public const uint QBuf = 0xC058560F;
    public const uint DQBuf = 0xC0585611;
    public const uint StreamOn = 0x40045612;
    public const uint StreamOff = 0x40045613;
    public const uint SetParm = 0xC0CC5616;

    public const uint CaptureType = 1;
    public const uint MemoryMmap = 1;
    public const uint CapVideoCapture = 0x1;
    public const uint CapStreaming = 0x04000000;
    public const uint CapDeviceCaps = 0x80000000;
    public const uint FlagError = 0x40;
    public const uint FieldAny = 0;

    public const uint Mjpeg = 0x47504A4D;
    public const uint Jpeg = 0x4745504A;
    public const uint Yuyv = 0x56595559;
    public const uint Nv12 = 0x3231564E;

    public const int OpenFlags = 0x2 | 0x800 | 0x80000; // O_RDWR | O_NONBLOCK | O_CLOEXEC
    public const short PollIn = 0x1;
    public const short PollErr = 0x8;
    public const short PollHup = 0x10;

    public const int ENOENT = 2;
    public const int EINTR = 4;
    public const int EIO = 5;
    public const int ENXIO = 6;
    public const int EAGAIN = 11;
    public const int EACCES = 13;
    public const int EBUSY = 16;
    public const int ENODEV = 19;
    public const int EINVAL = 22;
    public const int ENOTTY = 25;
    public const int ENOSPC = 28;
    public const int EPERM = 1;

    /// <summary>The four letters of a pixel format.</summary>
    public static string FourCc(uint code) => string.Create(4, code, static (text, value) =>
    {
        for (int i = 0; i < 4; i++)
        {
            char c = (char)((value >> (8 * i)) & 0x7F);
            text[i] = char.IsControl(c) ? '?' : c;
        }
    });
}
