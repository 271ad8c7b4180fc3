namespace Devices.Edge.Vision.Liveness;

/// <summary>What a person is asked to do; left and right are the person's own.</summary>
public enum ChallengeKind
{
    None,
    TurnLeft,
    TurnRight,

    /// <summary>Close both eyes for a second, and open them again.</summary>
    CloseEyes,
}
