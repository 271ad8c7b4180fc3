namespace Devices.Edge.Vision.Liveness;

/// <summary>Where a challenge stands.</summary>
internal enum ChallengeState
{
    None,
    Asked,
    Passed,
    Failed,
}
