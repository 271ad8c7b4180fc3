namespace Devices.Edge.Vision.Packs;

/// <summary>How a pack finds the five points that alignment needs.</summary>
public sealed record LandmarkSpec
{
    /// <summary><c>points-68</c> (a model of its own) or <c>detector</c> (the detector gives five points itself).</summary>
    public required string Kind { get; init; }

    /// <summary>Set for <c>points-68</c>.</summary>
    public string? File { get; init; }

    /// <summary>Set for <c>points-68</c>.</summary>
    public ModelInput? Input { get; init; }

    /// <summary>The detection box is enlarged by this about its centre before the crop.</summary>
    public float CropScale { get; init; } = 1f;
}
