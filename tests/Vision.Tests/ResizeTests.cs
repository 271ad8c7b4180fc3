using System.Numerics;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Packs;

namespace Devices.Edge.Vision.Tests;

public sealed class ResizeTests
{
    private static readonly PixelNorm Plain = new(ChannelOrder.Rgb, [0f], [1f]);

    private static RgbFrame Noise(int width, int height, int seed)
    {
        var frame = RgbFrame.Rent(width, height);
#pragma warning disable CA5394
        new Random(seed).NextBytes(frame.Pixels);
#pragma warning restore CA5394
        return frame;
    }

    [Fact]
    public void The_same_size_changes_nothing()
    {
        using var frame = Noise(16, 16, 1);
        var target = new float[3 * 256];
        new FrameResizer(16, 16, Plain, Resample.Bilinear).Resize(frame, 0, 0, 16, 16, target);
        for (var i = 0; i < 256; i++)
        {
            target[i].ShouldBe(frame.Pixels[i * 3], 1e-3f);
            target[512 + i].ShouldBe(frame.Pixels[(i * 3) + 2], 1e-3f);
        }
    }

    [Theory]
    [InlineData(250, 250, 320, 240)]
    [InlineData(97, 61, 64, 64)]
    [InlineData(640, 480, 128, 128)]
    public void Bilinear_resizing_equals_the_plain_formula_with_half_pixel_centres(int w, int h, int tw, int th)
    {
        using var frame = Noise(w, h, 2);
        var target = new float[3 * tw * th];
        new FrameResizer(tw, th, Plain, Resample.Bilinear).Resize(frame, 0, 0, w, h, target);
        for (var y = 0; y < th; y += 7)
        {
            for (var x = 0; x < tw; x += 5)
            {
                for (var c = 0; c < 3; c++)
                {
                    target[(c * tw * th) + (y * tw) + x].ShouldBe(Reference(frame, ((x + 0.5f) * w / tw) - 0.5f, ((y + 0.5f) * h / th) - 0.5f, c), 0.05f);
                }
            }
        }
    }

    [Fact]
    public void Antialiasing_turns_a_fine_chequerboard_into_grey()
    {
        using var frame = RgbFrame.Rent(256, 256);
        for (var i = 0; i < frame.Pixels.Length; i++)
        {
            var pixel = i / 3;
            frame.Pixels[i] = (byte)(((pixel % 256) + (pixel / 256)) % 2 * 255);
        }

        var target = new float[3 * 32 * 32];
        new FrameResizer(32, 32, Plain, Resample.Antialias).Resize(frame, 0, 0, 256, 256, target);
        target.ShouldAllBe(v => Math.Abs(v - 127.5f) < 4);
    }

    [Fact]
    public void A_crop_beyond_the_edge_mirrors_the_picture_where_the_pack_says_so()
    {
        using var frame = Noise(32, 32, 3);
        var target = new float[3 * 16 * 16];
        new FrameResizer(16, 16, Plain, Resample.Bilinear).Resize(frame, -8, 0, 16, 16, target, BorderFill.Reflect);

        // Source column −8 + x; −3 mirrors to 3.
        target[5].ShouldBe(frame.Pixels[3 * 3], 1e-3f);
        target[11].ShouldBe(frame.Pixels[3 * 3], 1e-3f);
    }

    [Fact]
    public void Changing_the_crop_between_calls_recomputes_the_taps()
    {
        using var frame = Noise(64, 64, 4);
        var resizer = new FrameResizer(16, 16, Plain, Resample.Bilinear);
        var first = new float[768];
        var again = new float[768];
        resizer.Resize(frame, 3, 5, 40, 41, first);
        resizer.Resize(frame, 0, 0, 64, 64, again);
        resizer.Resize(frame, 3, 5, 40, 41, again);
        again.ShouldBe(first);
    }

    [Fact]
    public void Channel_order_mean_and_deviation_are_applied_to_their_planes()
    {
        using var frame = RgbFrame.Copy([10, 20, 30], 1, 1);
        var target = new float[3];
        FrameWarper.Warp(frame, Matrix3x2.Identity, 1, 1, new PixelNorm(ChannelOrder.Bgr, [1f, 2f, 3f], [2f, 3f, 7f]), target);
        target[0].ShouldBe(14.5f, 1e-4f);
        target[1].ShouldBe(6f, 1e-4f);
        target[2].ShouldBe(1f, 1e-4f);
        FrameWarper.Warp(frame, Matrix3x2.Identity, 1, 1, new PixelNorm(ChannelOrder.Grey, [0f], [1f]), target);
        target[0].ShouldBe((0.299f * 10) + (0.587f * 20) + (0.114f * 30), 1e-3f);
    }

    [Fact]
    public void A_warp_by_whole_pixels_moves_the_picture_and_is_black_outside()
    {
        using var frame = Noise(8, 8, 5);
        var target = new float[3 * 64];
        FrameWarper.Warp(frame, Matrix3x2.CreateTranslation(2, 0), 8, 8, Plain, target);
        target[0].ShouldBe(frame.Pixels[6], 1e-3f);
        target[7].ShouldBe(0);
    }

    private static float Reference(RgbFrame frame, float x, float y, int c)
    {
        int x0 = (int)MathF.Floor(x), y0 = (int)MathF.Floor(y);
        float fx = x - x0, fy = y - y0;
        float At(int px, int py) => frame.Pixels[(Math.Clamp(py, 0, frame.Height - 1) * frame.Stride) + (Math.Clamp(px, 0, frame.Width - 1) * 3) + c];
        return (((At(x0, y0) * (1 - fx)) + (At(x0 + 1, y0) * fx)) * (1 - fy)) + (((At(x0, y0 + 1) * (1 - fx)) + (At(x0 + 1, y0 + 1) * fx)) * fy);
    }
}
