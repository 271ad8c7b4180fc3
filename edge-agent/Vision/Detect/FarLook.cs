namespace Devices.Edge.Vision.Detect;

/// <summary>
/// Where to look closer in a picture that is much larger than the detector's input, so that a face which is just large enough to be
/// recognised is also large enough to be found. One part a frame, in turns, or where a far face was last: the cost is one more
/// run of the detector, never more.
/// </summary>
internal sealed class FarLook
{
    /// <summary>Width in the detector's input at which nine of ten faces are found (tests/Benchmarks, <c>sizes</c>).</summary>
    internal const float Findable = 24;

    /// <summary>Width of a face by the pixels between its eyes, as the default detector draws its box.</summary>
    private const float FaceOfEyes = 2.3f;

    private readonly int _inputWidth;
    private readonly int _inputHeight;
    private readonly float _smallest;
    private int _turn;

    internal FarLook(int inputWidth, int inputHeight, float minimumEyeDistance) =>
        (_inputWidth, _inputHeight, _smallest) = (inputWidth, inputHeight, minimumEyeDistance * FaceOfEyes);

    /// <summary>Whether the whole picture is too coarse for the smallest face that may be recognised.</summary>
    internal bool Helps(int width, int height) => PartWidth < 0.8f * width || PartHeight < 0.8f * height;

    /// <summary>Whether a face of this width is hard to find in the whole picture.</summary>
    internal bool IsFar(in FaceBox face, int width) => face.Width * _inputWidth < Findable * 1.5f * width;

    private float PartWidth => _smallest / Findable * _inputWidth;

    private float PartHeight => _smallest / Findable * _inputHeight;

    /// <summary>Parts that cover a picture of this size.</summary>
    internal int Parts(int width, int height) => Count(width, PartWidth) * Count(height, PartHeight);

    /// <summary>The next part in turn that touches the area where faces may punch (<paramref name="region"/>).</summary>
    internal FaceBox Next(int width, int height, in FaceBox region)
    {
        var (across, down) = (Count(width, PartWidth), Count(height, PartHeight));
        var part = default(FaceBox);
        for (var tried = 0; tried < across * down; tried++)
        {
            var turn = _turn++ % (across * down);
            part = new FaceBox(
                Start(turn % across, across, width, PartWidth), Start(turn / across, down, height, PartHeight), MathF.Min(width, PartWidth), MathF.Min(height, PartHeight));
            if (part.X < region.Right && part.Right > region.X && part.Y < region.Bottom && part.Bottom > region.Y)
            {
                break;
            }
        }

        return part;
    }

    /// <summary>The part around a face, moved into the picture.</summary>
    internal FaceBox Around(in FaceBox face, int width, int height)
    {
        float w = MathF.Min(width, PartWidth), h = MathF.Min(height, PartHeight);
        return new FaceBox(Math.Clamp(face.CentreX - (w / 2), 0, width - w), Math.Clamp(face.CentreY - (h / 2), 0, height - h), w, h);
    }

    // Neighbours overlap by more than the smallest face.
    private int Count(int side, float part) => part >= side ? 1 : (int)MathF.Ceiling((side - (1.5f * _smallest)) / (part - (1.5f * _smallest)));

    private static float Start(int index, int count, int side, float part) => count == 1 ? MathF.Max(0, (side - part) / 2) : index * (side - part) / (count - 1);
}
