namespace Devices.Edge.Vision.Quality;

/// <summary>Why a face in a frame is not good enough to recognise; <see cref="Good"/> when it is.</summary>
public enum QualityReason
{
    Good,
    TooSmall,
    CutOff,
    NotAFace,
    Turned,
    TooDark,
    TooBright,
    LowContrast,
    Blurred,

    /// <summary>The head is tilted to a shoulder.</summary>
    Tilted,

    /// <summary>Eyes or mouth are covered: mask, dark glasses, hand.</summary>
    Covered,

    /// <summary>The face is outside the region where faces may punch.</summary>
    OutsideRegion,

    /// <summary>Somebody else stands much nearer: this one waits or walks past behind.</summary>
    BehindAnother,
}
