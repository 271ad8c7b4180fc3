using Devices.Edge.Agent.Camera;
using Devices.Edge.Agent.Tests.Support;
using Devices.Edge.Agent.View;
using Devices.Edge.Vision;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;
using Microsoft.Extensions.Time.Testing;

namespace Devices.Edge.Agent.Tests.View;

/// <summary>The tap between recognition and whoever looks.</summary>
public sealed class ViewTapTests
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(30);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    // What recognition does with every frame.
    private static void Pass(ViewTap tap, FacePipeline pipeline, CameraFrame frame, RgbFrame rgb)
    {
        ViewTap? view = tap.Look();
        view?.Decoded();
        pipeline.Observer = view;
        FrameResult result = pipeline.Process(rgb);
        view?.Show(frame, rgb, result);
    }

    [Fact]
    public void With_nobody_looking_the_hook_of_a_frame_allocates_nothing()
    {
        ViewTap tap = new(TimeProvider.System);
        using CameraFrame frame = CameraFrame.Jpeg(Jpegs.Make(1), TimeSpan.Zero);
        long seen = 0;
        for (int i = 0; i < 100; i++) seen += tap.Look() is null ? 0 : 1;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
        {
            ViewTap? view = tap.Look();
            view?.Decoded();
            view?.Show(frame, null, null);
            if (view is not null) seen++;
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        seen.ShouldBe(0);
    }

    [Fact]
    public void With_nobody_looking_the_whole_pipeline_allocates_no_more_for_a_frame_than_without_the_tap()
    {
        using LoadedPack pack = PackLoader.Load(Repo.PackOrSkip()).Pack ?? throw new InvalidOperationException("The pack does not load.");
        FrameDecode decode = JpegDecoder.Decode(Repo.Picture("franck_02159.jpg"), TimeSpan.Zero);
        using RgbFrame picture = decode.Frame!;
        using CameraFrame camera = CameraFrame.Jpeg(Repo.Picture("franck_02159.jpg"), TimeSpan.Zero);
        ViewTap tap = new(TimeProvider.System);

        long Measure(bool tapped)
        {
            using FacePipeline pipeline = new(pack, FaceGallery.For(pack));
            RgbFrame[] frames = [.. Enumerable.Range(0, 24).Select(i => picture.CloneAt(TimeSpan.FromMilliseconds(i * 100)))];
            void Run(RgbFrame frame)
            {
                if (tapped) Pass(tap, pipeline, camera, frame);
                else pipeline.Process(frame);
            }

            foreach (RgbFrame frame in frames[..12]) Run(frame);
            long before = GC.GetAllocatedBytesForCurrentThread();
            foreach (RgbFrame frame in frames[12..]) Run(frame);
            long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            foreach (RgbFrame frame in frames) frame.Dispose();
            return bytes;
        }

        Measure(tapped: false);
        Measure(tapped: true);
        long without = Measure(tapped: false);
        long with = Measure(tapped: true);
        TestContext.Current.SendDiagnosticMessage($"12 frames: {without} bytes without the tap, {with} with the tap closed");
        with.ShouldBeLessThanOrEqualTo(without);
    }

    [Fact]
    public async Task Whoever_asks_gets_the_next_frame_with_what_was_found_in_that_very_frame()
    {
        using LoadedPack pack = PackLoader.Load(Repo.PackOrSkip()).Pack ?? throw new InvalidOperationException("The pack does not load.");
        using FacePipeline pipeline = new(pack, FaceGallery.For(pack));
        byte[] jpeg = Repo.Picture("franck_02159.jpg");
        ViewTap tap = new(TimeProvider.System);
        ViewFrame? frame = null;
        for (int i = 0; i < 4; i++)
        {
            Task<ViewFrame?> asked = tap.NextAsync(Wait, Stop);
            using CameraFrame camera = CameraFrame.Jpeg(jpeg, TimeSpan.FromMilliseconds(i * 100));
            FrameDecode decode = JpegDecoder.Decode(jpeg, camera.CapturedAt);
            using RgbFrame rgb = decode.Frame!;
            Pass(tap, pipeline, camera, rgb);
            frame = (await asked).ShouldNotBeNull();
            frame.Number.ShouldBe(i + 1);
        }

        frame.ShouldNotBeNull().Jpeg().ShouldBe(jpeg);
        (frame.Width, frame.Height).ShouldBe((720, 576));
        ViewFace face = frame.Faces.ShouldHaveSingleItem();
        face.Track.Quality.EyeDistance.ShouldBeGreaterThan(24);
        face.Track.Points.LeftEye.X.ShouldBeLessThan(face.Track.Points.RightEye.X);
        face.Comparison.ShouldNotBeNull().Samples.ShouldBeGreaterThan(0);
        frame.Stages.Detect.ShouldBeGreaterThan(TimeSpan.Zero);
        frame.Stages.Recognise.ShouldBeGreaterThan(TimeSpan.Zero);
        frame.Total.ShouldBeGreaterThanOrEqualTo(frame.Stages.Detect + frame.Stages.Analyse + frame.Stages.Recognise);
    }

    [Fact]
    public async Task A_slow_viewer_skips_frames_and_gets_the_newest_and_two_viewers_get_the_same()
    {
        ViewTap tap = new(TimeProvider.System);
        using CameraFrame frame = CameraFrame.Jpeg(Jpegs.Make(1), TimeSpan.Zero);
        Task<ViewFrame?> first = tap.NextAsync(Wait, Stop);
        Task<ViewFrame?> other = tap.NextAsync(Wait, Stop);
        for (int i = 0; i < 5; i++) tap.Look().ShouldNotBeNull().Show(frame, null, null);
        ViewFrame a = (await first).ShouldNotBeNull();
        a.Number.ShouldBe(1);
        (await other).ShouldBeSameAs(a);

        using CameraFrame newest = CameraFrame.Jpeg(Jpegs.Make(2), TimeSpan.Zero);
        Task<ViewFrame?> later = tap.NextAsync(Wait, Stop);
        tap.Look().ShouldNotBeNull().Show(newest, null, null);
        ViewFrame b = (await later).ShouldNotBeNull();
        b.Number.ShouldBe(6);
        b.Jpeg().ShouldBe(Jpegs.Make(2));
    }

    [Fact]
    public async Task It_closes_by_itself_when_nobody_asks_any_more()
    {
        FakeTimeProvider time = new();
        time.Advance(TimeSpan.FromSeconds(1));
        ViewTap tap = new(time);
        tap.IsOpen.ShouldBeFalse();
        Task<ViewFrame?> asked = tap.NextAsync(TimeSpan.FromSeconds(1), Stop);
        tap.IsOpen.ShouldBeTrue();
        time.Advance(TimeSpan.FromSeconds(1));
        (await asked).ShouldBeNull("no frame came within the second");
        tap.IsOpen.ShouldBeTrue();
        time.Advance(TimeSpan.FromSeconds(2));
        tap.IsOpen.ShouldBeFalse();
        tap.Look().ShouldBeNull();
    }

    [Fact]
    public async Task A_camera_that_sends_raw_frames_is_seen_too_also_without_models()
    {
        ViewTap tap = new(TimeProvider.System);
        using FrameSlot slot = new();
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        Task<ViewFrame?> asked = tap.NextAsync(Wait, Stop);
        Task pump = ViewPump.RunAsync(slot, tap, TimeSpan.MaxValue, TimeProvider.System, end.Token);
        byte[] grey = new byte[64 * 48 * 2];
        Array.Fill(grey, (byte)128);
        slot.Put(CameraFrame.Yuyv(grey, 64, 48, 128, TimeSpan.Zero));

        ViewFrame frame = (await asked).ShouldNotBeNull();

        frame.Analysed.ShouldBeFalse();
        FrameDecode decode = JpegDecoder.Decode(frame.Jpeg(), TimeSpan.Zero);
        using RgbFrame seen = decode.Frame!;
        (seen.Width, seen.Height).ShouldBe((64, 48));
        ((int)seen.Pixels[0]).ShouldBeInRange(120, 136);
        await end.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(pump);
    }
}
