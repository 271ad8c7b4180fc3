namespace Devices.Edge.Vision.Packs;

/// <summary>The recognition model of a pack.</summary>
public sealed record EmbedderSpec
{
    /// <summary><c>arcface-112</c>: five points brought to the usual 112×112 reference points by a similarity transform.</summary>
    public required string Kind { get; init; }

    public required string File { get; init; }

    public required ModelInput Input { get; init; }

    /// <summary>Length of the embedding.</summary>
    public required int Size { get; init; }
}
