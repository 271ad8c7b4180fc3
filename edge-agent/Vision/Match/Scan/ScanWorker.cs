using System.Numerics;

namespace Devices.Edge.Vision.Match.Scan;

/// <summary>
/// One thread's part of a scan: it collects every row of its segments whose upper bound reaches the best lower bound of
/// a second person seen so far. That second person's lower bound only grows, so no row that matters is left out.
/// </summary>
internal sealed unsafe class ScanWorker(GallerySearch search) : IThreadPoolWorkItem
{
    private const int Block = 128;
    private readonly AlignedBlock<int> _dots = new(Block);
    private readonly AlignedBlock<float> _lanes = new(2 * Vector<float>.Count);
    private TopTwo _lower;
    private int _queued;

    internal HitList Hits { get; } = new();

    internal TopTwo Lower => _lower;

    internal float Floor { get; private set; }

    /// <summary>Asks the pool for a thread, unless an earlier request is still waiting for one.</summary>
    internal void Queue()
    {
        if (Interlocked.Exchange(ref _queued, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    public void Execute()
    {
        Volatile.Write(ref _queued, 0);
        search.Help(this);
    }

    internal void Begin()
    {
        Hits.Clear();
        _lower = default;
        Floor = -1;
    }

    /// <summary>Takes over what another thread found, so that fewer rows are collected.</summary>
    internal void Raise(float floor) => Floor = MathF.Max(Floor, floor);

    internal void Scan(Segment segment, int place)
    {
        var used = segment.Used;
        for (var first = 0; first < used; first += Block)
        {
            search.Kernel.Dots(search.Probe, segment.Row(first), Math.Min(Block, used - first), _dots.Pointer);
            Collect(segment, place, first, Math.Min(Block, used - first));
        }
    }

    // The last vector may reach behind the rows in use; those belong to no snapshot and Consider drops them.
    private void Collect(Segment segment, int place, int first, int count)
    {
        var dots = _dots.Pointer;
        var scales = segment.Scales + first;
        var errors = segment.Errors + first;
        var scale = new Vector<float>(search.Probe.Scale);
        var perError = new Vector<float>(search.Bound.PerError);
        var constant = new Vector<float>(search.Bound.Constant);
        var floor = new Vector<float>(Floor);
        for (var i = 0; i < count; i += Vector<float>.Count)
        {
            var scores = Vector.ConvertToSingle(Vector.Load(dots + i)) * (Vector.Load(scales + i) * scale);
            var bounds = (Vector.Load(errors + i) * perError) + constant;
            if (Vector.GreaterThanOrEqualAny(scores + bounds, floor))
            {
                var score = _lanes.Pointer;
                var bound = score + Vector<float>.Count;
                scores.Store(score);
                bounds.Store(bound);
                for (var lane = 0; lane < Vector<float>.Count; lane++)
                {
                    if (score[lane] + bound[lane] >= Floor)
                    {
                        Consider(segment, new Hit(place, first + i + lane, score[lane], bound[lane]));
                    }
                }

                floor = new Vector<float>(Floor);
            }
        }
    }

    private void Consider(Segment segment, in Hit hit)
    {
        if (!segment.IsVisible(hit.Row, search.Version))
        {
            return;
        }

        var person = segment.Person(hit.Row);
        if (search.Except is not null && person == search.Except)
        {
            return;
        }

        Hits.Add(hit, Floor);
        _lower.Offer(person, hit.Lower, hit.Ordinal);
        Floor = MathF.Max(Floor, _lower.Floor);
    }
}
