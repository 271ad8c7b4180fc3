using System.Numerics.Tensors;
using Devices.Edge.Vision.Liveness;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Quality;

namespace Devices.Edge.Vision.Track;

/// <summary>
/// One face being followed, with its window of best frames. Tracks and their buffers are reused for later faces, so
/// people coming and going allocate nothing.
/// </summary>
internal sealed class FaceTrack
{
    private readonly Sample[] _window;
    private readonly float[] _mean;
    private readonly int[] _reasons = new int[Enum.GetValues<QualityReason>().Length];
    private float _livenessSum;

    internal FaceTrack(int window, int embeddingSize, MotionOptions motion)
    {
        Moves = new MotionCue(motion.Proof);
        _window = [.. Enumerable.Range(0, window).Select(_ => new Sample(embeddingSize))];
        _mean = new float[embeddingSize];
    }

    internal long Id { get; private set; }

    internal TrackMotion Motion;

    internal RunningChallenge Challenge;

    /// <summary>Motion that no flat picture makes.</summary>
    internal MotionCue Moves { get; }

    /// <summary>Challenges failed since the face came into view.</summary>
    internal int ChallengesFailed { get; private set; }

    /// <summary>When the challenge began; the least value before that.</summary>
    internal TimeSpan AskedAt { get; private set; }

    /// <summary>When the first sample was taken.</summary>
    internal TimeSpan FirstSampleAt { get; private set; }

    internal TimeSpan StartedAt { get; private set; }

    internal TimeSpan LastSeen { get; set; }

    /// <summary>Frames in a row in which it was not found.</summary>
    internal int Missed { get; set; }

    internal TimeSpan LastSampleAt { get; private set; }

    internal TimeSpan DecidedAt { get; private set; }

    internal TrackOutcome Outcome { get; private set; } = PendingOutcomes.Of(QualityReason.Good);

    internal FaceQuality LastQuality { get; private set; }

    /// <summary>Samples in the window.</summary>
    internal int Held { get; private set; }

    /// <summary>Samples ever taken.</summary>
    internal int Taken { get; private set; }

    /// <summary>Mean live score over all samples taken, not only the sharpest: an attack is not forgiven for one good frame.</summary>
    internal float Liveness => Taken == 0 ? 0 : _livenessSum / Taken;

    internal void Start(long id, in FaceBox box, TimeSpan now)
    {
        Id = id;
        StartedAt = LastSeen = now;
        Missed = 0;
        LastSampleAt = TimeSpan.MinValue;
        Motion.Start(box, now);
        ChallengesFailed = 0;
        Forget();
    }

    /// <summary>The same place in the picture begins again under a new id, as after a refusal or, <paramref name="another"/>, a person flip.</summary>
    internal void Restart(long id, TimeSpan now, bool another)
    {
        ChallengesFailed = another ? 0 : ChallengesFailed;
        Id = id;
        StartedAt = now;
        Forget();
    }

    internal void Note(in FaceQuality quality)
    {
        LastQuality = quality;
        _reasons[(int)quality.Reason]++;
        if (Outcome is TrackOutcome.Pending)
        {
            Outcome = Challenge.Is == ChallengeState.Asked ? PendingOutcomes.Of(Challenge.Kind)
                : quality is { IsGood: true, ChinOut: true } && Outcome is TrackOutcome.Pending { StepBack: true } ? PendingOutcomes.StepBack
                : PendingOutcomes.Of(quality.Reason);
        }
    }

    /// <summary>Begins a challenge. Only ever one in a track.</summary>
    internal void Ask(ChallengeKind kind, float yaw, MotionOptions options, EyeSpec? eyes, bool forTexture, TimeSpan now)
    {
        Challenge.Begin(kind, yaw, options, eyes, forTexture, now);
        AskedAt = now;
        Outcome = PendingOutcomes.Of(kind);
    }

    /// <summary>When the person was last asked to step back; the wait for motion begins anew from there.</summary>
    internal TimeSpan SteppedAt { get; private set; } = TimeSpan.MinValue;

