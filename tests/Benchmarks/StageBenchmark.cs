using System.Diagnostics;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Packs;
using OpenCvSharp;

namespace Devices.Benchmarks;

/// <summary>
/// Each stage and the whole frame → decision against OpenCV on the same ONNX files, in turns, one and two threads.
/// The ratio is the median of the ratios of single turns, so that a load that comes and goes meets both sides.
/// </summary>
internal static class StageBenchmark
{
    private const int Repeats = 4;

    internal static int Run(string[] args)
    {
        var at = Array.IndexOf(args, "--rounds");
        var rounds = at >= 0 && at + 1 < args.Length ? int.Parse(args[at + 1], System.Globalization.CultureInfo.InvariantCulture) : 60;
        Console.WriteLine($"OpenCV {Cv2.GetVersionString()}, {Environment.ProcessorCount} cores.");
        foreach (var (threads, inside) in ((int, int)[])[(1, 1), (2, 1), (2, 2)])
        {
            if (args.Contains("--search"))
            {
                break;
            }

            using var pair = new FacePair(threads, inside, args);
            Console.WriteLine();
            Console.WriteLine($"{threads} {(threads == 1 ? "thread" : inside == 1 ? "threads (ours: one a model, liveness beside embedding)" : "threads (ours: two a model, and liveness beside embedding)")}, one face in a {pair.Frame} frame, pack {pair.Pack}, {rounds} turns; {pair.Agreement}:");
            Console.WriteLine();
            Console.WriteLine("| stage | ours, ms | OpenCV, ms | ours / OpenCV | quartiles of the ratio | processor time, ms | ours / OpenCV |");
            Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
            foreach (var (name, ours, peer) in pair.Stages)
            {
                Row(name, ours, peer, rounds);
            }
        }

        Search(rounds);
        return 0;
    }

    // A frame without a face, which is what a terminal sees most of the day: from the camera's bytes to the detector's input.
    private static void Search(int rounds)
    {
        var jpeg = CameraPicture.Of("franck_02159.jpg");
        var hd = CameraPicture.Of("franck_02159.jpg", 1280, 720);
        var yuyv = new byte[1280 * 720 * 2];
#pragma warning disable CA5394 // made-up pixels, repeatable
        new Random(1).NextBytes(yuyv);
#pragma warning restore CA5394
        var resizer = new FrameResizer(320, 240, new PixelNorm(ChannelOrder.Rgb, [127f], [128f]), Resample.Bilinear);
        var input = new float[3 * 320 * 240];
        Console.WriteLine();
        Console.WriteLine("To the detector's input: one pass or small decode against the whole RGB picture first.");
        Console.WriteLine();
        Console.WriteLine("| frame | direct, ms | over RGB, ms | direct / over RGB | quartiles of the ratio | processor time, ms | direct / over RGB |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        foreach (var (name, bytes) in ((string, byte[])[])[("MJPEG 720×576", jpeg), ("MJPEG 1280×720", hd)])
        {
            Row(name, () => Into(JpegDecoder.DecodeForSearch(bytes, 320, 240)), () => Into(JpegDecoder.Decode(bytes)), rounds);
        }

        Row("(decode alone, 720×576: managed / SkiaSharp)", () => JpegDecoder.Decode(jpeg).Frame!.Dispose(), () => JpegDecoder.General(jpeg, default, 0, 0).Frame!.Dispose(), rounds);
        Row("(to 640×360 of 1280×720: managed / SkiaSharp)", () => JpegDecoder.DecodeForSearch(hd, 320, 240).Frame!.Dispose(), () => JpegDecoder.General(hd, default, 320, 240).Frame!.Dispose(), rounds);
        Row("YUYV 1280×720", () => Into(YuvConverter.Defer(yuyv, planar: false, 1280, 720, 2560, default)), () => Over(false), rounds);
        Row("NV12 1280×720", () => Into(YuvConverter.Defer(yuyv, planar: true, 1280, 720, 1280, default)), () => Over(true), rounds);

        void Into(FrameDecode decoded)
        {
            using var frame = decoded.Frame!;
            resizer.Resize(frame, 0, 0, frame.Width, frame.Height, input);
        }

        void Over(bool planar)
        {
            using var rgb = RgbFrame.Rent(1280, 720);
            _ = planar ? YuvConverter.FromNv12(yuyv, 1280, rgb) : YuvConverter.FromYuyv(yuyv, 2560, rgb);
            resizer.Resize(rgb, 0, 0, 1280, 720, input);
        }
    }

    private static void Row(string name, Action ours, Action peer, int rounds)
    {
        for (var i = 0; i < 5; i++)
        {
            ours();
            peer();
        }

        var (a, b, ratios) = (new double[rounds], new double[rounds], new double[rounds]);
        var (ca, cb) = (new double[rounds], new double[rounds]);
        for (var i = 0; i < rounds; i++)
        {
            // Who is first changes, so that neither always finds the caches of the other.
            if (i % 2 == 0)
            {
                (a[i], ca[i]) = Time(ours);
                (b[i], cb[i]) = Time(peer);
            }
            else
            {
                (b[i], cb[i]) = Time(peer);
                (a[i], ca[i]) = Time(ours);
            }

            ratios[i] = a[i] / b[i];
        }

        foreach (var list in (double[][])[a, b, ratios, ca, cb])
        {
            Array.Sort(list);
        }

        var middle = rounds / 2;
        Console.WriteLine($"| {name} | {a[middle]:F2} | {b[middle]:F2} | **{ratios[middle]:F2}** | {ratios[rounds / 4]:F2}–{ratios[rounds * 3 / 4]:F2} "
            + $"| {ca[middle]:F2} / {cb[middle]:F2} | {ca[middle] / cb[middle]:F2} |");
    }

    // Wall time is what a person waits for; processor time does not know that others load the machine.
    private static (double Wall, double Processor) Time(Action work)
    {
        var before = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < Repeats; i++)
        {
            work();
        }

        var wall = Stopwatch.GetElapsedTime(start);
        return (wall.TotalMilliseconds / Repeats, (Environment.CpuUsage.TotalTime - before).TotalMilliseconds / Repeats);
    }
}
