using Devices.Edge.Agent.Camera;
using Devices.Edge.Vision;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Track;

namespace Devices.Edge.Agent.View;

/// <summary>
/// Where recognition hands a frame with what it found to whoever looks. Only a frame that somebody waits for is copied: a slow browser
/// asks less often, and recognition neither waits nor queues. While nobody has asked for some seconds it is closed, and a frame costs one
/// comparison. <see cref="Look"/> to <see cref="Show"/> and the observer's calls are for recognition's thread, the rest is thread-safe.
/// </summary>
public sealed class ViewTap(TimeProvider time) : IPipelineObserver
{
    private const int KeptDecisions = 8;
    private const int MostFaces = 64;

    // A browser that draws slowly asks every second or so; longer without a question means that it went.
    private static readonly TimeSpan Interest = TimeSpan.FromSeconds(3);
    private readonly Lock _gate = new();
    private readonly Dictionary<long, FaceComparison> _comparisons = [];
    private readonly Queue<long> _shown = new();
    private readonly List<ViewDecision> _decisions = [];
    private TaskCompletionSource<ViewFrame>? _next;
    private long _askedAt;
    private long _begun;
    private TimeSpan _decode;
    private StageTimes _stages;
    private long _number;

    /// <summary>Whether somebody looks.</summary>
    public bool IsOpen => Volatile.Read(ref _askedAt) is not 0 and var at && time.GetElapsedTime(at) < Interest;

    /// <summary>A frame begins: this, or null where nobody looks.</summary>
    public ViewTap? Look()
    {
        if (!IsOpen) return null;
        _begun = time.GetTimestamp();
        _stages = default;
        _decode = TimeSpan.Zero;
        return this;
    }

    /// <summary>The frame's pixels are there.</summary>
    public void Decoded() => _decode = time.GetElapsedTime(_begun);

    public void Compared(long track, in FaceComparison comparison)
    {
        if (_comparisons.Count >= MostFaces) _comparisons.Clear();
        _comparisons[track] = comparison;
    }

    public void Timed(in StageTimes times) => _stages = times;

    /// <summary>The frame is done. Both are copied where somebody waits, and stay the caller's.</summary>
    /// <param name="frame">As the camera sent it.</param>
    /// <param name="rgb">Decoded; null where no models run, so that nobody decoded it.</param>
    /// <param name="result">What was found; null where the models gave nothing.</param>
    public void Show(CameraFrame frame, RgbFrame? rgb, FrameResult? result)
    {
        ArgumentNullException.ThrowIfNull(frame);
        TimeSpan total = time.GetElapsedTime(_begun);
        double rate = Rate();
        _number++;
        TaskCompletionSource<ViewFrame>? waiting;
        lock (_gate)
        {
            if (result is not null) Keep(result.Decisions);
            waiting = _next;
            _next = null;
        }

        waiting?.TrySetResult(Copy(frame, rgb, result, total, rate));
    }

    /// <summary>The next frame that is looked at; null where none came within <paramref name="limit"/>.</summary>
    public async Task<ViewFrame?> NextAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        Volatile.Write(ref _askedAt, Math.Max(1, time.GetTimestamp()));
        TaskCompletionSource<ViewFrame> next;
        lock (_gate) next = _next ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            return await next.Task.WaitAsync(limit, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    /// <summary>What was decided lately while somebody looked, newest first.</summary>
    public IReadOnlyList<ViewDecision> Decisions
    {
        get
        {
            lock (_gate) return [.. Enumerable.Reverse(_decisions)];
        }
    }

    private void Keep(IReadOnlyList<TrackView> decisions)
    {
        foreach (TrackView decision in decisions)
        {
            if (_decisions.Count == KeptDecisions) _decisions.RemoveAt(0);
            _decisions.Add(new(time.GetUtcNow().ToUnixTimeMilliseconds(), new(decision, Comparison(decision.Id))));
        }
    }

    private FaceComparison? Comparison(long track) => _comparisons.TryGetValue(track, out FaceComparison comparison) ? comparison : null;

    private ViewFrame Copy(CameraFrame frame, RgbFrame? rgb, FrameResult? result, TimeSpan total, double rate)
    {
        ViewFace[] faces = result is null ? [] : [.. result.Tracks.Select(t => new ViewFace(t, Comparison(t.Id)))];
        // Copied as the camera sent it; what is no JPEG is made one by whoever asked, not here.
        return new ViewFrame(frame.Data.ToArray(), frame.Format, frame.Stride)
        {
            Number = _number,
            Width = rgb?.Width ?? frame.Width,
            Height = rgb?.Height ?? frame.Height,
            Analysed = result is not null,
            Faces = faces,
            Decode = _decode,
            Stages = _stages,
            Total = total,
            FramesPerSecond = rate,
        };
    }

    // Over the last two seconds.
    private double Rate()
    {
        long now = time.GetTimestamp();
        _shown.Enqueue(now);
        while (_shown.Count > 1 && time.GetElapsedTime(_shown.Peek(), now) > TimeSpan.FromSeconds(2)) _shown.Dequeue();
        TimeSpan span = time.GetElapsedTime(_shown.Peek(), now);
        return span > TimeSpan.Zero ? (_shown.Count - 1) / span.TotalSeconds : 0;
    }
}
