using System.Numerics;

namespace Devices.Edge.Vision;

/// <summary>The five points of alignment in picture pixels; left and right as seen in the picture.</summary>
public readonly record struct FivePoints(Vector2 LeftEye, Vector2 RightEye, Vector2 Nose, Vector2 LeftMouth, Vector2 RightMouth)
{
    public float EyeDistance => Vector2.Distance(LeftEye, RightEye);

    public Vector2 EyeCentre => (LeftEye + RightEye) / 2;

    public Vector2 MouthCentre => (LeftMouth + RightMouth) / 2;
}
