using System.Numerics.Tensors;
using Devices.Edge.Vision.Match.Rows;

namespace Devices.Edge.Vision.Match.Scan;

/// <summary>
/// One search at a time, with all that it needs made beforehand. Three passes, each leaving out only rows whose
/// <see cref="ScoreBound"/> proves that they are neither the best nor the second person: all rows in bytes; the rows
/// left in bytes with the probe in floats; the rows left as they were enrolled, in the order of what they could reach,
/// until none that is left can reach the second. The result is the float scan's, to the last bit.
/// </summary>
internal sealed unsafe class GallerySearch : IDisposable
{
    private readonly ScanWorker[] _workers;
    private readonly HitList _near = new();
    private readonly RowReader _reader = new();
    private Snapshot? _snapshot;
    private Exception? _fault;
    private float _floor;
    private int _next;
    private int _busy;
    private int _open;
    private long _entered;
    private int _taken;

    internal GallerySearch(int size, DotKernel kernel, int threads)
    {
        Kernel = kernel;
        Probe = new QuantizedProbe(size);
        _workers = new ScanWorker[threads];
        for (var i = 0; i < threads; i++)
        {
            _workers[i] = new ScanWorker(this);
            _workers[i].Begin();
        }
    }

    internal DotKernel Kernel { get; }

    internal QuantizedProbe Probe { get; }

    internal ScoreBound Bound { get; private set; }

    internal string? Except { get; private set; }

    internal uint Version => _snapshot!.Version;

    /// <summary>Rows compared in floats by the last search.</summary>
    internal int ExactRows { get; private set; }

    internal bool TryTake() => Interlocked.CompareExchange(ref _taken, 1, 0) == 0;

    internal void GiveBack() => Volatile.Write(ref _taken, 0);

    /// <summary>Tells writers which snapshot is being read. Between this and <see cref="Leave"/> none of its rows is erased.</summary>
    internal void Enter(Snapshot snapshot) => Interlocked.Exchange(ref _entered, snapshot.Version + 1L);

    internal void Leave() => Volatile.Write(ref _entered, 0);

    /// <summary>Whether a snapshot older than <paramref name="version"/> is being read.</summary>
    internal bool IsBefore(uint version) => Volatile.Read(ref _entered) is var entered && entered != 0 && entered <= version;

    internal GalleryMatch Run(Snapshot snapshot, ReadOnlySpan<float> probe, string? except, int threads)
    {
        try
        {
            Probe.Set(probe);
            Bound = ScoreBound.Bytes(Probe);
            Except = except;
            _snapshot = snapshot;
            Scan(threads);
            Narrow(snapshot);
            var found = Decide(snapshot, probe);
            return new GalleryMatch(found.Best, found.Second, snapshot.Count);
        }
        finally
        {
            foreach (var worker in _workers)
            {
                worker.Begin();
            }

            _near.Clear();
            _reader.Forget();
            Probe.Erase();
            _snapshot = null;
            Except = null;
        }
    }

    /// <summary>
    /// A pool thread's part. It may come late, even during a later search: then it helps that one, or finds nothing
    /// open and leaves. A search waits for those inside before it ends.
    /// </summary>
    internal void Help(ScanWorker worker)
    {
        Interlocked.Increment(ref _busy);
        try
        {
            if (Volatile.Read(ref _open) != 0)
            {
                Work(worker);
            }
        }
        catch (Exception fault)
        {
            Interlocked.CompareExchange(ref _fault, fault, null);
        }
        finally
        {
            Interlocked.Decrement(ref _busy);
        }
    }

    public void Dispose()
    {
        Probe.Erase();
        _reader.Dispose();
    }

    private void Scan(int threads)
    {
        _next = 0;
        _floor = -1;
        _fault = null;
        Interlocked.Exchange(ref _open, 1);
        try
        {
            for (var i = 1; i < threads; i++)
            {
                _workers[i].Queue();
            }

            Work(_workers[0]);
        }
        finally
        {
            Interlocked.Exchange(ref _open, 0);
            var wait = default(SpinWait);
            while (Volatile.Read(ref _busy) != 0)
            {
                wait.SpinOnce(sleep1Threshold: -1);
            }
        }

        if (_fault is { } fault)
        {
            throw new InvalidOperationException("A part of the gallery's search failed.", fault);
        }
    }

    private void Work(ScanWorker worker)
    {
        var segments = _snapshot!.Segments;
        for (var place = Interlocked.Increment(ref _next) - 1; place < segments.Length; place = Interlocked.Increment(ref _next) - 1)
        {
            worker.Raise(Volatile.Read(ref _floor));
            worker.Scan(segments[place], place);

            // Two threads may overwrite each other's; every value written is a true bound, the greatest only the best.
            if (worker.Floor > Volatile.Read(ref _floor))
            {
                Volatile.Write(ref _floor, worker.Floor);
            }
        }
    }

    // The second pass.
    private void Narrow(Snapshot snapshot)
    {
        var lower = default(TopTwo);
        foreach (var worker in _workers)
        {
            lower.Offer(worker.Lower);
        }

        var floor = lower.Floor;
        var bound = ScoreBound.Floats(Probe);
        lower = default;
        foreach (var worker in _workers)
        {
            worker.Hits.Keep(floor);
            foreach (ref readonly var hit in worker.Hits.Hits)
            {
                var segment = snapshot.Segments[hit.Segment];
                var closer = hit with
                {
                    Score = MixedDot.Of(segment.Row(hit.Row), Probe.PaddedFloats) * segment.Scales[hit.Row],
                    Bound = bound.Of(segment.Errors[hit.Row]),
                };
                lower.Offer(segment.Person(hit.Row), closer.Lower, closer.Ordinal);
                floor = MathF.Max(floor, lower.Floor);
                if (closer.Upper >= floor)
                {
                    _near.Add(closer, floor);
                }
            }
        }

        _near.Keep(floor);
    }

    // The third pass.
    private TopTwo Decide(Snapshot snapshot, ReadOnlySpan<float> probe)
    {
        var top = default(TopTwo);
        var near = _near.Hits;
        near.Sort(static (a, b) => b.Upper.CompareTo(a.Upper));
        ExactRows = 0;
        foreach (ref readonly var hit in near)
        {
            if (hit.Upper < top.Floor)
            {
                break;
            }

            var segment = snapshot.Segments[hit.Segment];
            var score = TensorPrimitives.Dot(probe, segment.ExactRow(hit.Row, _reader));
            ExactRows++;
            if (score > -1)
            {
                top.Offer(segment.Person(hit.Row), score, hit.Ordinal);
            }
        }

        return top;
    }
}
