namespace Devices.Edge.Vision.Packs;

/// <summary>How a crop is brought to a model's input size.</summary>
public enum Resample
{
    /// <summary>Two taps an axis, as OpenCV INTER_LINEAR, which most published models were trained with.</summary>
    Bilinear,

    /// <summary>A triangle as wide as the reduction (no aliasing when a large frame is made small).</summary>
    Antialias,
}
