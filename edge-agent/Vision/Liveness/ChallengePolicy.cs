namespace Devices.Edge.Vision.Liveness;

/// <summary>When a person is asked to turn the head.</summary>
public enum ChallengePolicy
{
    /// <summary>Never: a face that is still in doubt after the wait is refused.</summary>
    Off,

    /// <summary>When the face has not moved as only a solid face can.</summary>
    Doubt,

    /// <summary>Before every acceptance.</summary>
    Always,
}
