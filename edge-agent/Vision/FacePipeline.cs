using System.Diagnostics;
using Devices.Edge.Vision.Detect;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Liveness;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Quality;
using Devices.Edge.Vision.Track;

namespace Devices.Edge.Vision;

/// <summary>
/// Frames in, one decision for each face that was followed out. For one thread at a time; the gallery may be changed
/// from other threads meanwhile. After warm-up a frame without a new decision allocates nothing of note.
/// </summary>
public sealed class FacePipeline : IDisposable
{
    private const int MaximumFaces = 16;

    private readonly FaceAnalyzer _analyzer;
    private readonly FaceGallery _gallery;
    private readonly PipelineOptions _options;
    private readonly OpenSetDecider _decider;
    private readonly FaceTracker _tracker;
    private readonly FrameResult _result = new();
    private readonly DetectedFace[] _faces = new DetectedFace[MaximumFaces];
    private readonly AnalyzedFace[] _analyzed = new AnalyzedFace[MaximumFaces];
    private readonly DetectedFace[] _more = new DetectedFace[MaximumFaces];
    private readonly FarLook _far;
    private readonly float[] _embedding;
    private readonly float _sameFace;
    private readonly float _liveThreshold;
    private readonly float _sureThreshold;
    private readonly EyeSpec? _eyes;
    private readonly PackRef _pack;

    /// <exception cref="ArgumentException">The gallery was made for another pack, or an option makes no sense.</exception>
    public FacePipeline(LoadedPack pack, FaceGallery gallery, PipelineOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pack);
        ArgumentNullException.ThrowIfNull(gallery);
        _options = options ?? new PipelineOptions();
        _options.Validate();
        if (gallery.Pack != pack.Templates)
        {
            throw new ArgumentException($"The gallery holds templates of {gallery.Pack}; the pipeline compares {pack.Templates}.", nameof(gallery));
        }

