namespace Devices.Edge.Vision.Liveness;

/// <summary>When a person is asked to do something that a picture or a film does not do when asked.</summary>
public enum ChallengePolicy
{
    /// <summary>Never: a face that is still in doubt after the wait is refused.</summary>
    Off,

    /// <summary>When the face has not moved as only a solid face can, or the texture model is not sure.</summary>
    Doubt,

    /// <summary>Before every acceptance.</summary>
    Always,
}
