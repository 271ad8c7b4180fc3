using System.Diagnostics;
using System.Text;
using Devices.Edge.Agent.Camera;
using Devices.Edge.Agent.Camera.Mjpeg;
using Devices.Edge.Agent.Tests.Support;

namespace Devices.Edge.Agent.Tests.Camera;

public sealed class JpegStreamTests
{
    private static async Task<List<byte[]>> SplitAsync(byte[] stream, FrameTally tally, int limit = 1 << 20)
    {
        List<byte[]> frames = [];
        await foreach (CameraFrame frame in JpegStreamSplitter.SplitAsync(new Trickle(stream), limit, tally, TimeProvider.System, TestContext.Current.CancellationToken))
        {
            using (frame) frames.Add(frame.Data.ToArray());
        }

        return frames;
    }

    private static async Task<List<byte[]>> PartsAsync(byte[] stream, FrameTally tally, int limit = 1 << 20)
    {
        List<byte[]> frames = [];
        await foreach (CameraFrame frame in MultipartSplitter.SplitAsync(new Trickle(stream), "frame", limit, tally, TimeProvider.System, TestContext.Current.CancellationToken))
        {
            using (frame) frames.Add(frame.Data.ToArray());
        }

        return frames;
    }

    [Fact]
    public async Task Pictures_that_follow_one_another_are_cut_apart_also_with_thumbnails_inside()
    {
        byte[] one = Jpegs.Make(1), two = Jpegs.WithThumbnail(Jpegs.Make(2, 200, 100), Jpegs.Make(3)), three = Jpegs.Make(4);
        FrameTally tally = new();
        List<byte[]> frames = await SplitAsync([.. one, .. two, .. three], tally);
        frames.Count.ShouldBe(3);
        frames[0].ShouldBe(one);
        frames[1].ShouldBe(two);
        frames[2].ShouldBe(three);
        tally.Refused.ShouldBe(0);
    }

    [Fact]
    public async Task Junk_between_pictures_and_a_cut_last_one_are_counted_not_yielded()
    {
        byte[] one = Jpegs.Make(1), two = Jpegs.Make(2);
        FrameTally tally = new();
        List<byte[]> frames = await SplitAsync([.. Encoding.ASCII.GetBytes("hello"), .. one, .. new byte[64], .. Encoding.ASCII.GetBytes("noise"), .. two, .. one[..100]], tally);
        frames.Count.ShouldBe(2);
        tally.Refused.ShouldBeGreaterThanOrEqualTo(2);
        tally.LastReason.ShouldNotBeNull().ShouldContain("ended in the middle");
    }

