namespace Devices.Edge.Vision.Frames;

/// <summary>What stands outside the picture when a crop leaves it.</summary>
public enum BorderFill
{
    /// <summary>The nearest edge pixel.</summary>
    Replicate,

    /// <summary>The picture mirrored about its edge pixel (OpenCV BORDER_REFLECT_101).</summary>
    Reflect,
}
