namespace Devices.Edge.Vision.Enrol;

public enum LiveStep
{
    NoFace,
    SeveralFaces,
    NotLive,

    /// <summary>The face is not good enough; the hint key says why.</summary>
    Quality,

    /// <summary>Good, but a view that was taken already.</summary>
    TurnALittle,

    /// <summary>Another person than in the views taken.</summary>
    SomebodyElse,

    /// <summary>A view was taken; more are wanted.</summary>
    Taken,

    Done,
}

/// <summary>What one frame of a live enrolment brought.</summary>
/// <param name="Key">Key of the hint for the screen, where there is one.</param>
/// <param name="Views">Views taken so far.</param>
public readonly record struct LiveHint(LiveStep Step, string? Key, int Views);