    [Fact]
    public async Task A_picture_without_end_does_not_eat_the_memory()
    {
        byte[] picture = Jpegs.Make(1);
        byte[] endless = [.. picture[..^2], .. new byte[200_000]];
        (await Should.ThrowAsync<CameraException>(() => SplitAsync(endless, new(), 64 * 1024))).Message.ShouldContain("65,536 bytes without");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Multipart_parts_are_taken_with_and_without_content_length(bool withLength)
    {
        byte[] one = Jpegs.Make(1), two = Jpegs.Make(2);
        byte[] Part(byte[] body) => [.. Encoding.ASCII.GetBytes($"--frame\r\nContent-Type: image/jpeg\r\n{(withLength ? $"Content-Length: {body.Length}\r\n" : "")}\r\n"), .. body, .. "\r\n"u8];
        FrameTally tally = new();
        List<byte[]> frames = await PartsAsync([.. Part(one), .. Part(two), .. "--frame--\r\n"u8], tally);
        frames.Count.ShouldBe(2);
        frames[0].ShouldBe(one);
        frames[1].ShouldBe(two);
        tally.Refused.ShouldBe(0);
    }

    [Fact]
    public async Task A_part_that_announces_too_much_is_refused_before_it_is_read()
    {
        byte[] stream = Encoding.ASCII.GetBytes("--frame\r\nContent-Length: 900000000\r\n\r\n");
        (await Should.ThrowAsync<CameraException>(() => PartsAsync(stream, new()))).Message.ShouldContain("900,000,000 bytes");
    }

    [Fact]
    public async Task An_http_camera_gives_frames_and_what_is_no_stream_is_named()
    {
        byte[] picture = Jpegs.Make(9);
        await using MjpegCamera camera = await MjpegCamera.StartAsync(picture);
        using HttpMjpegSource source = new(new Uri(camera.Address, "/stream"), TimeProvider.System);
        await foreach (CameraFrame frame in source.ReadAsync(TestContext.Current.CancellationToken))
        {
            using (frame) frame.Data.ToArray().ShouldBe(picture);
            break;
        }

        using HttpMjpegSource still = new(new Uri(camera.Address, "/still"), TimeProvider.System);
        (await FirstFault(still)).Message.ShouldContain("'image/jpeg' instead of multipart/x-mixed-replace");
        using HttpMjpegSource nowhere = new(new Uri(camera.Address, "/other"), TimeProvider.System);
        (await FirstFault(nowhere)).Message.ShouldContain("HTTP 404");
        using HttpMjpegSource locked = new(new UriBuilder(new Uri(camera.Address, "/locked")) { UserName = "u", Password = "secret" }.Uri, TimeProvider.System);
        CameraException denied = await FirstFault(locked);
        denied.Kind.ShouldBe(CameraFaultKind.Denied);
        denied.Message.ShouldNotContain("secret");
    }

    [Fact]
    public async Task A_camera_program_gives_frames_and_is_killed_with_its_children_at_the_end()
    {
        using Scratch scratch = new();
        byte[] picture = Jpegs.Make(3);
        await File.WriteAllBytesAsync(scratch["one.jpg"], picture, TestContext.Current.CancellationToken);
        string script = $"echo $$ > {scratch["pid"]}; while true; do cat {scratch["one.jpg"]}; sleep 0.05; done";
        ProcessMjpegSource source = new(["/bin/sh", "-c", script], TimeProvider.System);
        int count = 0;
        await foreach (CameraFrame frame in source.ReadAsync(TestContext.Current.CancellationToken))
        {
            using (frame) frame.Data.ToArray().ShouldBe(picture);
            if (++count == 3) break;
        }

        int pid = int.Parse(await File.ReadAllTextAsync(scratch["pid"], TestContext.Current.CancellationToken), System.Globalization.CultureInfo.InvariantCulture);
        await Until.True(() => !Alive(pid), "the child to be gone");
    }

    [Fact]
    public async Task A_camera_program_that_ends_says_what_it_said_and_one_that_is_missing_is_named()
    {
        CameraException ended = await FirstFault(new ProcessMjpegSource(["/bin/sh", "-c", "echo no cameras available >&2; exit 3"], TimeProvider.System));
        ended.Kind.ShouldBe(CameraFaultKind.Ended);
        ended.Message.ShouldContain("code 3");
        ended.Message.ShouldContain("no cameras available");
        (await FirstFault(new ProcessMjpegSource(["program-that-is-not-there"], TimeProvider.System))).Kind.ShouldBe(CameraFaultKind.NotFound);
    }

    private static bool Alive(int pid)
    {
        try
        {
            using Process process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static async Task<CameraException> FirstFault(IFrameSource source) => await Should.ThrowAsync<CameraException>(async () =>
    {
        await foreach (CameraFrame frame in source.ReadAsync(TestContext.Current.CancellationToken)) frame.Dispose();
    });

    /// <summary>Gives a few bytes a read, so that every boundary falls anywhere.</summary>
    private sealed class Trickle(byte[] data) : MemoryStream(data)
    {
        private int _turn;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, 1 + (_turn++ * 7919 % 701))], cancellationToken);
    }

    [Fact]
    public void A_password_in_a_cameras_address_is_in_no_line_about_it()
    {
        using HttpMjpegSource source = new(new Uri("http://admin:secret@camera.local:8080/video.cgi?user=admin&pwd=hidden"), TimeProvider.System);
        source.Name.ShouldBe("The camera at http://camera.local:8080/video.cgi");
    }
}
