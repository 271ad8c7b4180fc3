using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace Devices.Edge.Vision.Track;

/// <summary>
/// The part of the picture where a face may punch: a polygon in shares of the picture's width and height, so that it
/// stays right when the camera's size changes. A face outside it is followed, but not recognised.
/// </summary>
public sealed record FaceRegion
{
    private readonly Vector2[] _corners;

    private FaceRegion(Vector2[] corners) => _corners = corners;

    /// <summary>The polygon's corners, shares of width and height.</summary>
    public IReadOnlyList<Vector2> Corners => _corners;

    /// <summary>
    /// Reads <c>left,top,right,bottom</c> (a rectangle) or three and more corners <c>x,y x,y x,y …</c>; all are shares
    /// from 0 to 1 of the picture, as in <c>0.2,0,0.8,1</c>.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out FaceRegion? region, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        region = null;
        problem = "it must be left,top,right,bottom or three and more corners x,y x,y x,y, each from 0 to 1, such as 0.2,0,0.8,1.";
        var values = new List<float>();
        foreach (var part in text.Split([',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (!float.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || value is not (>= 0 and <= 1))
            {
                return false;
            }

            values.Add(value);
        }

        Vector2[] corners = values is [var left, var top, var right, var bottom]
            ? [new(left, top), new(right, top), new(right, bottom), new(left, bottom)]
            : values.Count >= 6 && values.Count % 2 == 0 ? [.. Enumerable.Range(0, values.Count / 2).Select(i => new Vector2(values[2 * i], values[(2 * i) + 1]))] : [];
        if (corners.Length == 0)
        {
            return false;
        }

        if (Area(corners) < 0.01f)
        {
            problem = "it holds less than a hundredth of the picture, where no face could punch; make it larger.";
            return false;
        }

        (region, problem) = (new FaceRegion(corners), null);
        return true;
    }

    /// <summary>Whether the middle of a face lies inside (even–odd rule).</summary>
    public bool Holds(in FaceBox face, int width, int height)
    {
        float x = face.CentreX / width, y = face.CentreY / height;
        var inside = false;
        for (int i = 0, j = _corners.Length - 1; i < _corners.Length; j = i++)
        {
            var (a, b) = (_corners[i], _corners[j]);
            if ((a.Y > y) != (b.Y > y) && x < ((b.X - a.X) * (y - a.Y) / (b.Y - a.Y)) + a.X)
            {
                inside = !inside;
            }
        }

        return inside;
    }

    /// <summary>The upright rectangle around it, in pixels of a picture of this size.</summary>
    internal FaceBox Bounds(int width, int height)
    {
        float left = 1, top = 1, right = 0, bottom = 0;
        foreach (var corner in _corners)
        {
            (left, top, right, bottom) = (MathF.Min(left, corner.X), MathF.Min(top, corner.Y), MathF.Max(right, corner.X), MathF.Max(bottom, corner.Y));
        }

        return new FaceBox(left * width, top * height, (right - left) * width, (bottom - top) * height);
    }

    private static float Area(Vector2[] corners)
    {
        var twice = 0f;
        for (int i = 0, j = corners.Length - 1; i < corners.Length; j = i++)
        {
            twice += (corners[j].X * corners[i].Y) - (corners[i].X * corners[j].Y);
        }

        return MathF.Abs(twice) / 2;
    }
}
