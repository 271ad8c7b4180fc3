namespace Devices.Edge.Vision.Liveness;

/// <summary>What spoke against a live face.</summary>
public enum SpoofCue
{
    /// <summary>The passive texture model.</summary>
    Texture,

    /// <summary>The face moved only as a flat picture moves, or not at all.</summary>
    Flat,

    /// <summary>The picture of the face did not change at all, not even by sensor noise: a stopped or injected stream.</summary>
    Frozen,

    /// <summary>What was asked was not done in time, or the opposite was done.</summary>
    Challenge,
}
