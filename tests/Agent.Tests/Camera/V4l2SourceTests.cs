using Devices.Edge.Agent.Camera;
using Devices.Edge.Agent.Camera.V4l2;
using Devices.Edge.Agent.Tests.Support;

namespace Devices.Edge.Agent.Tests.Camera;

public sealed class V4l2SourceTests
{
    private static readonly V4l2Options Options = new("/dev/video0") { FrameTimeout = TimeSpan.FromMilliseconds(300) };

    private static async Task<List<byte[]>> ReadAsync(FakeV4l2 device, int count, V4l2Options? options = null, V4l2Source? source = null)
    {
        source ??= new V4l2Source(device, options ?? Options, TimeProvider.System);
        List<byte[]> frames = [];
        await foreach (CameraFrame frame in source.ReadAsync(TestContext.Current.CancellationToken))
        {
            using (frame) frames.Add(frame.Data.ToArray());
            if (frames.Count == count) break;
        }

        return frames;
    }

    private static FakeFrame[] Recording(int count) => [.. Enumerable.Range(0, count).Select(i => new FakeFrame(Jpegs.Make(i)))];

    [Fact]
    public async Task Iot_1585_the_device_is_opened_and_mapped_once_for_many_frames()
    {
        FakeFrame[] recording = Recording(200);
        FakeV4l2 device = new(recording);
        List<byte[]> frames = await ReadAsync(device, 200);
        device.Opens.ShouldBe(1);
        device.Maps.ShouldBe(4);
        frames.Count.ShouldBe(200);
        for (int i = 0; i < 200; i++) frames[i].ShouldBe(recording[i].Bytes);
    }

    [Fact]
    public async Task Iot_2293_leading_zeros_and_damaged_pictures_are_refused_and_counted()
    {
        byte[] good = Jpegs.Make(1);
        byte[] zeros = [.. new byte[16], .. good];
        FakeV4l2 device = new([new(zeros), new(good[..(good.Length / 2)]), new([1, 2, 3]), new(new byte[500]), new(good)]);
        V4l2Source source = new(device, Options, TimeProvider.System);
        List<byte[]> frames = await ReadAsync(device, 1, source: source);
        frames.ShouldHaveSingleItem().ShouldBe(good);
        source.Tally.Refused.ShouldBe(4);
        source.Tally.LastReason.ShouldNotBeNull().ShouldContain("zeros");
    }

    [Fact]
    public async Task Raspberryio_38_the_camera_is_released_on_stop_and_the_second_run_gets_frames()
    {
        FakeV4l2 device = new(Recording(3));
        V4l2Source source = new(device, Options, TimeProvider.System);
        (await ReadAsync(device, 3, source: source)).Count.ShouldBe(3);
        device.Closes.ShouldBe(1);
        device.Unmaps.ShouldBe(device.Maps);
        (await ReadAsync(device, 3, source: source)).Count.ShouldBe(3);
        device.Opens.ShouldBe(2);
        device.Closes.ShouldBe(2);
    }

    [Fact]
    public async Task Padding_after_the_end_marker_is_cut_off()
    {
        byte[] good = Jpegs.Make(5);
        FakeV4l2 device = new([new([.. good, .. new byte[300]])]);
        (await ReadAsync(device, 1)).ShouldHaveSingleItem().ShouldBe(good);
    }

    [Fact]
    public async Task A_frame_that_the_driver_marks_as_damaged_is_not_used_and_a_false_length_neither()
    {
        byte[] good = Jpegs.Make(2);
        FakeV4l2 device = new([new(good, FakeKind.ErrorFlag), new(good, BytesUsed: 0), new(good, BytesUsed: 10_000_000), new(good)]);
        V4l2Source source = new(device, Options, TimeProvider.System);
        (await ReadAsync(device, 1, source: source)).Count.ShouldBe(1);
        source.Tally.Refused.ShouldBe(3);
        source.Tally.Good.ShouldBe(1);
    }

    [Fact]
    public async Task Yuyv_is_taken_where_there_is_no_mjpeg_and_short_frames_are_refused()
    {
        byte[] whole = [.. Enumerable.Range(0, 64 * 48 * 2).Select(i => (byte)i)];
        FakeV4l2 device = new([new(whole[..1000]), new(whole)]) { Formats = [V4l2Numbers.Yuyv] };
        V4l2Source source = new(device, Options, TimeProvider.System);
        await foreach (CameraFrame frame in source.ReadAsync(TestContext.Current.CancellationToken))
        {
            using (frame)
            {
                frame.Format.ShouldBe(FrameFormat.Yuyv);
                (frame.Width, frame.Height, frame.Stride).ShouldBe((64, 48, 128));
                frame.Data.ToArray().ShouldBe(whole);
            }

            break;
        }

        source.Tally.LastReason.ShouldNotBeNull().ShouldContain("1000 of 6144 bytes");
    }

