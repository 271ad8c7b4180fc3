using System.Buffers.Binary;
using Devices.Edge.Vision.Detect;
using Devices.Edge.Vision.Enrol;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Tests.Support;
using SkiaSharp;

namespace Devices.Edge.Vision.Tests.Frames;

/// <summary>
/// Pictures as they come from phones, scanners, broken cables and bad intent: each is either used or refused with one
/// sentence. Empty, cut short, randomly damaged and forged ones are in <see cref="FrameTests"/>.
/// </summary>
public sealed class BadPictureTests
{
    private static byte[] Portrait() => File.ReadAllBytes(Installed.Clm("franck_02159.jpg"));

    private static byte[] Jpeg(int width, int height, SKColorType type = SKColorType.Rgba8888)
    {
        using var bitmap = new SKBitmap(width, height, type, SKAlphaType.Opaque);
        bitmap.Erase(SKColors.LightGray);
        using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
        return data.ToArray();
    }

    private static EnrolmentResult Enrol(byte[] picture)
    {
        using var frame = JpegDecoder.Decode(picture).Frame!;
        using var enroller = new Enroller(Installed.Pack, FaceGallery.For(Installed.Pack));
        return enroller.Enrol("e1", [frame]);
    }

    // APP1 with one TIFF entry: the orientation, as cameras write it (Exif 2.32, tag 0x0112).
    private static byte[] Oriented(byte[] jpeg, byte orientation)
    {
        byte[] exif =
        [
            0xFF, 0xE1, 0x00, 0x22, (byte)'E', (byte)'x', (byte)'i', (byte)'f', 0, 0,
            (byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
        ];
        return [.. jpeg[..2], .. exif, .. jpeg[2..]];
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 400)]
    [InlineData(400, 1)]
    [InlineData(2, 2)]
    [InlineData(7, 5)]
    public void A_picture_of_a_few_pixels_shows_no_face_and_says_so(int width, int height)
    {
        var jpeg = Jpeg(width, height);
        using var searched = JpegDecoder.DecodeForSearch(jpeg, 320, 240).Frame!;
        (searched.Width, searched.Height).ShouldBe((width, height));
        using var analyzer = Installed.Pack.CreateAnalyzer();
        analyzer.Detect(searched, new DetectedFace[4]).ShouldBe(0);
        var refused = Enrol(jpeg);
        refused.IsEnrolled.ShouldBeFalse();
        refused.Fault!.Message.ShouldContain("no face");
    }

