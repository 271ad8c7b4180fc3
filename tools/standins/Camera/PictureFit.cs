namespace Devices.Standins.Camera;

/// <summary>How a picture is fitted into its tile.</summary>
public enum PictureFit
{
    /// <summary>To the height, so that the face stays large; what is wider than the tile is cut at the sides.</summary>
    Height,

    /// <summary>The whole picture is seen, as for a group.</summary>
    Whole,

    /// <summary>
    /// The frame takes the shape of the pictures, side by side without a gap, as a sensor cropped to what stands before
    /// it would: nothing but the photographs is in view.
    /// </summary>
    Frame,
}
