using System.Numerics.Tensors;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Match.Scan;
using Devices.Edge.Vision.Packs;

namespace Devices.Benchmarks;

/// <summary>
/// 1:N against three peers of the same run: merely reading as many bytes, USearch's exact search over floats and over
/// bytes, and the plain float scan. <c>match [--templates N[,N…]]</c>;
/// <c>match --kernels</c> times every set of instructions that this machine has; <c>--memory</c> and <c>--lfw FOLDER</c> see there.
/// </summary>
internal static unsafe class MatchBenchmark
{
    private const int Size = 512;

    // Without the other libraries: the share of the read speed alone, in a minute.
    private static bool Quick { get; set; }

    // What the scan reads of each row: the bytes, the scale, the length of the remainder.
    private const int BytesPerRow = Size + 8;

    internal static int Run(string[] args)
    {
        if (args.Contains("--memory"))
        {
            return MatchMemory.Run(Option(args, "--directory"));
        }

        if (Option(args, "--lfw") is { } lfw)
        {
            return MatchLfw.Run(lfw);
        }

        if (args.Contains("--kernels"))
        {
            Kernels(100_000);
            return 0;
        }

        int[] sizes = [.. (Option(args, "--templates") ?? "10000,100000,1000000").Split(',').Select(int.Parse)];
        Quick = args.Contains("--quick");
        Console.WriteLine($"{Environment.ProcessorCount} processors.");
        Console.WriteLine();
        Console.WriteLine("| templates | threads | kernel | ours | GB/s | reading the same bytes | GB/s | share of read speed | of single turns, median | quartiles | in huge pages | USearch exact f32 | ours / it | USearch exact i8 | ours / it | float scan, 1 thread | ours / it | rows compared in floats a search | allocated a search |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var templates in sizes)
        {
            One(templates);
        }

        return 0;
    }

    internal static string? Option(string[] args, string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

    /// <summary>Made-up templates of unit length, the same every time.</summary>
    internal static void Make(Span<float> row, int seed)
    {
        var state = ((ulong)seed + 1) * 0x9E3779B97F4A7C15;
        for (var j = 0; j < row.Length; j++)
        {
            // Sum of four uniform values: near enough to the normal distribution that embeddings have.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            row[j] = (state & 0xFFFF) + ((state >> 16) & 0xFFFF) + ((state >> 32) & 0xFFFF) + (state >> 48) - 131070f;
        }

        TensorPrimitives.Divide(row, TensorPrimitives.Norm<float>(row), row);
    }

    // Of the whole process: gallery, reading peer and the peers' rows.
    private static double HugePages() => !File.Exists("/proc/self/smaps_rollup") ? double.NaN
        : File.ReadLines("/proc/self/smaps_rollup").Where(l => l.StartsWith("AnonHugePages", StringComparison.Ordinal)).Sum(l => long.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture)) / 1024.0;

    private static void One(int templates)
    {
        // As native blocks, which may exceed what one array holds.
        var floats = (float*)System.Runtime.InteropServices.NativeMemory.AlignedAlloc((nuint)((long)templates * Size * 4), 64);
        var bytes = (sbyte*)System.Runtime.InteropServices.NativeMemory.AlignedAlloc((nuint)((long)templates * Size), 64);
        for (var i = 0; i < templates; i++)
        {
            var row = new Span<float>(floats + ((long)i * Size), Size);
            Make(row, i);
            for (var j = 0; j < Size; j++)
            {
                bytes[((long)i * Size) + j] = (sbyte)Math.Clamp(row[j] * 500, -127, 127);
            }
        }

        // Probes as a terminal has them: somebody enrolled, seen anew (cosine about 0.7).
        var probes = Enumerable.Range(0, 16).Select(i => Probe(new Span<float>(floats + ((long)(templates / 16 * i) * Size), Size), i)).ToArray();
        foreach (var threads in new[] { 1, Math.Min(8, Environment.ProcessorCount) }.Distinct())
        {
            using var gallery = new FaceGallery(new PackRef("bench", "1.0.0"), Size, new GalleryOptions { Threads = threads });
            for (var i = 0; i < templates; i++)
            {
                gallery.Add(new FaceTemplate(Guid.NewGuid(), $"p{i / 3}", gallery.Pack, new Span<float>(floats + ((long)i * Size), Size).ToArray()));
            }

            // A small gallery is searched by one thread however many there may be.
            if (gallery.Status.Threads == threads)
            {
                Measure(gallery, templates, threads, floats, bytes, probes);
            }
        }

        System.Runtime.InteropServices.NativeMemory.AlignedFree(floats);
        System.Runtime.InteropServices.NativeMemory.AlignedFree(bytes);
    }

    private static void Kernels(int templates)
    {
        Console.WriteLine("| kernel | 100,000 templates, 1 thread | GB/s | share of read speed | 5,000 (in the cache) | GB/s | share of read speed |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        foreach (var kernel in DotKernel.Supported)
        {
            Console.Write($"| {kernel.Name}");
            foreach (var count in (int[])[templates, 5_000])
            {
                using var gallery = new FaceGallery(new PackRef("bench", "1.0.0"), Size, new GalleryOptions { Threads = 1 }, kernel);
                var row = new float[Size];
                for (var i = 0; i < count; i++)
                {
                    Make(row, i);
                    gallery.Add(new FaceTemplate(Guid.NewGuid(), $"p{i / 3}", gallery.Pack, row));
                }

                Make(row, 3);
                using var reading = new ReadSpeed((long)count * BytesPerRow, 1);
                var (ours, read) = Peers.Undisturbed(() => gallery.Match(row), reading.Read, 80);
                var bytes = (double)count * BytesPerRow;
                Console.Write($" | {ours:F3} ms | {bytes / 1e6 / ours:F1} | {read / ours * bytes / reading.Bytes:P0}");
            }

            Console.WriteLine(" |");
        }
    }

    private static float[] Probe(ReadOnlySpan<float> of, int seed)
    {
        var probe = new float[Size];
        Make(probe, 1_000_000_000 + seed);
        TensorPrimitives.Add(probe, of, probe);
        TensorPrimitives.Divide(probe, TensorPrimitives.Norm<float>(probe), probe);
        return probe;
    }

    private static void Measure(FaceGallery gallery, int templates, int threads, float* floats, sbyte* bytes, float[][] probes)
    {
        var (next, sink) = (0, 0f);
        var turns = templates >= 1_000_000 ? 12 : 80;
        void Ours() => sink += gallery.Match(probes[next++ & 15]).Best.Score;
        using var reading = new ReadSpeed((long)templates * BytesPerRow, threads);
        var (ours, read, ratios) = Peers.Paired(Ours, reading.Read, turns);
        var size = (double)templates * BytesPerRow / reading.Bytes;
        var allocated = Allocated(Ours);
        var exactRows = (double)gallery.Status.ExactRows / gallery.Status.Searches;
        var gigabytes = templates * (double)BytesPerRow / 1e6;
        var (f32, i8) = (double.NaN, double.NaN);
        var (oursF32, oursI8) = (double.NaN, double.NaN);
        if (USearch.IsHere && !Quick)
        {
            var small = probes.Select(p => Array.ConvertAll(p, x => (sbyte)Math.Clamp(x * 500, -127, 127))).ToArray();
            for (var i = 0; i < 16; i++)
            {
                fixed (float* probe = probes[i])
                {
                    // Both name the same person, or the comparison means nothing.
                    var key = USearch.Nearest(floats, templates, Size * 4, probe, USearch.Float32, Size, threads);
                    if ($"p{key / 3}" != gallery.Match(probes[i]).Best.Person)
                    {
                        throw new InvalidOperationException($"USearch names row {key}, the gallery {gallery.Match(probes[i]).Best.Person}.");
                    }
                }
            }

            var at = 0;
            (oursF32, f32) = Peers.Undisturbed(Ours, () =>
            {
                fixed (float* probe = probes[at++ & 15])
                {
                    sink += USearch.Nearest(floats, templates, Size * 4, probe, USearch.Float32, Size, threads);
                }
            }, turns: templates >= 1_000_000 ? 4 : 8);
            (oursI8, i8) = Peers.Undisturbed(Ours, () =>
            {
                fixed (sbyte* probe = small[at++ & 15])
                {
                    sink += USearch.Nearest(bytes, templates, Size, probe, USearch.Int8, Size, threads);
                }
            }, turns: templates >= 1_000_000 ? 4 : 8);
        }

        var (oursScan, scan) = Peers.Undisturbed(Ours, () =>
        {
            var best = -1f;
            for (var i = 0; i < templates; i++)
            {
                best = MathF.Max(best, TensorPrimitives.Dot<float>(probes[0], new ReadOnlySpan<float>(floats + ((long)i * Size), Size)));
            }

            sink += best;
        }, turns: templates >= 1_000_000 ? 4 : 8);
        GC.KeepAlive(sink);
        Console.WriteLine(
            $"| {templates:N0} | {threads} | {gallery.Status.Kernel} | {ours:F3} ms | {gigabytes / ours:F1} | {read:F3} ms | {reading.Bytes / 1e6 / read:F1} | {read / ours * size:P0} | {ratios[ratios.Length / 2] * size:P0} | {ratios[ratios.Length / 4] * size:P0}–{ratios[ratios.Length * 3 / 4] * size:P0} | {HugePages():F0} MB "
            + $"| {f32:F3} ms | {oursF32 / f32:F2} | {i8:F3} ms | {oursI8 / i8:F2} | {scan:F3} ms | {oursScan / scan:F2} | {exactRows:F1} | {allocated} B |");
    }

    // Of the whole process, so that the helping threads count too; nothing else runs here.
    private static long Allocated(Action search)
    {
        var least = long.MaxValue;
        for (var turn = 0; turn < 5; turn++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = 0; i < 20; i++)
            {
                search();
            }

            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / 20);
        }

        return least;
    }
}
