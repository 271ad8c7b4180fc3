using Devices.Edge.Vision.Detect;

namespace Devices.Edge.Vision.Track;

/// <summary>
/// Joins detections to tracks by overlap with where constant velocity expects each track (as SORT, Bewley et al.,
/// ICIP 2016, with greedy assignment: at eight faces it differs from the optimal one only where boxes overlap so
/// much that the embedding decides anyway).
/// </summary>
internal sealed class FaceTracker
{
    private readonly TrackerOptions _options;
    private readonly List<FaceTrack> _active = [];
    private readonly Stack<FaceTrack> _free = new();
    private readonly bool[] _taken;
    private readonly FaceTrack?[] _assigned;
    private long _nextId = 1;

    internal FaceTracker(TrackerOptions options, int maximumFaces, Func<FaceTrack> create)
    {
        _options = options;
        _taken = new bool[options.MaximumTracks];
        _assigned = new FaceTrack?[maximumFaces];
        for (var i = 0; i < options.MaximumTracks; i++)
        {
            _free.Push(create());
        }
    }

    internal IReadOnlyList<FaceTrack> Active => _active;

    internal long NewId() => _nextId++;

    /// <summary>For each face its track, or null when all tracks are in use. Valid until the next call.</summary>
    internal ReadOnlySpan<FaceTrack?> Associate(ReadOnlySpan<DetectedFace> faces, TimeSpan now)
    {
        var assigned = _assigned.AsSpan(0, faces.Length);
        assigned.Clear();
        _taken.AsSpan().Clear();

        while (BestPair(faces, assigned, now, out var face, out var track))
        {
            _taken[track] = true;
            var found = _active[track];
            assigned[face] = found;
            found.Motion.Observe(faces[face].Box, now);
            found.LastSeen = now;
            found.Missed = -1;
        }

        foreach (var track in _active)
        {
            track.Missed++;
        }

        for (var i = 0; i < faces.Length; i++)
        {
            if (assigned[i] is null && _free.TryPop(out var fresh))
            {
                fresh.Start(NewId(), faces[i].Box, now);
                _active.Add(fresh);
                assigned[i] = fresh;
            }
        }

        return assigned;
    }

    /// <summary>Takes out one track that has ended by <paramref name="now"/>, or null; it may be read until the next frame.</summary>
    internal FaceTrack? TakeEnded(TimeSpan now)
    {
        for (var i = 0; i < _active.Count; i++)
        {
            // A machine that is busy looks seldom: a gap between two frames alone is nobody's absence, unless it is a long one.
            var gone = now - _active[i].LastSeen;
            if (gone > _options.MaximumGap && (_active[i].Missed >= _options.MissedFrames || gone / 3 > _options.MaximumGap))
            {
                var ended = _active[i];
                _active.RemoveAt(i);
                _free.Push(ended);
                return ended;
            }
        }

        return null;
    }

    private bool BestPair(ReadOnlySpan<DetectedFace> faces, ReadOnlySpan<FaceTrack?> assigned, TimeSpan now, out int face, out int track)
    {
        face = track = -1;
        var best = 0f;
        for (var t = 0; t < _active.Count; t++)
        {
            if (_taken[t])
            {
                continue;
            }

            var expected = _active[t].Motion.Predict(now);
            for (var f = 0; f < faces.Length; f++)
            {
                if (assigned[f] is not null)
                {
                    continue;
                }

                // A slow camera may see a face move by its own width: overlap with the last place counts too, less.
                var iou = MathF.Max(FaceBox.Iou(expected, faces[f].Box), 0.9f * FaceBox.Iou(_active[t].Motion.Box, faces[f].Box));
                if (iou >= _options.MinimumIou && iou > best)
                {
                    (best, face, track) = (iou, f, t);
                }
            }
        }

        return face >= 0;
    }
}
