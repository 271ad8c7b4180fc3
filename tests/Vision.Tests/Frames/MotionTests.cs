using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Tests.Support;
using SkiaSharp;

namespace Devices.Edge.Vision.Tests.Frames;

public sealed class MotionTests
{
    private static byte[] Scene(int? manAt = null, int brighter = 0)
    {
        using var wall = Draw(manAt, brighter);
        using var data = wall.Encode(SKEncodedImageFormat.Jpeg, 85);
        return data.ToArray();
    }

    private static SKBitmap Draw(int? manAt, int brighter)
    {
        var bitmap = new SKBitmap(640, 480, SKColorType.Rgba8888, SKAlphaType.Opaque);
        var level = (byte)(120 + brighter);
        bitmap.Erase(new SKColor(level, level, level));
        if (manAt is { } x)
        {
            using var canvas = new SKCanvas(bitmap);
            using var paint = new SKPaint { Color = new SKColor((byte)(60 + brighter), (byte)(50 + brighter), (byte)(50 + brighter)) };
            canvas.DrawRect(x, 200, 90, 280, paint);
        }

        return bitmap;
    }

    [Fact]
    public void Somebody_who_comes_or_walks_is_motion_and_a_still_room_is_not()
    {
        var sense = new MotionSense();
        sense.Moved(Scene()).ShouldBeFalse("the first frame has nothing to be compared with");
        sense.Moved(Scene()).ShouldBeFalse();
        sense.Moved(Scene(100)).ShouldBeTrue();
        sense.Moved(Scene(100)).ShouldBeFalse();
        sense.Moved(Scene(180)).ShouldBeTrue();
        sense.Moved(Scene()).ShouldBeTrue();
    }

    [Fact]
    public void A_lamp_that_brightens_the_whole_room_is_no_motion()
    {
        var sense = new MotionSense();
        sense.Moved(Scene(100));
        sense.Moved(Scene(100, brighter: 25)).ShouldBeFalse();
    }

    [Fact]
    public void Raw_frames_and_damaged_ones_are_judged_without_a_fault()
    {
        var sense = new MotionSense();
        var still = new byte[64 * 48 * 2];
        sense.Moved(still, 64, 48, 128).ShouldBeFalse();
        var moved = (byte[])still.Clone();
        moved.AsSpan(0, 64 * 2 * 24).Fill(200);
        sense.Moved(moved, 64, 48, 128).ShouldBeTrue();
        sense.Moved(moved.AsSpan(0, 100), 64, 48, 128).ShouldBeFalse();
        sense.Moved([1, 2, 3]).ShouldBeFalse();
        sense.Moved(File.ReadAllBytes(Installed.Clm("franck_02159.jpg")).AsSpan(0, 4000)).ShouldBeFalse();
    }
}