    [Fact]
    public async Task Nv12_frames_are_taken_whole_and_short_ones_are_refused()
    {
        byte[] whole = [.. Enumerable.Range(0, 64 * 48 * 3 / 2).Select(i => (byte)i)];
        FakeV4l2 device = new([new(whole[..3100]), new(whole)]) { Formats = [V4l2Numbers.Nv12] };
        V4l2Source source = new(device, Options, TimeProvider.System);
        await foreach (CameraFrame frame in source.ReadAsync(TestContext.Current.CancellationToken))
        {
            using (frame)
            {
                frame.Format.ShouldBe(FrameFormat.Nv12);
                (frame.Width, frame.Height, frame.Stride).ShouldBe((64, 48, 64));
                frame.Data.ToArray().ShouldBe(whole);
            }

            break;
        }

        source.Tally.LastReason.ShouldNotBeNull().ShouldContain("3100 of 4608 bytes");
    }

    [Theory]
    [InlineData(640, 480, 15, V4l2Numbers.Nv12)]
    [InlineData(640, 480, 20, V4l2Numbers.Nv12)]
    [InlineData(1280, 720, 15, V4l2Numbers.Mjpeg)]
    public async Task Raw_frames_are_chosen_while_they_fit_the_bus_and_mjpeg_above(int width, int height, int rate, uint chosen)
    {
        FakeV4l2 device = new(Recording(1)) { Formats = [V4l2Numbers.Mjpeg, V4l2Numbers.Yuyv, V4l2Numbers.Nv12] };
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(400));
        try
        {
            await foreach (CameraFrame frame in new V4l2Source(device, Options with { Width = width, Height = height, FramesPerSecond = rate }, TimeProvider.System).ReadAsync(stop.Token))
            {
                frame.Dispose();
                break;
            }
        }
        catch (Exception e) when (e is CameraException or OperationCanceledException)
        {
            // The recording is of JPEG pictures, which a raw format refuses; what was asked of the driver is what counts.
        }

        device.LastFormat.ShouldBe(chosen);
    }

    [Theory]
    [InlineData(V4l2Numbers.EBUSY, CameraFaultKind.Busy, "in use by another program")]
    [InlineData(V4l2Numbers.ENOENT, CameraFaultKind.NotFound, "no camera at /dev/video0")]
    [InlineData(V4l2Numbers.EACCES, CameraFaultKind.Denied, "group 'video'")]
    [InlineData(V4l2Numbers.ENODEV, CameraFaultKind.Unplugged, "went away")]
    public async Task What_prevents_opening_is_a_typed_fault_with_a_sentence(int errno, CameraFaultKind kind, string part)
    {
        FakeV4l2 device = new(Recording(1)) { OpenErrno = errno };
        CameraException fault = await Should.ThrowAsync<CameraException>(() => ReadAsync(device, 1));
        fault.Kind.ShouldBe(kind);
        fault.Message.ShouldContain(part);
    }

    [Theory]
    [InlineData(FakeKind.Unplug)]
    [InlineData(FakeKind.HangUp)]
    internal async Task Unplugging_while_streaming_is_told_and_the_device_is_closed(FakeKind kind)
    {
        FakeV4l2 device = new([.. Recording(2), FakeFrame.Of(kind)]);
        CameraException fault = await Should.ThrowAsync<CameraException>(() => ReadAsync(device, 5));
        fault.Kind.ShouldBe(CameraFaultKind.Unplugged);
        device.Closes.ShouldBe(1);
    }

    [Fact]
    public async Task A_device_that_is_open_but_silent_is_given_up()
    {
        FakeV4l2 device = new([.. Recording(1), FakeFrame.Of(FakeKind.Stall)]);
        CameraException fault = await Should.ThrowAsync<CameraException>(() => ReadAsync(device, 2));
        fault.Kind.ShouldBe(CameraFaultKind.NoFrames);
        fault.Message.ShouldContain("gave no frame for 0.3 s");
    }

    [Fact]
    public async Task A_device_that_sends_only_damaged_frames_is_given_up_and_the_reason_is_told()
    {
        FakeV4l2 device = new([new(new byte[200])]) { Loop = true };
        CameraException fault = await Should.ThrowAsync<CameraException>(() => ReadAsync(device, 1, Options with { MaxDamagedInARow = 10, FrameTimeout = TimeSpan.FromSeconds(30) }));
        fault.Message.ShouldContain("10 damaged frames in a row");
    }

    [Fact]
    public async Task A_device_without_a_format_we_read_says_what_it_offers()
    {
        FakeV4l2 device = new(Recording(1)) { Formats = [0x34363248] };
        (await Should.ThrowAsync<CameraException>(() => ReadAsync(device, 1))).Message.ShouldContain("it offers: H264");
    }
}