    internal void AskBack(TimeSpan now)
    {
        SteppedAt = now;
        Outcome = PendingOutcomes.StepBack;
    }

    internal void Decide(TrackOutcome outcome, TimeSpan now)
    {
        if (outcome is TrackOutcome.Spoof { Cue: SpoofCue.Challenge })
        {
            ChallengesFailed++;
        }

        Outcome = outcome;
        DecidedAt = now;
    }

    /// <summary>Mean cosine of a new embedding with the window; 1 when the window is empty.</summary>
    internal float SimilarityTo(ReadOnlySpan<float> embedding)
    {
        if (Held == 0)
        {
            return 1;
        }

        var sum = 0f;
        for (var i = 0; i < Held; i++)
        {
            sum += TensorPrimitives.Dot(embedding, _window[i].Embedding);
        }

        return sum / Held;
    }

    /// <summary>Takes a frame's evidence: kept if the window has room or a poorer frame in it.</summary>
    internal void Take(ReadOnlySpan<float> embedding, float quality, float liveness, in GalleryMatch match, TimeSpan now)
    {
        FirstSampleAt = Taken++ == 0 ? now : FirstSampleAt;
        _livenessSum += liveness;
        LastSampleAt = now;
        var slot = Held;
        if (Held == _window.Length)
        {
            slot = 0;
            for (var i = 1; i < Held; i++)
            {
                if (_window[i].Quality < _window[slot].Quality)
                {
                    slot = i;
                }
            }

            if (_window[slot].Quality >= quality)
            {
                return;
            }
        }
        else
        {
            Held++;
        }

        embedding.CopyTo(_window[slot].Embedding);
        _window[slot].Quality = quality;
        _window[slot].Best = match.Best;
    }

    /// <summary>A re-check after the decision: remembers when, without changing the evidence.</summary>
    internal void Checked(TimeSpan now) => LastSampleAt = now;

    /// <summary>
    /// Mean of the window's embeddings, not brought to unit length: its dot product with a template is the mean of
    /// the single scores, which is what the calibration was measured on.
    /// </summary>
    internal ReadOnlySpan<float> Fuse()
    {
        _mean.AsSpan().Clear();
        for (var i = 0; i < Held; i++)
        {
            TensorPrimitives.Add(_mean, _window[i].Embedding, _mean);
        }

        TensorPrimitives.Divide(_mean, Math.Max(1, Held), _mean);
        return _mean;
    }

    /// <summary>Whether the single frames speak for a person: most name them, and none names another above the threshold.</summary>
    internal bool Agrees(string person, float threshold, float share)
    {
        var votes = 0;
        for (var i = 0; i < Held; i++)
        {
            if (_window[i].Best.Person == person)
            {
                votes++;
            }
            else if (_window[i].Best.Score >= threshold)
            {
                return false;
            }
        }

        return votes >= share * Held;
    }

    /// <summary>The commonest fault of the frames seen.</summary>
    internal QualityReason CommonestFault()
    {
        var worst = QualityReason.TooSmall;
        for (var i = 1; i < _reasons.Length; i++)
        {
            if (_reasons[i] > _reasons[(int)worst])
            {
                worst = (QualityReason)i;
            }
        }

        return worst;
    }

    private void Forget()
    {
        for (var i = 0; i < Held; i++)
        {
            _window[i].Embedding.AsSpan().Clear();
        }

        _reasons.AsSpan().Clear();
        Held = Taken = 0;
        _livenessSum = 0;
        LastQuality = default;
        Moves.Forget();
        Challenge = default;
        AskedAt = TimeSpan.MinValue;
        SteppedAt = TimeSpan.MinValue;
        Outcome = PendingOutcomes.Of(QualityReason.Good);
    }

    private sealed class Sample(int embeddingSize)
    {
        internal readonly float[] Embedding = new float[embeddingSize];
        internal float Quality;
        internal Candidate Best;
    }
}
