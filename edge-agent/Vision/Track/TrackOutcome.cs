using Devices.Edge.Vision.Liveness;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Quality;

namespace Devices.Edge.Vision.Track;

/// <summary>
/// What became of one face that was followed: exactly one of the nested kinds. All but <see cref="Pending"/> are
/// final for their track. <see cref="Explain"/> is a sentence for logs; it holds no biometric value.
/// </summary>
public abstract record TrackOutcome
{
    private TrackOutcome()
    {
    }

    public bool IsFinal => this is not Pending;

    public abstract string Explain();

    private static string F(float value) => value.ToString("F2", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Still looking; <paramref name="Reason"/> is what is wrong with the latest frame (Good: just more frames needed).</summary>
    /// <param name="Challenge">What the person is asked to do now, or none.</param>
    public sealed record Pending(QualityReason Reason, ChallengeKind Challenge = ChallengeKind.None) : TrackOutcome
    {
        /// <summary>Nothing can be asked of a face whose chin is out of view: the person is asked to step back first.</summary>
        public bool StepBack { get; init; }

        /// <summary>Key of the hint to show, or null.</summary>
        public string? HintKey => Challenge switch
        {
            _ when StepBack => "face.step-back",
            ChallengeKind.TurnLeft => "face.turn-left",
            ChallengeKind.TurnRight => "face.turn-right",
            ChallengeKind.CloseEyes => "face.close-eyes",
            _ => QualityHints.KeyOf(Reason),
        };

        public override string Explain() => StepBack ? "Asked to step back: the chin is out of view." : Challenge != ChallengeKind.None ? $"Asked: {Challenge}." : Reason == QualityReason.Good ? "Looking." : $"Looking: {Reason}.";
    }

    /// <summary>Recognised. <paramref name="Second"/> is the best other person (person null when there is none).</summary>
    public sealed record Accepted(string Person, float Score, float Threshold, Candidate Second, float Liveness, PackRef Pack, int Samples) : TrackOutcome
    {
        /// <summary>Displacement that no plane explains, pixels of the aligned face; 0 where the motion cue is off.</summary>
        public float Motion { get; init; }

        /// <summary>What the person was asked and did, or none.</summary>
        public ChallengeKind Challenge { get; init; }

        public override string Explain() => $"{Person} recognised {F(Score)} (threshold {F(Threshold)}, next {F(Second.Score)}, live {F(Liveness)}, motion {F(Motion)}{(Challenge == ChallengeKind.None ? "" : $", asked {Challenge}")}).";
    }

    /// <summary>Nobody enrolled is near enough. <paramref name="Best"/> is for tuning, not for showing.</summary>
    public sealed record Unknown(Candidate Best, float Threshold, float Liveness, PackRef Pack, int Samples) : TrackOutcome
    {
        public override string Explain() => $"Unknown face: best {F(Best.Score)} is below the threshold {F(Threshold)} (live {F(Liveness)}).";
    }

    /// <summary>Two persons are too near to each other; ask for card or PIN.</summary>
    public sealed record Ambiguous(Candidate Best, Candidate Second, float Threshold, float Liveness, PackRef Pack) : TrackOutcome
    {
        public override string Explain() => $"{Best.Person} ({F(Best.Score)}) and {Second.Person} ({F(Second.Score)}) are too close to tell apart.";
    }

    /// <summary>A picture, mask or screen was shown. <paramref name="Resembles"/> is the person it would have matched, if any.</summary>
    public sealed record Spoof(float Liveness, float Threshold, Candidate Resembles) : TrackOutcome
    {
        public SpoofCue Cue { get; init; }

        /// <summary>Displacement that no plane explains, pixels of the aligned face.</summary>
        public float Motion { get; init; }

        /// <summary>What was asked and not done, where that is the cue.</summary>
        public ChallengeKind Asked { get; init; }

        public override string Explain() => Cue switch
        {
            SpoofCue.Flat => $"Not a live face: it moved only as a flat picture moves ({F(Motion)} px).",
            SpoofCue.Frozen => "Not a live face: its picture does not change at all, as when a stream is stopped or injected.",
            SpoofCue.Challenge => Asked == ChallengeKind.CloseEyes
                ? "Not a live face: the eyes were not closed for a second as asked."
                : "Not a live face: the head was not turned as asked.",
            _ => $"Not a live face: {F(Liveness)} is below {F(Threshold)}.",
        };
    }

    /// <summary>The face went away and no frame of it was good enough; <paramref name="Worst"/> is the commonest reason.</summary>
    public sealed record Quality(QualityReason Worst, string Detail) : TrackOutcome
    {
        public override string Explain() => $"No usable frame. {Detail}";
    }

    /// <summary>The face went away with some good frames, but too few to decide.</summary>
    public sealed record Left(int Samples, int Wanted) : TrackOutcome
    {
        public override string Explain() => $"Left too soon: {Samples} good frames of {Wanted}.";
    }

    /// <summary>Another face took this one's place in the picture; nothing is decided and both start anew.</summary>
    public sealed record IdentityChanged(float Similarity) : TrackOutcome
    {
        public override string Explain() => $"Another face took this one's place (similarity {F(Similarity)}).";
    }
}
