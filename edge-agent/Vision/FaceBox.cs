namespace Devices.Edge.Vision;

/// <summary>A rectangle in picture pixels; may reach outside the picture.</summary>
public readonly record struct FaceBox(float X, float Y, float Width, float Height)
{
    public float Right => X + Width;

    public float Bottom => Y + Height;

    public float CentreX => X + (Width / 2);

    public float CentreY => Y + (Height / 2);

    public float Area => Width * Height;

    /// <summary>Intersection over union, 0..1.</summary>
    public static float Iou(in FaceBox a, in FaceBox b)
    {
        var width = MathF.Min(a.Right, b.Right) - MathF.Max(a.X, b.X);
        var height = MathF.Min(a.Bottom, b.Bottom) - MathF.Max(a.Y, b.Y);
        if (width <= 0 || height <= 0)
        {
            return 0;
        }

        var common = width * height;
        return common / (a.Area + b.Area - common);
    }

    /// <summary>The same centre, sides times <paramref name="factor"/>.</summary>
    public FaceBox Scale(float factor) =>
        new(CentreX - (Width * factor / 2), CentreY - (Height * factor / 2), Width * factor, Height * factor);
}
