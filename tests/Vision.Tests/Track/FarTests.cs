using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Liveness;
using Devices.Edge.Vision.Tests.Support;
using Devices.Edge.Vision.Track;

namespace Devices.Edge.Vision.Tests.Track;

/// <summary>Faces that are too small in the detector's input, and what a frame costs.</summary>
public sealed class FarTests
{
    private static PipelineOptions Usual => new() { LivenessThreshold = 0, Motion = new MotionOptions { Enabled = false } };

    private static bool Found(string file, int width, int frames, PipelineOptions options, bool somebody)
    {
        using var pipeline = new FacePipeline(Installed.Pack, People.Usual(), options) { SomebodyThere = somebody };
        using var picture = Installed.Load(Installed.Clm(file));
        for (var i = 0; i < frames; i++)
        {
            using var frame = Scene.Wall(1280, 720, TimeSpan.FromSeconds(10 + (i * 0.1)));
            Scene.Draw(frame, picture, 1010, 430, width);
            if (pipeline.Process(frame).Detected > 0)
            {
                return true;
            }
        }

        return false;
    }

    [Fact]
    public void Far_faces_in_a_large_picture_are_found_by_the_second_look_and_only_while_somebody_is_there()
    {
        // Widths of whole pictures; the faces in them are 30 to 50 pixels wide, 8 to 13 in the detector's input.
        (string File, int Width)[] people = [("franck_02159.jpg", 130), ("audrey_crop.jpg", 70), ("cage2_crop.jpg", 70), ("obama4_crop.jpg", 66), ("bieber_small.jpg", 80), ("kim1_crop.jpg", 66)];
        var closer = people.Count(p => Found(p.File, p.Width, 4, Usual, somebody: true));
        var whole = people.Count(p => Found(p.File, p.Width, 4, Usual with { FarSearch = false }, somebody: true));
        var nobody = people.Count(p => Found(p.File, p.Width, 4, Usual, somebody: false));
        nobody.ShouldBe(whole);
        closer.ShouldBeGreaterThan(whole);
        closer.ShouldBeGreaterThanOrEqualTo(4);
    }

    [Fact]
    public void A_far_face_is_followed_as_one_track_at_the_place_where_it_is()
    {
        using var pipeline = new FacePipeline(Installed.Pack, People.Usual(), Usual);
        using var picture = Installed.Load(Installed.Clm("franck_02159.jpg"));
        var ids = new HashSet<long>();
        var box = default(FaceBox);
        for (var i = 0; i < 14; i++)
        {
            using var frame = Scene.Wall(1280, 720, TimeSpan.FromSeconds(10 + (i * 0.1)));
            Scene.Draw(frame, picture, 200 + (i * 4), 400, 150);
            foreach (var track in pipeline.Process(frame).Tracks)
            {
                ids.Add(track.Id);
                box = track.Box;
            }
        }

        ids.Count.ShouldBe(1);
        box.CentreX.ShouldBeInRange(252, 402);
        box.CentreY.ShouldBeInRange(400, 520);
    }

    [Theory]
    [InlineData(640, 480, 1)]
    [InlineData(1280, 720, 4)]
    [InlineData(1920, 1080, 9)]
    public void Parts_cover_the_picture_and_overlap_by_more_than_the_smallest_face(int width, int height, int parts)
    {
        var far = new Detect.FarLook(320, 240, 24);
        far.Parts(width, height).ShouldBe(parts);
        far.Helps(width, height).ShouldBe(parts > 1);
        var whole = new FaceBox(0, 0, width, height);
        var all = Enumerable.Range(0, parts).Select(_ => far.Next(width, height, whole)).ToArray();
        for (var x = 0; x <= width - 56; x += 8)
        {
            for (var y = 0; y <= height - 70; y += 8)
            {
                all.ShouldContain(p => p.X <= x && p.Right >= x + 55 && p.Y <= y && p.Bottom >= y + 55, $"{x},{y}");
            }
        }

        // A region at the left edge is looked at only there.
        Enumerable.Range(0, parts * 2).Select(_ => far.Next(width, height, new FaceBox(0, 0, 100, height))).ShouldAllBe(p => p.X < 100);
    }

    [Fact]
    public void From_jpeg_to_outcome_a_frame_allocates_nothing()
    {
        var face = Camera("franck_02159.jpg", 360, 288);
        var wall = Camera(null, 640, 480);
        using var pipeline = new FacePipeline(Installed.Pack, People.Usual(), Usual);
        RgbFrame? last = null;
        var at = TimeSpan.FromSeconds(10);
        void Look(int i)
        {
            at += TimeSpan.FromSeconds(1 / 15.0);
            var bytes = i % 100 < 40 ? face : wall;
            last = (i % 2 == 0 ? JpegDecoder.Decode(bytes, at, last) : JpegDecoder.DecodeForSearch(bytes, 320, 240, at, last)).Frame!;
            pipeline.Process(last);
            last.Dispose();
        }

        for (var i = 0; i < 330; i++)
        {
            Look(i);
        }

        // The same person stands there, decided on and checked every second; then nobody does, and the track ends. The runtime may empty its
        // pool of arrays at any full collection (other tests run beside this one), and the next frame fills it again: one round without that is the proof.
        var least = long.MaxValue;
        for (var round = 3; round < 13 && least > 0; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = (round * 100) + 30; i < (round * 100) + 99; i++)
            {
                Look(i);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            Look((round * 100) + 99);
            for (var i = 0; i < 30; i++)
            {
                Look(i);
            }
        }

        least.ShouldBe(0);
        new Action(() => last!.Pixels.Clear()).ShouldThrow<ObjectDisposedException>();
    }

    private static byte[] Camera(string? file, int width, int height)
    {
        using var bitmap = new SkiaSharp.SKBitmap(width, height, SkiaSharp.SKColorType.Rgba8888, SkiaSharp.SKAlphaType.Opaque);
        bitmap.Erase(new SkiaSharp.SKColor(150, 150, 160));
        if (file is not null)
        {
            using var picture = SkiaSharp.SKBitmap.Decode(Installed.Clm(file));
            using var image = SkiaSharp.SKImage.FromBitmap(picture);
            using var canvas = new SkiaSharp.SKCanvas(bitmap);
            canvas.DrawImage(image, SkiaSharp.SKRect.Create(0, 0, width, height), new SkiaSharp.SKSamplingOptions(SkiaSharp.SKFilterMode.Linear));
        }

        using var data = bitmap.Encode(SkiaSharp.SKEncodedImageFormat.Jpeg, 85);
        return data.ToArray();
    }
}
