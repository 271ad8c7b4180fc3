using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Tests.Support;

namespace Devices.Edge.Vision.Tests;

public sealed class FrameTests
{
    private static byte[] Picture() => File.ReadAllBytes(Installed.Clm("franck_02159.jpg"));

    [Fact]
    public void A_sound_jpeg_becomes_a_frame_with_its_size_and_time()
    {
        var decoded = JpegDecoder.Decode(Picture(), TimeSpan.FromSeconds(7));
        decoded.IsDecoded.ShouldBeTrue();
        using var frame = decoded.Frame!;
        (frame.Width, frame.Height, frame.Stride).ShouldBe((720, 576, 2160));
        frame.CapturedAt.ShouldBe(TimeSpan.FromSeconds(7));
        frame.Pixels.Length.ShouldBe(720 * 576 * 3);
    }

    [Fact]
    public void An_empty_frame_is_named()
    {
        var fault = JpegDecoder.Decode([]).Fault!;
        fault.Code.ShouldBe(FrameFaultCode.Empty);
        fault.Message.ShouldContain("empty");
    }

    [Fact]
    public void A_frame_that_begins_with_zeros_is_not_a_jpeg()
    {
        // dotnet/iot#2293: buffers of a wrongly driven camera start with zeros.
        var fault = JpegDecoder.Decode([0, 0, .. Picture()]).Fault!;
        fault.Code.ShouldBe(FrameFaultCode.NotJpeg);
        fault.Message.ShouldContain("0000");
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.3)]
    [InlineData(0.7)]
    [InlineData(0.999)]
    public void A_jpeg_cut_short_anywhere_is_named_as_cut_short(double share)
    {
        var whole = Picture();
        JpegDecoder.Decode(whole.AsSpan(0, (int)(whole.Length * share))).Fault!.Code.ShouldBe(FrameFaultCode.Truncated);
    }

    [Fact]
    public void Zero_padding_after_the_end_marker_is_accepted_as_mjpeg_cameras_pad()
    {
        var decoded = JpegDecoder.Decode([.. Picture(), .. new byte[4096]]);
        decoded.IsDecoded.ShouldBeTrue(decoded.Fault?.Message);
        decoded.Frame!.Dispose();
    }

    [Fact]
    public void A_jpeg_with_a_destroyed_header_is_refused_and_never_thrown()
    {
        var bytes = Picture();
        bytes.AsSpan(4, 300).Fill(0x5A);
        JpegDecoder.Decode(bytes).IsDecoded.ShouldBeFalse();
    }

    [Fact]
    public void Random_damage_never_throws()
    {
        var whole = Picture();
#pragma warning disable CA5394 // a fixed seed makes the damage repeatable
        var random = new Random(42);
        for (var round = 0; round < 60; round++)
        {
            var bytes = (byte[])whole.Clone();
            for (var i = 0; i < 1 + (round * 3); i++)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }
#pragma warning restore CA5394
            var decoded = JpegDecoder.Decode(bytes);
            (decoded.IsDecoded || decoded.Fault.Message.Length > 10).ShouldBeTrue();
            decoded.Frame?.Dispose();
        }
    }

    [Fact]
    public void A_picture_of_too_many_bytes_is_refused_before_decoding()
    {
        JpegDecoder.Decode(new byte[JpegDecoder.MaximumBytes + 1]).Fault!.Code.ShouldBe(FrameFaultCode.TooLarge);
    }

    [Fact]
    public void A_forged_size_is_refused_before_memory_is_spent()
    {
        var bytes = Picture();
        var sof = bytes.AsSpan().IndexOf(new byte[] { 0xFF, 0xC0 });
        if (sof < 0)
        {
            sof = bytes.AsSpan().IndexOf(new byte[] { 0xFF, 0xC2 });
        }

        bytes.AsSpan(sof + 5, 4).Fill(0xFF);
        var fault = JpegDecoder.Decode(bytes).Fault!;
        fault.Code.ShouldBe(FrameFaultCode.BadDimensions);
        fault.Message.ShouldContain("65535");
    }

    [Fact]
    public void Exif_orientation_of_a_phone_picture_is_applied()
    {
        // APP1 with one TIFF entry: orientation 6 (turn right by 90°).
        byte[] exif =
        [
            0xFF, 0xE1, 0x00, 0x22, (byte)'E', (byte)'x', (byte)'i', (byte)'f', 0, 0,
            (byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0,
        ];
        var whole = Picture();
        using var upright = JpegDecoder.Decode(whole).Frame!;
        using var turned = JpegDecoder.Decode([.. whole[..2], .. exif, .. whole[2..]]).Frame!;
        (turned.Width, turned.Height).ShouldBe((upright.Height, upright.Width));

        // Source (x, y) lands at column height − 1 − y, row x.
        var at = (30 * turned.Stride) + ((upright.Height - 1 - 20) * 3);
        turned.Pixels.Slice(at, 3).ToArray().ShouldBe(upright.Pixels.Slice((20 * upright.Stride) + (30 * 3), 3).ToArray());
    }

    [Fact]
    public void Yuyv_gives_the_colours_of_bt601()
    {
        using var frame = RgbFrame.Rent(2, 1);
        YuvConverter.FromYuyv([235, 128, 16, 128], 4, frame).ShouldBeNull();
        frame.Pixels.ToArray().ShouldBe([255, 255, 255, 0, 0, 0]);
        YuvConverter.FromYuyv([81, 90, 81, 240], 4, frame).ShouldBeNull();
        frame.Pixels[0].ShouldBeGreaterThan((byte)250);
        frame.Pixels[1].ShouldBeLessThan((byte)5);
        frame.Pixels[2].ShouldBeLessThan((byte)5);
    }

    [Fact]
    public void Nv12_and_yuyv_of_the_same_scene_agree()
    {
        using var a = RgbFrame.Rent(4, 2);
        using var b = RgbFrame.Rent(4, 2);
        YuvConverter.FromNv12([50, 100, 150, 200, 60, 110, 160, 210, 90, 200, 140, 60], 4, a).ShouldBeNull();
        YuvConverter.FromYuyv([50, 90, 100, 200, 150, 140, 200, 60, 60, 90, 110, 200, 160, 140, 210, 60], 8, b).ShouldBeNull();
        a.Pixels.ToArray().ShouldBe(b.Pixels.ToArray());
    }

    [Fact]
    public void A_raw_frame_of_the_wrong_length_is_named_with_both_sizes()
    {
        using var frame = RgbFrame.Rent(640, 480);
        var fault = YuvConverter.FromYuyv(new byte[1000], 1280, frame)!;
        fault.Code.ShouldBe(FrameFaultCode.WrongLength);
        fault.Message.ShouldContain("614,400");
        fault.Message.ShouldContain("1,000");
    }

    [Fact]
    public void A_disposed_frame_refuses_to_be_read()
    {
        var frame = RgbFrame.Rent(8, 8);
        frame.Dispose();
        Should.Throw<ObjectDisposedException>(() => _ = frame.Pixels.Length);
    }
}