        _pack = pack.Reference;
        _gallery = gallery;
        _analyzer = pack.CreateAnalyzer();
        _decider = new OpenSetDecider(pack.Calibration, _options.Policy);
        _embedding = new float[_analyzer.EmbeddingSize];
        _far = new FarLook(pack.Manifest.Detector.Input.Width, pack.Manifest.Detector.Input.Height, _options.Quality.MinimumEyeDistance);
        _sameFace = _options.SameFaceThreshold ?? pack.Calibration.ThresholdFor(1e-2).Threshold;
        _liveThreshold = _options.LivenessThreshold ?? pack.Manifest.Liveness.Threshold;
        _sureThreshold = _options.SureThreshold ?? pack.Manifest.Liveness.Sure ?? 0;
        _eyes = pack.Manifest.Eyes;
        _tracker = new FaceTracker(_options.Tracker, MaximumFaces, () => new FaceTrack(_options.Window, _analyzer.EmbeddingSize, _options.Motion));
    }

    /// <summary>The threshold that applies at the gallery's present size.</summary>
    public CalibratedThreshold Threshold => _decider.ThresholdFor(_gallery.Count);

    /// <summary>Mean live score that the texture model must give.</summary>
    public float LivenessThreshold => _liveThreshold;

    /// <summary>Mean live score below which a live face is asked to do something; 0 where the pack has no such limit.</summary>
    public float SureThreshold => _sureThreshold;

    /// <summary>Whether the pack can tell closed eyes; without it a challenge is a head turn.</summary>
    public bool CanSeeEyes => _eyes is not null;

    /// <summary>Who watches; null (the default) costs nothing. Set on the pipeline's thread, between frames.</summary>
    public IPipelineObserver? Observer { get; set; }

    /// <summary>
    /// Whether somebody is believed to stand in front of the camera (a sensor, movement). While nobody is, an empty picture is not
    /// searched any closer. Set on the pipeline's thread, between frames.
    /// </summary>
    public bool SomebodyThere { get; set; } = true;

    /// <summary>
    /// The result of the last call, also where it threw half-way: a face decided before the fault was decided, is final, and is told
    /// nowhere else.
    /// </summary>
    public FrameResult Latest => _result;

    /// <summary>
    /// Looks at one frame; its <see cref="RgbFrame.CapturedAt"/> must not go back. The frame is only read and stays
    /// the caller's. The result is valid until the next call.
    /// </summary>
    public FrameResult Process(RgbFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var now = frame.CapturedAt;
        _result.TrackList.Clear();
        _result.DecisionList.Clear();
        EndGone(now);

        var begun = Stamp();
        var count = LookCloser(frame, _analyzer.Detect(frame, _faces), now);
        _result.Detected = count;
        var detected = Stamp();
        var faces = _faces.AsSpan(0, count);
        var tracks = _tracker.Associate(faces, now);
        for (var i = 0; i < count; i++)
        {
            if (tracks[i] is { } track)
            {
                _analyzed[i] = Placed(_analyzer.Analyze(frame, faces[i], _options.Quality), faces, frame);
                Retry(track, now);
                Watch(frame, _analyzed[i], track, now);
                track.Note(_analyzed[i].Quality);
            }
        }

        var analysed = Stamp();
        for (var turn = 0; turn < _options.RecognitionsPerFrame; turn++)
        {
            var next = MostInNeed(tracks, now);
            if (next < 0)
            {
                break;
            }

            Look(frame, _analyzed[next], tracks[next]!, now);
        }

        Observer?.Timed(new StageTimes(Stopwatch.GetElapsedTime(begun, detected), Stopwatch.GetElapsedTime(detected, analysed), Stopwatch.GetElapsedTime(analysed)));
        for (var i = 0; i < count; i++)
        {
            if (tracks[i] is { } track)
            {
                _result.TrackList.Add(View(track, track.Outcome.IsFinal && track.DecidedAt == now) with { Points = _analyzed[i].Points, AskedNow = track.AskedAt == now, SampledNow = track.LastSampleAt == now });
            }
        }

        return _result;
    }

    /// <summary>Ends every track, as when the camera stops; their outcomes are in <see cref="FrameResult.Decisions"/>.</summary>
    public FrameResult Finish()
    {
        _result.TrackList.Clear();
        _result.DecisionList.Clear();
        _result.Detected = 0;
        EndGone(TimeSpan.MaxValue);
        return _result;
    }

    public void Dispose() => _analyzer.Dispose();

    private long Stamp() => Observer is null ? 0 : Stopwatch.GetTimestamp();

    private static TrackView View(FaceTrack track, bool decidedNow) =>
        new(track.Id, track.Motion.Box, track.LastQuality, track.Outcome, decidedNow, track.StartedAt)
        {
            Liveness = track.Liveness,
            Motion = track.Moves.Displacement,
            Challenge = track.Challenge.Is == ChallengeState.Asked ? track.Challenge.Kind : ChallengeKind.None,
        };

    // A face at the limit of recognition has half the pixels it needs to be found in a picture of 1280×720: one part of the picture
    // is looked at in its own resolution, where a far face should be, else in turns while there is none at all.
    private int LookCloser(RgbFrame frame, int count, TimeSpan now)
    {
        if (!_options.FarSearch || count == MaximumFaces || !_far.Helps(frame.Width, frame.Height))
        {
            return count;
        }

        FaceBox? area = null;
        foreach (var track in _tracker.Active)
        {
            var expected = track.Motion.Predict(now);
            if (_far.IsFar(expected, frame.Width) && !Overlaps(_faces.AsSpan(0, count), expected, _options.Tracker.MinimumIou))
            {
                area = _far.Around(expected, frame.Width, frame.Height);
                break;
            }
        }

        if (area is null && count == 0 && SomebodyThere)
        {
            area = _far.Next(frame.Width, frame.Height, _options.Region?.Bounds(frame.Width, frame.Height) ?? new FaceBox(0, 0, frame.Width, frame.Height));
        }

        if (area is not { } part)
        {
            return count;
        }

        var found = _analyzer.Detect(frame, part, _more);
        for (var i = 0; i < found && count < MaximumFaces; i++)
        {
            if (!Overlaps(_faces.AsSpan(0, count), _more[i].Box, 0.3f))
            {
                _faces[count++] = _more[i];
            }
        }

        return count;
    }

    private static bool Overlaps(ReadOnlySpan<DetectedFace> faces, in FaceBox box, float iou)
    {
        foreach (var face in faces)
        {
            if (FaceBox.Iou(face.Box, box) > iou)
            {
                return true;
            }
        }

        return false;
    }

    private void EndGone(TimeSpan now)
    {
        while (_tracker.TakeEnded(now) is { } ended)
        {
            if (ended.Outcome.IsFinal)
            {
                continue;
            }

            var worst = ended.CommonestFault();
            ended.Decide(
                ended.Taken > 0
                    ? new TrackOutcome.Left(ended.Taken, _options.AcceptAfter)
                    : new TrackOutcome.Quality(worst, QualityHints.Explain(ended.LastQuality)),
                now);
            _result.DecisionList.Add(View(ended, true));
        }
    }

    // A face that is fit to be recognised, but not where it stands.
    private AnalyzedFace Placed(in AnalyzedFace face, ReadOnlySpan<DetectedFace> all, RgbFrame frame)
    {
        if (_options.Region is { } region && !region.Holds(face.Box, frame.Width, frame.Height))
        {
            return face with { Quality = face.Quality with { Reason = QualityReason.OutsideRegion, Score = 0 } };
        }

        foreach (var other in all)
        {
            // Whoever stands outside the region keeps nobody waiting.
            if (face.Box.Width < _options.NearestShare * other.Box.Width && _options.Region?.Holds(other.Box, frame.Width, frame.Height) != false)
            {
                return face.Quality.IsGood ? face with { Quality = face.Quality with { Reason = QualityReason.BehindAnother, Score = 0 } } : face;
            }
        }

        return face;
    }

    private void Retry(FaceTrack track, TimeSpan now)
    {
        if (track.Outcome.IsFinal && track.Outcome is not TrackOutcome.Accepted && now - track.DecidedAt >= _options.RetryAfter
            && !IsBarred(track))
        {
            track.Restart(_tracker.NewId(), now, another: false);
        }
    }

    // Failed too many challenges: not asked again while it stays, but looked at, in case somebody else takes the place.
    private bool IsBarred(FaceTrack track) => track.Outcome is TrackOutcome.Spoof && track.ChallengesFailed >= _options.Motion.MaximumChallenges;

    // Motion is watched in every usable frame, recognised or not; a running challenge in every frame, turned ones above all.
    private void Watch(RgbFrame frame, in AnalyzedFace face, FaceTrack track, TimeSpan now)
    {
        if (track.Outcome.IsFinal || !_options.Motion.Enabled)
        {
            return;
        }

        if (track.Challenge.Is == ChallengeState.Asked)
        {
            if (face.Quality.Reason is QualityReason.Good or QualityReason.Turned)
            {
                track.Challenge.Observe(face.Quality.Yaw, face.Quality.IsGood, EyesOf(frame, face, track), now);
            }
            else if (face.Quality.Reason == QualityReason.Covered && EyesOf(frame, face, track) is { } lids)
            {
                // Closed lids have less texture than eyes: some look covered.
                track.Challenge.Observe(face.Quality.Yaw, false, lids, now);
            }

            track.Challenge.Expire(now);
            if (track.Challenge.Is == ChallengeState.Failed && !(track.Moves.IsProven && _options.Motion.Challenge == ChallengePolicy.Doubt && !IsUnsure(track)))
            {
                track.Decide(new TrackOutcome.Spoof(track.Liveness, _liveThreshold, Candidate.None) { Cue = SpoofCue.Challenge, Asked = track.Challenge.Kind, Motion = track.Moves.Displacement }, now);
                _result.DecisionList.Add(View(track, true));
                return;
            }
        }

        if (face.Quality.IsGood && face.Alignment is { } alignment)
        {
            track.Moves.Observe(_analyzer.AlignedLuma, alignment, frame.Width, frame.Height);
        }
    }

    private EyeLook? EyesOf(RgbFrame frame, in AnalyzedFace face, FaceTrack track) =>
        track.Challenge.Kind == ChallengeKind.CloseEyes ? _analyzer.Eyes(frame, face) : null;

    // The undecided track with the fewest samples, else an accepted one that is due for its check.
    private int MostInNeed(ReadOnlySpan<FaceTrack?> tracks, TimeSpan now)
    {
        var best = -1;
        for (var i = 0; i < tracks.Length; i++)
        {
            if (tracks[i] is not { } track || !_analyzed[i].Quality.IsGood || track.LastSampleAt == now)
            {
                continue;
            }

            var due = !track.Outcome.IsFinal || ((track.Outcome is TrackOutcome.Accepted || IsBarred(track)) && now - track.LastSampleAt >= _options.RecheckEvery);
            if (due && (best < 0 || track.Taken < tracks[best]!.Taken))
            {
                best = i;
            }
        }

        return best;
    }

    private void Look(RgbFrame frame, in AnalyzedFace face, FaceTrack track, TimeSpan now)
    {
        // Whoever is undecided needs both, and they do not need each other.
        float? looked = null;
        if (track.Outcome.IsFinal)
        {
            _analyzer.Embed(frame, face, _embedding);
        }
        else if (_analyzer.EmbedAndLiveness(frame, face, _embedding, out var score))
        {
            looked = score;
        }

        var similarity = track.SimilarityTo(_embedding);
        if (similarity < _sameFace)
        {
            // Whoever stood here before is gone: their evidence must not count for the newcomer, nor the reverse.
            if (!track.Outcome.IsFinal)
            {
                track.Decide(new TrackOutcome.IdentityChanged(similarity), now);
                _result.DecisionList.Add(View(track, true));
            }

            track.Restart(_tracker.NewId(), now, another: true);
            track.Note(face.Quality);
        }
        else if (track.Outcome.IsFinal)
        {
            if (!IsSomebodyElse(track.Outcome))
            {
                track.Checked(now);
                return;
            }

            // Alike enough for the track, but it is another enrolled person by name: whoever took the place is looked at anew.
            track.Restart(_tracker.NewId(), now, another: true);
            track.Note(face.Quality);
        }

        var liveness = looked ?? _analyzer.Liveness(frame, face.Box);
        var match = _gallery.Match(_embedding);
        track.Take(_embedding, face.Quality.Score, liveness, match, now);
        Observer?.Compared(track.Id, new FaceComparison(match.Best, match.Second, _decider.ThresholdFor(match.Templates).Threshold, track.Taken, Fused: false));
        if (track.Held >= _options.AcceptAfter && Decide(frame, face, track, now) is { } outcome)
        {
            track.Decide(outcome, now);
            _result.DecisionList.Add(View(track, true));
        }
    }

    // Whether the present embedding names another enrolled person than the one who was accepted.
    private bool IsSomebodyElse(TrackOutcome outcome)
    {
        if (outcome is not TrackOutcome.Accepted accepted)
        {
            return false;
        }

        var match = _gallery.Match(_embedding);
        return match.Best.Person is { } named && named != accepted.Person && match.Best.Score >= _decider.ThresholdFor(match.Templates).Threshold;
    }

    private TrackOutcome? Decide(RgbFrame frame, in AnalyzedFace face, FaceTrack track, TimeSpan now)
    {
        var decision = _decider.Decide(_gallery.Match(track.Fuse()));
        var (best, second) = (decision.Match.Best, decision.Match.Second);
        Observer?.Compared(track.Id, new FaceComparison(best, second, decision.Threshold, track.Taken, Fused: true));
        var live = track.Liveness >= _liveThreshold;
        var agreed = best.Person is not null && track.Agrees(best.Person, decision.Threshold, _options.Agreement);
        if (live && agreed && decision.Verdict == OpenSetVerdict.Accept)
        {
            return Doubt(frame, face, track, best, now, out var settled) is { } spoof ? spoof
                : !settled ? null
                : new TrackOutcome.Accepted(best.Person!, best.Score, decision.Threshold, second, track.Liveness, _pack, track.Taken)
                {
                    Motion = track.Moves.Displacement,
                    Challenge = track.Challenge.Is == ChallengeState.Passed ? track.Challenge.Kind : ChallengeKind.None,
                };
        }

        if (track.Taken < _options.RefuseAfter)
        {
            return null;
        }

        if (!live)
        {
            return new TrackOutcome.Spoof(track.Liveness, _liveThreshold, decision.Verdict == OpenSetVerdict.Unknown ? Candidate.None : best);
        }

        // Frames that name different persons are as good as two persons within the margin.
        return decision.Verdict == OpenSetVerdict.Unknown
            ? new TrackOutcome.Unknown(best, decision.Threshold, track.Liveness, _pack, track.Taken)
            : new TrackOutcome.Ambiguous(best, second, decision.Threshold, track.Liveness, _pack);
    }

    // A film on a screen moves as a living face does: where the texture leaves a doubt, movement does not take it away.
    private bool IsUnsure(FaceTrack track) => track.Challenge.ForTexture || track.Liveness < _sureThreshold;

    // The fused decision on liveness, once identity and texture are satisfied: motion must be proven too, or what was
    // asked must be done (where only doubt asks, moving at all takes the doubt away). Settled when there is nothing left to wait for.
    private TrackOutcome.Spoof? Doubt(RgbFrame frame, in AnalyzedFace face, FaceTrack track, in Candidate resembles, TimeSpan now, out bool settled)
    {
        var motion = _options.Motion;
        var passed = track.Challenge.Is == ChallengeState.Passed;
        var unsure = motion.Challenge == ChallengePolicy.Doubt && IsUnsure(track);
        settled = !motion.Enabled || passed || (track.Moves.IsProven && motion.Challenge != ChallengePolicy.Always && !unsure);
        if (settled || track.Challenge.Is == ChallengeState.Asked || (unsure && track.Moves.IsProven && track.Taken < _options.RefuseAfter))
        {
            // Of few frames the texture model's mean still moves: whoever is let in by more of them is not asked.
            return null;
        }

        // Of a face without its chin too little is seen for the motion cue, and a turned one would not be seen whole either.
        var back = track.LastQuality.ChinOut && motion.Challenge == ChallengePolicy.Doubt && !track.Moves.IsFrozen;
        var since = track.SteppedAt > track.FirstSampleAt ? track.SteppedAt : track.FirstSampleAt;
        var over = now - since >= motion.Wait;
        if (back && now - track.FirstSampleAt >= motion.Wait)
        {
            track.AskBack(now);
            return null;
        }

        var texture = unsure && track.Moves.IsProven;
        if (motion.Challenge == ChallengePolicy.Always || texture || (over && motion.Challenge == ChallengePolicy.Doubt && !track.Moves.IsFrozen))
        {
            // Whose eyes do not look open now (narrow, behind dark glass) could not be seen to close them.
            var lids = motion.Acts != ChallengeActs.Turn && _eyes is { } spec && _analyzer.Eyes(frame, face)?.Mean < spec.Open;
            track.Ask(motion.DrawOne(lids), face.Quality.Yaw, motion, _eyes, unsure, now);
            return null;
        }

        return over
            ? new TrackOutcome.Spoof(track.Liveness, _liveThreshold, resembles) { Cue = track.Moves.IsFrozen ? SpoofCue.Frozen : SpoofCue.Flat, Motion = track.Moves.Displacement }
            : null;
    }
}
