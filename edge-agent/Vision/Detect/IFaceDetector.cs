using Devices.Edge.Vision.Frames;

namespace Devices.Edge.Vision.Detect;

/// <summary>Finds faces. For one thread at a time.</summary>
public interface IFaceDetector : IDisposable
{
    /// <summary>Fills <paramref name="faces"/> by falling score and returns how many there are (at most its length).</summary>
    int Detect(RgbFrame frame, Span<DetectedFace> faces) => Detect(frame, new FaceBox(0, 0, frame.Width, frame.Height), faces);

    /// <summary>The same in a part of the picture, which is stretched or fitted to the model's input; boxes are the picture's.</summary>
    int Detect(RgbFrame frame, in FaceBox area, Span<DetectedFace> faces);
}
