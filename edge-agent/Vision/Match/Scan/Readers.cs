namespace Devices.Edge.Vision.Match.Scan;

/// <summary>
/// The searches of a gallery, kept and reused: as many as were ever under way at once. A writer asks it to wait until
/// nobody reads an old snapshot (read-copy-update; McKenney, 1998). Searches never wait for writers.
/// </summary>
internal sealed class Readers(int size, DotKernel kernel, int threads) : IDisposable
{
    private readonly Lock _lock = new();
    private volatile GallerySearch[] _all = [];

    /// <summary>A free search.</summary>
    internal GallerySearch Take()
    {
        foreach (var search in _all)
        {
            if (search.TryTake())
            {
                return search;
            }
        }

        var made = new GallerySearch(size, kernel, threads);
        made.TryTake();
        lock (_lock)
        {
            _all = [.. _all, made];
        }

        return made;
    }

    /// <summary>
    /// Returns once no search reads a snapshot older than <paramref name="version"/>, which must have been published. A
    /// search takes milliseconds at most.
    /// </summary>
    internal void WaitUntilNobodyReadsBefore(uint version)
    {
        // What was published before this is seen by every search that enters after it; one that entered before is in _all.
        Interlocked.MemoryBarrier();
        foreach (var search in _all)
        {
            var wait = default(SpinWait);
            while (search.IsBefore(version))
            {
                wait.SpinOnce();
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var search in _all)
            {
                search.Dispose();
            }

            _all = [];
        }
    }
}
