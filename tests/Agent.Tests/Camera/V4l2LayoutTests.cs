using System.Runtime.InteropServices;
using Devices.Edge.Agent.Camera.V4l2;

namespace Devices.Edge.Agent.Tests.Camera;

/// <summary>Against what a C compiler prints of linux/videodev2.h on 64-bit Linux.</summary>
public sealed class V4l2LayoutTests
{
    [Fact]
    public void Structures_have_the_kernels_sizes()
    {
        Marshal.SizeOf<V4l2Capability>().ShouldBe(0x68);
        Marshal.SizeOf<V4l2FmtDesc>().ShouldBe(0x40);
        Marshal.SizeOf<V4l2Format>().ShouldBe(0xD0);
        Marshal.SizeOf<V4l2StreamParm>().ShouldBe(0xCC);
        Marshal.SizeOf<V4l2RequestBuffers>().ShouldBe(0x14);
        Marshal.SizeOf<V4l2Buffer>().ShouldBe(0x58);
    }

    [Fact]
    public void Fields_lie_where_the_kernel_has_them()
    {
        (Type Type, string Field, int Offset)[] expected =
        [
            (typeof(V4l2Capability), nameof(V4l2Capability.Capabilities), 0x54), (typeof(V4l2Capability), nameof(V4l2Capability.DeviceCaps), 0x58),
            (typeof(V4l2FmtDesc), nameof(V4l2FmtDesc.PixelFormat), 0x2C), (typeof(V4l2Format), nameof(V4l2Format.Width), 0x8),
            (typeof(V4l2StreamParm), nameof(V4l2StreamParm.Capability), 0x4), (typeof(V4l2StreamParm), nameof(V4l2StreamParm.Numerator), 0xC),
            (typeof(V4l2Buffer), nameof(V4l2Buffer.BytesUsed), 0x8), (typeof(V4l2Buffer), nameof(V4l2Buffer.Flags), 0xC),
            (typeof(V4l2Buffer), nameof(V4l2Buffer.Seconds), 0x18), (typeof(V4l2Buffer), nameof(V4l2Buffer.Sequence), 0x38),
            (typeof(V4l2Buffer), nameof(V4l2Buffer.Memory), 0x3C), (typeof(V4l2Buffer), nameof(V4l2Buffer.Offset), 0x40),
            (typeof(V4l2Buffer), nameof(V4l2Buffer.Length), 0x48),
        ];
        foreach ((Type type, string field, int offset) in expected)
            Marshal.OffsetOf(type, field).ToInt32().ShouldBe(offset, $"{type.Name}.{field}");
    }

    [Fact]
    public void Request_numbers_are_those_of_the_ioctl_encoding()
    {
        // _IOC(dir, 'V', nr, size) of asm-generic/ioctl.h: dir << 30 | size << 16 | 'V' << 8 | nr.
        static uint Ioc(uint dir, uint nr, int size) => (dir << 30) | ((uint)size << 16) | ('V' << 8) | nr;
        const uint write = 1, read = 2, both = 3;
        V4l2Numbers.QueryCap.ShouldBe(Ioc(read, 0, 0x68));
        V4l2Numbers.EnumFmt.ShouldBe(Ioc(both, 2, 0x40));
        V4l2Numbers.SetFmt.ShouldBe(Ioc(both, 5, 0xD0));
        V4l2Numbers.ReqBufs.ShouldBe(Ioc(both, 8, 0x14));
        V4l2Numbers.QueryBuf.ShouldBe(Ioc(both, 9, 0x58));
        V4l2Numbers.QBuf.ShouldBe(Ioc(both, 15, 0x58));
        V4l2Numbers.DQBuf.ShouldBe(Ioc(both, 17, 0x58));
        V4l2Numbers.StreamOn.ShouldBe(Ioc(write, 18, 4));
        V4l2Numbers.StreamOff.ShouldBe(Ioc(write, 19, 4));
        V4l2Numbers.SetParm.ShouldBe(Ioc(both, 22, 0xCC));
        V4l2Numbers.FourCc(V4l2Numbers.Mjpeg).ShouldBe("MJPG");
        V4l2Numbers.FourCc(V4l2Numbers.Yuyv).ShouldBe("YUYV");
        V4l2Numbers.FourCc(V4l2Numbers.Nv12).ShouldBe("NV12");
    }

    [Fact]
    public void The_real_binding_reports_a_missing_device_and_a_file_that_is_none()
    {
        LinuxV4l2Device device = new();
        int opened = device.Open("/dev/video-that-is-not-there", V4l2Numbers.OpenFlags);
        int errno = device.Errno;
        opened.ShouldBe(-1);
        errno.ShouldBe(V4l2Numbers.ENOENT);
        Should.Throw<Devices.Edge.Agent.Camera.CameraException>(() => V4l2Stream.Open(device, new V4l2Options("/dev/null"), TimeProvider.System, new()))
            .Message.ShouldBe("/dev/null is not a video device.");
    }
}
