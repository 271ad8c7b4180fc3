using Devices.Edge.Vision.Frames;

namespace Devices.Edge.Vision.Tests.Frames;

public sealed class YuvTests
{
    [Theory]
    [InlineData(2, 2)]
    [InlineData(10, 4)]
    [InlineData(22, 6)]
    [InlineData(64, 8)]
    public void Both_formats_give_the_numbers_of_BT601_at_every_width(int width, int height)
    {
        int stride = width * 2;
        byte[] yuyv = new byte[stride * height], nv12 = new byte[width * height * 3 / 2];
#pragma warning disable CA5394 // repeatable pixels
        var random = new Random(width);
        random.NextBytes(nv12);
#pragma warning restore CA5394
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                yuyv[(y * stride) + (x * 2)] = nv12[(y * width) + x];
                yuyv[(y * stride) + (x * 2) + 1] = nv12[(width * height) + (y / 2 * width) + x];
            }
        }

        using RgbFrame a = RgbFrame.Rent(width, height), b = RgbFrame.Rent(width, height);
        YuvConverter.FromYuyv(yuyv, stride, a).ShouldBeNull();
        YuvConverter.FromNv12(nv12, width, b).ShouldBeNull();
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                int luma = 298 * (nv12[(y * width) + x] - 16), at = (width * height) + (y / 2 * width) + (x & ~1);
                int u = nv12[at] - 128, v = nv12[at + 1] - 128;
                byte[] wanted =
                [
                    (byte)Math.Clamp((luma + (409 * v) + 128) >> 8, 0, 255), (byte)Math.Clamp((luma - (100 * u) - (208 * v) + 128) >> 8, 0, 255),
                    (byte)Math.Clamp((luma + (516 * u) + 128) >> 8, 0, 255),
                ];
                a.Pixels.Slice(((y * width) + x) * 3, 3).ToArray().ShouldBe(wanted);
                b.Pixels.Slice(((y * width) + x) * 3, 3).ToArray().ShouldBe(wanted);
            }
        }
    }
}
