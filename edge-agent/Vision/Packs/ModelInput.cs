using Devices.Edge.Vision.Frames;

namespace Devices.Edge.Vision.Packs;

/// <summary>A model's picture input, 1 × planes × height × width floats; value = (pixel − mean) / deviation.</summary>
public sealed record ModelInput
{
    /// <summary>The ONNX input's name.</summary>
    public required string Name { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }

    public required ChannelOrder Channels { get; init; }

    /// <summary>One value for all planes or one for each, in the order of <see cref="Channels"/>.</summary>
    public required IReadOnlyList<float> Mean { get; init; }

    /// <summary>As <see cref="Mean"/>; never 0.</summary>
    public required IReadOnlyList<float> Deviation { get; init; }

    public Resample Resample { get; init; } = Resample.Bilinear;

    internal PixelNorm Norm() => new(Channels, Mean, Deviation);
}
