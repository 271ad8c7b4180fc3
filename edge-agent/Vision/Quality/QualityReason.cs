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
}
