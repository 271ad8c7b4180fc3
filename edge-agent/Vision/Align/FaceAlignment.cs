using System.Numerics;

namespace Devices.Edge.Vision.Align;

/// <summary>
/// The least-squares similarity (rotation, uniform scale, translation; no reflection) from a face's five points to
/// the 112×112 reference points of ArcFace (Deng et al. 2019). In the plane Umeyama's estimate (IEEE TPAMI 13(4),
/// 1991) has a closed form: with centred points as complex numbers, a = Σ conj(p)·q / Σ |p|².
/// </summary>
public readonly record struct FaceAlignment(Matrix3x2 ToFace, Matrix3x2 ToPicture, float Residual)
{
    /// <summary>Side of the aligned face, pixels.</summary>
    public const int Side = 112;

    private static readonly Vector2[] Reference =
    [
        new(38.2946f, 51.6963f), new(73.5318f, 51.5014f), new(56.0252f, 71.7366f), new(41.5493f, 92.3655f), new(70.7299f, 92.2041f),
    ];

    /// <summary>
    /// <see cref="ToFace"/> maps picture pixels to the aligned face, <see cref="ToPicture"/> back;
    /// <see cref="Residual"/> is the root mean square distance of the mapped points from the reference, in aligned
    /// pixels. Null when the points coincide.
    /// </summary>
    public static FaceAlignment? Of(in FivePoints points)
    {
        ReadOnlySpan<Vector2> p = [points.LeftEye, points.RightEye, points.Nose, points.LeftMouth, points.RightMouth];
        Vector2 meanP = default, meanQ = default;
        for (var i = 0; i < 5; i++)
        {
            meanP += p[i] / 5;
            meanQ += Reference[i] / 5;
        }

        float real = 0, imaginary = 0, power = 0;
        for (var i = 0; i < 5; i++)
        {
            var a = p[i] - meanP;
            var b = Reference[i] - meanQ;
            real += (a.X * b.X) + (a.Y * b.Y);
            imaginary += (a.X * b.Y) - (a.Y * b.X);
            power += a.LengthSquared();
        }

        if (!(power > 1e-3f))
        {
            return null;
        }

        float c = real / power, s = imaginary / power;
        var toFace = new Matrix3x2(c, s, -s, c, meanQ.X - (c * meanP.X) + (s * meanP.Y), meanQ.Y - (s * meanP.X) - (c * meanP.Y));
        if (!Matrix3x2.Invert(toFace, out var toPicture))
        {
            return null;
        }

        var sum = 0f;
        for (var i = 0; i < 5; i++)
        {
            sum += Vector2.DistanceSquared(Vector2.Transform(p[i], toFace), Reference[i]);
        }

        return new FaceAlignment(toFace, toPicture, MathF.Sqrt(sum / 5));
    }
}
