using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Quality;
using Devices.Edge.Vision.Tests.Support;

namespace Devices.Edge.Vision.Tests.Quality;

/// <summary>Each quality gate on a real picture spoilt by a stated amount, and next to it the amount that still passes.</summary>
public sealed class GateTests : IDisposable
{
    private readonly FaceAnalyzer _analyzer = Installed.Pack.CreateAnalyzer();
    private readonly RgbFrame _good = Installed.Load(Installed.Clm("franck_02159.jpg"));

    public void Dispose()
    {
        _good.Dispose();
        _analyzer.Dispose();
    }

    private FaceQuality Of(RgbFrame frame)
    {
        using (frame)
        {
            return Installed.Faces(_analyzer, frame).MaxBy(f => f.Box.Area).Quality;
        }
    }

    [Theory]
    [InlineData(1, QualityReason.Good)]
    [InlineData(2, QualityReason.Good)]
    [InlineData(9, QualityReason.Blurred)]
    [InlineData(12, QualityReason.Blurred)]
    public void A_gaussian_blur_of_sigma_pixels(float sigma, QualityReason reason)
    {
        var quality = Of(Degrade.Blur(_good, sigma));
        quality.Reason.ShouldBe(reason, QualityHints.Explain(quality));
    }

    [Theory]
    [InlineData(0.6f, QualityReason.Good)]
    [InlineData(0.2f, QualityReason.TooDark)]
    [InlineData(0.15f, QualityReason.TooDark)]
    public void Light_times_a_gain(float gain, QualityReason reason)
    {
        var quality = Of(Degrade.Light(_good, gain));
        quality.Reason.ShouldBe(reason, QualityHints.Explain(quality));
    }

    [Theory]
    [InlineData(30, QualityReason.Good)]
    [InlineData(150, QualityReason.TooBright)]
    public void A_veil_of_light_of_so_many_grey_levels(float offset, QualityReason reason)
    {
        // The detector may no longer find so pale a face, so the gate is asked with the points of before.
        var face = Installed.Faces(_analyzer, _good).ShouldHaveSingleItem();
        using var pale = Degrade.Light(_good, 1, offset);
        var quality = new QualityAssessor().Assess(pale, face.Box, 1, face.Points, face.Alignment, QualityLimits.Recognition);
        quality.Reason.ShouldBe(reason, QualityHints.Explain(quality));
    }

    [Theory]
    [InlineData(15, QualityReason.Good)]
    [InlineData(60, QualityReason.Tilted)]
    [InlineData(-60, QualityReason.Tilted)]
    public void A_head_tilted_by_so_many_degrees(float degrees, QualityReason reason)
    {
        var face = Installed.Faces(_analyzer, _good).ShouldHaveSingleItem();
        using var tilted = Degrade.Turn(_good, degrees);
        var points = Turned(face.Points, degrees);
        var quality = new QualityAssessor().Assess(tilted, face.Box, 1, points, Align.FaceAlignment.Of(points), QualityLimits.Recognition);
        quality.Reason.ShouldBe(reason, QualityHints.Explain(quality));
        quality.Roll.ShouldBe(face.Quality.Roll + degrees, 1f);
    }

    [Theory]
    [InlineData(0.5f, QualityReason.Good)]
    [InlineData(0.18f, QualityReason.TooSmall)]
    public void A_picture_shrunk_to_a_share(float share, QualityReason reason)
    {
        var quality = Of(Degrade.Turn(_good, 0, share));
        quality.Reason.ShouldBe(reason, QualityHints.Explain(quality));
    }

    [Theory]
    [InlineData(14, 66, 98, 118, 225, 235, 240)] // a mask, white
    [InlineData(14, 66, 98, 118, 90, 140, 200)] // a mask, blue
    [InlineData(14, 66, 98, 118, 30, 30, 34)] // a mask, black
    [InlineData(34, 78, 78, 108, 200, 150, 120)] // a hand before the mouth
    [InlineData(16, 40, 96, 64, 20, 20, 26)] // dark glasses
    [InlineData(16, 40, 56, 64, 20, 20, 26)] // one eye
    public void A_covered_part_of_the_face_is_covered(int left, int top, int right, int bottom, int red, int green, int blue)
    {
        // Whoever wears a mask is seldom found as before, so the gate is asked with the points of before.
        var face = Installed.Faces(_analyzer, _good).ShouldHaveSingleItem();
        using var covered = Degrade.Cover(_good, face.Alignment!.Value.ToFace, left, top, right, bottom, (byte)red, (byte)green, (byte)blue);
        var quality = new QualityAssessor().Assess(covered, face.Box, 1, face.Points, face.Alignment, QualityLimits.Recognition);
        quality.Reason.ShouldBe(QualityReason.Covered, QualityHints.Explain(quality));
        QualityHints.KeyOf(quality.Reason).ShouldBe("face.uncover");
    }

    [Fact]
    public void The_mouth_s_and_eyes_texture_of_an_uncovered_face_is_well_above_the_limits()
    {
        var quality = Installed.Faces(_analyzer, _good).ShouldHaveSingleItem().Quality;
        quality.EyeTexture.ShouldBeGreaterThan(2 * QualityLimits.Recognition.MinimumEyeTexture);
        quality.MouthTexture.ShouldBeGreaterThan(2 * QualityLimits.Recognition.MinimumMouthTexture);
    }

    [Fact]
    public void Every_reason_but_good_has_a_hint_and_a_sentence_of_its_own()
    {
        var reasons = Enum.GetValues<QualityReason>().Where(r => r != QualityReason.Good).ToArray();
        reasons.ShouldAllBe(r => QualityHints.KeyOf(r) != null);
        reasons.Select(r => QualityHints.Explain(new FaceQuality { Reason = r })).Distinct().Count().ShouldBe(reasons.Length);
    }

    private FivePoints Turned(FivePoints p, float degrees)
    {
        var middle = new System.Numerics.Vector2(_good.Width / 2f, _good.Height / 2f);
        var map = System.Numerics.Matrix3x2.CreateRotation(degrees * MathF.PI / 180, middle);
        System.Numerics.Vector2 T(System.Numerics.Vector2 v) => System.Numerics.Vector2.Transform(v, map);
        return new FivePoints(T(p.LeftEye), T(p.RightEye), T(p.Nose), T(p.LeftMouth), T(p.RightMouth));
    }
}
