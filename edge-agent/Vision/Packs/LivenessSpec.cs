namespace Devices.Edge.Vision.Packs;

/// <summary>The presentation-attack model of a pack; its score is the soft-max of the live class.</summary>
public sealed record LivenessSpec
{
    /// <summary><c>softmax</c>.</summary>
    public required string Kind { get; init; }

    public required string File { get; init; }

    public required ModelInput Input { get; init; }

    /// <summary>How much larger than the detection box the crop is.</summary>
    public required float CropScale { get; init; }

    /// <summary><c>box</c> keeps the box's sides; <c>square</c> takes its longer side for both.</summary>
    public required string CropShape { get; init; }

    /// <summary><c>shift</c> moves (and if need be shrinks) the crop into the picture; <c>reflect</c> mirrors the picture's edge.</summary>
    public required string Border { get; init; }

    public required int Classes { get; init; }

    /// <summary>Index of the live class.</summary>
    public required int LiveIndex { get; init; }

    /// <summary>A track whose mean live score is below this is a presentation attack.</summary>
    public required float Threshold { get; init; }

    /// <summary>From here on the model is sure: a live face with a lower mean score is asked to do something. Absent: as <see cref="Threshold"/>.</summary>
    public float? Sure { get; init; }
}
