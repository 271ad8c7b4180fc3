using Devices.Edge.Vision.Frames;

namespace Devices.Edge.Vision.Detect;

/// <summary>From which pixels a part of the picture is best taken for a detector's input.</summary>
internal static class DetectorSource
{
    /// <summary>
    /// The decoder's smaller picture, where there is one and the part has as many pixels in it as the detector takes; else the frame
    /// itself. The part comes back in the source's own pixels.
    /// </summary>
    internal static RgbFrame Of(RgbFrame frame, in FaceBox area, int width, int height, out FaceBox part)
    {
        part = area;
        if (frame.Deferred?.Preview is not { } preview)
        {
            return frame;
        }

        float x = (float)preview.Width / frame.Width, y = (float)preview.Height / frame.Height;
        if (area.Width * x < width || area.Height * y < height)
        {
            return frame;
        }

        part = new FaceBox(area.X * x, area.Y * y, area.Width * x, area.Height * y);
        return preview;
    }
}
