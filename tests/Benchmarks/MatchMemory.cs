using System.Diagnostics;
using System.Globalization;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;

namespace Devices.Benchmarks;

/// <summary>What 50,000 templates of 512 values cost this process, as the kernel counts it, and what a search costs then.</summary>
internal static class MatchMemory
{
    private const int Size = 512;
    private const int Templates = 50_000;

    internal static int Run(string? directory)
    {
        var own = directory is null ? Directory.CreateTempSubdirectory("gallery-").FullName : null;
        try
        {
            Console.WriteLine("| floats | templates | memory of the process before → with | difference | the gallery's own count | in the file | search, 1 thread | allocated a search |");
            Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
            One("in the encrypted file", new GalleryOptions { WorkingDirectory = directory ?? own, Threads = 1 });
            One("in memory", new GalleryOptions { Threads = 1 });
        }
        finally
        {
            if (own is not null)
            {
                Directory.Delete(own, recursive: true);
            }
        }

        return 0;
    }

    private static void One(string name, GalleryOptions options)
    {
        // The code is warm before the first count.
        using (var warm = new FaceGallery(new PackRef("bench", "1.0.0"), Size, options with { FloatsInMemory = 0 }))
        {
            Fill(warm, 100);
            warm.Match(new float[Size]);
        }

        var before = Resident();
        using var gallery = new FaceGallery(new PackRef("bench", "1.0.0"), Size, options);
        Fill(gallery, Templates);
        var probe = new float[Size];
        MatchBenchmark.Make(probe, 7);
        gallery.Match(probe);
        var after = Resident();
        var time = Peers.Median(() => gallery.Match(probe), 200, TimeSpan.FromSeconds(3));
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20; i++)
        {
            gallery.Match(probe);
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        var status = gallery.Status;
        Console.WriteLine($"| {name} | {status.Templates:N0} | {before / 1e6:F1} → {after / 1e6:F1} MB | {(after - before) / 1e6:F1} MB | {status.MemoryBytes / 1e6:F1} MB | {status.SealedBytes / 1e6:F1} MB | {time:F2} ms | {allocated / 20} B |");
    }

    private static void Fill(FaceGallery gallery, int templates)
    {
        var row = new float[Size];
        for (var i = 0; i < templates; i++)
        {
            MatchBenchmark.Make(row, i);
            gallery.Add(new FaceTemplate(Guid.NewGuid(), string.Create(CultureInfo.InvariantCulture, $"person-{i / 3}"), gallery.Pack, row));
        }
    }

    private static long Resident()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