    [Fact]
    public void A_picture_of_ten_thousand_pixels_a_side_is_refused_with_the_limit_before_memory_is_spent()
    {
        // 10,000 × 10,000 as a forged header of a real stream: 400 MB if it were decoded.
        var bytes = Portrait();
        var frame = bytes.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        frame = frame < 0 ? bytes.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC2]) : frame;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(frame + 5), 10_000);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(frame + 7), 10_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var fault = JpegDecoder.Decode(bytes).Fault!;
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1_000_000);
        fault.Code.ShouldBe(FrameFaultCode.BadDimensions);
        fault.Message.ShouldBe("The picture is 10000×10000 pixels; at most 8192 a side are accepted. Send a smaller picture.");
        JpegDecoder.DecodeForSearch(bytes, 320, 240).Fault!.Code.ShouldBe(FrameFaultCode.BadDimensions);
    }

    [Fact]
    public void A_grey_picture_is_a_picture()
    {
        using var colour = SKBitmap.Decode(Portrait());
        using var grey = new SKBitmap(colour.Width, colour.Height, SKColorType.Gray8, SKAlphaType.Opaque);
        using (var canvas = new SKCanvas(grey))
        {
            canvas.DrawBitmap(colour, 0, 0, new SKSamplingOptions(SKFilterMode.Linear));
        }

        using var data = grey.Encode(SKEncodedImageFormat.Jpeg, 90);
        var bytes = data.ToArray();
        using var frame = JpegDecoder.Decode(bytes).Frame!;
        var pixel = frame.Pixels.Slice((300 * frame.Stride) + (300 * 3), 3);
        (pixel[0] == pixel[1] && pixel[1] == pixel[2]).ShouldBeTrue();
        using var analyzer = Installed.Pack.CreateAnalyzer();
        Installed.Faces(analyzer, frame).ShouldHaveSingleItem();
    }

    [Fact]
    public void A_CMYK_picture_as_printers_make_them_is_read_in_its_colours_or_refused_with_a_sentence()
    {
        // Four components with an Adobe marker: a real stream's header cannot be turned into one, so it is written by hand (8×8, one block each).
        var bytes = Cmyk();
        var decoded = JpegDecoder.Decode(bytes);
        if (!decoded.IsDecoded)
        {
            decoded.Fault.Message.ShouldContain("JPEG");
            return;
        }

        using var frame = decoded.Frame;
        (frame.Width, frame.Height).ShouldBe((8, 8));
        using var searched = JpegDecoder.DecodeForSearch(bytes, 320, 240).Frame!;
        searched.Pixels.ToArray().ShouldBe(frame.Pixels.ToArray());
    }

    [Fact]
    public void A_picture_with_transparency_is_not_a_jpeg_and_named_by_its_first_bytes()
    {
        using var bitmap = new SKBitmap(64, 64, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        bitmap.Erase(new SKColor(10, 20, 30, 40));
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 90);
        var fault = JpegDecoder.Decode(data.ToArray()).Fault!;
        fault.Code.ShouldBe(FrameFaultCode.NotJpeg);
        fault.Message.ShouldContain("8950"); // PNG's first bytes
    }

    [Theory]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(8)]
    public void A_phone_picture_that_lies_on_its_side_is_enrolled_as_its_upright_self(byte orientation)
    {
        // The pixels are turned back, the header says how to turn them: what every phone does.
        using var upright = SKBitmap.Decode(Portrait());
        var turns = orientation switch { 3 => 180, 6 => 270, _ => 90 };
        var side = turns is 90 or 270;
        using var turned = new SKBitmap(side ? upright.Height : upright.Width, side ? upright.Width : upright.Height);
        using (var canvas = new SKCanvas(turned))
        {
            canvas.Translate(turned.Width / 2f, turned.Height / 2f);
            canvas.RotateDegrees(turns);
            canvas.DrawBitmap(upright, -upright.Width / 2f, -upright.Height / 2f, new SKSamplingOptions(SKFilterMode.Nearest));
        }

        using var data = turned.Encode(SKEncodedImageFormat.Jpeg, 95);
        var plain = data.ToArray();
        var oriented = Enrol(Oriented(plain, orientation));
        oriented.IsEnrolled.ShouldBeTrue(oriented.Fault?.Message);
        var whole = Enrol(Portrait());
        System.Numerics.Tensors.TensorPrimitives.Dot(oriented.Templates[0].Vector.Span, whole.Templates[0].Vector.Span).ShouldBeGreaterThan(0.95f);

        // The small decode turns it too.
        using var searched = JpegDecoder.DecodeForSearch(Oriented(plain, orientation), 320, 240).Frame!;
        (searched.Width, searched.Height).ShouldBe((upright.Width, upright.Height));
        using var analyzer = Installed.Pack.CreateAnalyzer();
        Installed.Faces(analyzer, searched).ShouldHaveSingleItem();
    }

    // Baseline JPEG, four components, one 8×8 block each, DC only; tables of one code each.
    private static byte[] Cmyk()
    {
        byte[] quantisation = [0xFF, 0xDB, 0, 67, 0, .. Enumerable.Repeat((byte)8, 64)];
        byte[] dc = [0xFF, 0xC4, 0, 20, 0x00, 1, .. new byte[15], 0];
        byte[] ac = [0xFF, 0xC4, 0, 20, 0x10, 1, .. new byte[15], 0];
        byte[] adobe = [0xFF, 0xEE, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, 0];
        byte[] start = [0xFF, 0xC0, 0, 20, 8, 0, 8, 0, 8, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0];
        byte[] scan = [0xFF, 0xDA, 0, 14, 4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0];
        return [0xFF, 0xD8, .. adobe, .. quantisation, .. start, .. dc, .. ac, .. scan, 0x00, 0xFF, 0xD9];
    }
}
