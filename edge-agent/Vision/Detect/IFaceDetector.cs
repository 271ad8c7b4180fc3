using Devices.Edge.Vision.Frames;

namespace Devices.Edge.Vision.Detect;

/// <summary>Finds faces. For one thread at a time.</summary>
public interface IFaceDetector : IDisposable
{
    /// <summary>Fills <paramref name="faces"/> by falling score and returns how many there are (at most its length).</summary>
    int Detect(RgbFrame frame, Span<DetectedFace> faces);
}
