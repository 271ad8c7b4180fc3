using Devices.Edge.Vision.Liveness;
using Devices.Edge.Vision.Quality;

namespace Devices.Edge.Vision.Track;

/// <summary>One shared instance a reason, since a pending track reports one every frame.</summary>
internal static class PendingOutcomes
{
    private static readonly TrackOutcome.Pending[] All = [.. Enum.GetValues<QualityReason>().Select(r => new TrackOutcome.Pending(r))];

    private static readonly TrackOutcome.Pending[] Asked =
        [.. Enum.GetValues<ChallengeKind>().Select(k => new TrackOutcome.Pending(QualityReason.Good, k))];

    internal static TrackOutcome.Pending StepBack { get; } = new(QualityReason.Good) { StepBack = true };

    internal static TrackOutcome.Pending Of(QualityReason reason) => All[(int)reason];

    internal static TrackOutcome.Pending Of(ChallengeKind asked) => Asked[(int)asked];
}
