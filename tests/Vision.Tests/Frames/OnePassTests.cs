using Devices.Edge.Vision.Detect;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Quality;
using Devices.Edge.Vision.Tests.Support;

namespace Devices.Edge.Vision.Tests.Frames;

/// <summary>Raw and JPEG frames straight to the detector's input, against the long way over an RGB picture.</summary>
public sealed class OnePassTests
{
    private static readonly PixelNorm Plain = new(ChannelOrder.Rgb, [0f], [1f]);

    // A picture in the camera's format (BT.601, limited range).
    private static byte[] Yuv(RgbFrame frame, bool planar)
    {
        var (w, h) = (frame.Width, frame.Height);
        var bytes = new byte[planar ? w * h * 3 / 2 : w * h * 2];
        for (var y = 0; y < h; y++)
        {
            for (var x = 0; x < w; x++)
            {
                var at = (y * frame.Stride) + (x * 3);
                float r = frame.Pixels[at], g = frame.Pixels[at + 1], b = frame.Pixels[at + 2];
                var luma = (byte)(16 + (0.257f * r) + (0.504f * g) + (0.098f * b));
                var u = (byte)(128 - (0.148f * r) - (0.291f * g) + (0.439f * b));
                var v = (byte)(128 + (0.439f * r) - (0.368f * g) - (0.071f * b));
                bytes[planar ? (y * w) + x : ((y * w) + x) * 2] = luma;
                if (planar && x % 2 == 0 && y % 2 == 0)
                {
                    bytes[(w * h) + (y / 2 * w) + x] = u;
                    bytes[(w * h) + (y / 2 * w) + x + 1] = v;
                }
                else if (!planar && x % 2 == 0)
                {
                    bytes[(((y * w) + x) * 2) + 1] = u;
                    bytes[(((y * w) + x) * 2) + 3] = v;
                }
            }
        }

        return bytes;
    }

    [Theory]
    [InlineData(false, 0, 0, 720, 576)]
    [InlineData(true, 0, 0, 720, 576)]
    [InlineData(false, 101, 53, 333, 219)]
    [InlineData(true, 101, 53, 333, 219)]
    [InlineData(false, -40, -30, 400, 300)]
    public void Raw_rows_give_the_detector_what_the_rgb_picture_gives_it(bool planar, float x, float y, float width, float height)
    {
        using var scene = Installed.Load(Installed.Clm("franck_02159.jpg"));
        var raw = Yuv(scene, planar);
        using var deferred = YuvConverter.Defer(raw, planar, 720, 576, planar ? 720 : 1440, default).Frame!;
        using var rgb = RgbFrame.Rent(720, 576);
        (planar ? YuvConverter.FromNv12(raw, 720, rgb) : YuvConverter.FromYuyv(raw, 1440, rgb)).ShouldBeNull();
        var (one, two) = (new float[3 * 320 * 240], new float[3 * 320 * 240]);
        new FrameResizer(320, 240, Plain, Resample.Bilinear).Resize(deferred, x, y, width, height, one);
        deferred.IsMaterial.ShouldBeFalse();
        new FrameResizer(320, 240, Plain, Resample.Bilinear).Resize(rgb, x, y, width, height, two);

        // The RGB picture was rounded to whole levels on the way.
        one.Zip(two, (a, b) => MathF.Abs(a - b)).Max().ShouldBeLessThan(1.01f);
        deferred.Pixels.SequenceEqual(rgb.Pixels).ShouldBeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_raw_frame_finds_the_face_without_becoming_rgb_and_embeds_it_alike(bool planar)
    {
        using var scene = Installed.Load(Installed.Clm("franck_02159.jpg"));
        using var deferred = YuvConverter.Defer(Yuv(scene, planar), planar, 720, 576, planar ? 720 : 1440, default).Frame!;
        using var analyzer = Installed.Pack.CreateAnalyzer();
        var faces = new DetectedFace[4];
        analyzer.Detect(deferred, faces).ShouldBe(1);
        deferred.IsMaterial.ShouldBeFalse();
        FaceBox.Iou(faces[0].Box, Installed.Faces(analyzer, scene)[0].Box).ShouldBeGreaterThan(0.95f);
        var vector = new float[analyzer.EmbeddingSize];
        analyzer.Embed(deferred, analyzer.Analyze(deferred, faces[0], QualityLimits.Recognition), vector).ShouldBeTrue();
        System.Numerics.Tensors.TensorPrimitives.Dot<float>(vector, Installed.Embed(analyzer, Installed.Clm("franck_02159.jpg"))).ShouldBeGreaterThan(0.95f);
    }

    [Fact]
    public void A_jpeg_searched_small_finds_the_same_face_and_has_all_its_pixels_when_they_are_asked_for()
    {
        var bytes = File.ReadAllBytes(Installed.Clm("franck_02159.jpg"));
        using var small = JpegDecoder.DecodeForSearch(bytes, 320, 240, TimeSpan.FromSeconds(3)).Frame!;
        using var whole = JpegDecoder.Decode(bytes).Frame!;
        (small.Width, small.Height, small.CapturedAt).ShouldBe((720, 576, TimeSpan.FromSeconds(3)));
        using var analyzer = Installed.Pack.CreateAnalyzer();
        var (a, b) = (new DetectedFace[4], new DetectedFace[4]);
        analyzer.Detect(small, a).ShouldBe(1);
        small.IsMaterial.ShouldBeFalse();
        analyzer.Detect(whole, b).ShouldBe(1);
        FaceBox.Iou(a[0].Box, b[0].Box).ShouldBeGreaterThan(0.9f);
        small.Pixels.SequenceEqual(whole.Pixels).ShouldBeTrue();
    }

    [Theory]
    [InlineData(0, 240, 640, "BadDimensions")]
    [InlineData(640, 9000, 1280, "BadDimensions")]
    [InlineData(640, 480, 1280, "WrongLength")]
    [InlineData(641, 2, 1282, "BadDimensions")]
    public void A_raw_frame_that_cannot_be_is_refused_before_it_is_kept(int width, int height, int stride, string code)
    {
        var fault = YuvConverter.Defer(new byte[1000], planar: false, width, height, stride, default).Fault!;
        fault.Code.ToString().ShouldBe(code);
        fault.Message.ShouldContain("YUYV");
    }

    [Fact]
    public void A_deferred_frame_that_was_disposed_refuses_to_be_read()
    {
        var frame = YuvConverter.Defer(new byte[64], planar: false, 8, 4, 16, default).Frame!;
        frame.Dispose();
        Should.Throw<ObjectDisposedException>(() => _ = frame.Pixels.Length);
    }
}
