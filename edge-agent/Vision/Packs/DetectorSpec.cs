namespace Devices.Edge.Vision.Packs;

/// <summary>The face detector of a pack.</summary>
public sealed record DetectorSpec
{
    /// <summary><c>rfb-320</c> (Ultra-Light RFB: outputs scores and decoded boxes) or <c>yunet</c>.</summary>
    public required string Kind { get; init; }

    public required string File { get; init; }

    public required ModelInput Input { get; init; }

    /// <summary>Faces below this score are not reported, 0..1.</summary>
    public required float MinimumScore { get; init; }

    /// <summary>Of two boxes that overlap more than this (IoU), only the better stays.</summary>
    public required float NmsIou { get; init; }
}
