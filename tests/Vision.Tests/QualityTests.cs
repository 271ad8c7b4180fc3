using Devices.Edge.Vision.Align;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Quality;
using Devices.Edge.Vision.Tests.Support;

namespace Devices.Edge.Vision.Tests;

public sealed class QualityTests : IDisposable
{
    private readonly FaceAnalyzer _analyzer = Installed.Pack.CreateAnalyzer();

    public void Dispose() => _analyzer.Dispose();

    private static RgbFrame Good() => Installed.Load(Installed.Clm("franck_02159.jpg"));

    private FaceQuality Of(RgbFrame frame) => Installed.Faces(_analyzer, frame).ShouldHaveSingleItem().Quality;

    [Fact]
    public void A_clear_frontal_face_is_good()
    {
        using var frame = Good();
        var quality = Of(frame);
        quality.IsGood.ShouldBeTrue(QualityHints.Explain(quality));
        quality.Score.ShouldBeGreaterThan(0.5f);
        QualityHints.KeyOf(quality.Reason).ShouldBeNull();
    }

    [Fact]
    public void Faceid_8_a_far_face_is_too_small_and_its_pixels_are_stated()
    {
        using var face = Good();
        using var frame = Scene.Wall(640, 480, default);
        Scene.Draw(frame, face, 250, 150, 130);
        var quality = Of(frame);
        quality.Reason.ShouldBe(QualityReason.TooSmall);
        quality.EyeDistance.ShouldBeInRange(14, 24);
        QualityHints.KeyOf(quality.Reason).ShouldBe("face.come-closer");
        QualityHints.Explain(quality).ShouldContain("px between the eyes");
    }

    [Fact]
    public void A_dim_face_is_too_dark()
    {
        using var frame = Good();
        foreach (ref var value in frame.Pixels)
        {
            value = (byte)(value / 6);
        }

        Of(frame).Reason.ShouldBe(QualityReason.TooDark);
    }

    [Fact]
    public void A_face_against_the_flash_is_too_bright()
    {
        using var frame = Good();
        var face = Installed.Faces(_analyzer, frame).ShouldHaveSingleItem();
        foreach (ref var value in frame.Pixels)
        {
            value = (byte)Math.Min(255, 225 + (value / 8));
        }

        // So washed out the detector no longer finds it, so the judge is asked with the points of before.
        new QualityAssessor().Assess(frame, face.Box, 1, face.Points, face.Alignment, QualityLimits.Recognition).Reason.ShouldBe(QualityReason.TooBright);
    }

    [Fact]
    public void A_face_out_of_focus_is_blurred()
    {
        using var frame = Good();
        using var small = RgbFrame.Rent(40, 32);
        Scene.Draw(small, frame, 0, 0, 40);
        using var soft = RgbFrame.Rent(720, 576);
        Scene.Draw(soft, small, 0, 0, 720);
        var quality = Of(soft);
        quality.Reason.ShouldBe(QualityReason.Blurred, $"sharpness {quality.Sharpness}");
    }

    [Fact]
    public void A_face_half_outside_the_picture_is_cut_off()
    {
        using var frame = Good();
        using var half = frame.Crop(400, 0, 320, 576);
        var faces = Installed.Faces(_analyzer, half);
        faces.ShouldHaveSingleItem().Quality.Reason.ShouldBe(QualityReason.CutOff);
    }

    [Fact]
    public void A_profile_is_turned_away()
    {
        using var frame = Installed.Load(Installed.Group(2));
        var profile = Installed.Faces(_analyzer, frame).MinBy(f => f.Box.X);
        profile.Quality.Reason.ShouldBe(QualityReason.Turned);
    }

    [Fact]
    public void Points_that_do_not_lie_as_in_a_face_are_not_a_face()
    {
        using var frame = Good();
        var box = new FaceBox(250, 150, 200, 240);
        var upsideDown = new FivePoints(new(300, 340), new(400, 340), new(350, 290), new(310, 220), new(390, 220));
        var quality = new QualityAssessor().Assess(frame, box, 1, upsideDown, FaceAlignment.Of(upsideDown), QualityLimits.Recognition);
        quality.Reason.ShouldBe(QualityReason.NotAFace);
        quality.Score.ShouldBe(0);
        new QualityAssessor().Assess(frame, box, 1, default, null, QualityLimits.Recognition).Reason.ShouldBe(QualityReason.NotAFace);
    }

    [Fact]
    public void Yaw_tells_which_way_a_face_is_turned()
    {
        var limits = QualityLimits.Recognition;
        using var frame = Good();
        FaceQuality Turned(float nose)
        {
            var p = new FivePoints(new(300, 250), new(400, 250), new(350 + nose, 305), new(310, 350), new(390, 350));
            return new QualityAssessor().Assess(frame, new FaceBox(250, 150, 200, 260), 1, p, FaceAlignment.Of(p), limits);
        }

        Turned(0).Yaw.ShouldBe(0, 1e-3f);
        Turned(-30).Yaw.ShouldBe(-0.3f, 1e-3f);
        Turned(50).Reason.ShouldBe(QualityReason.Turned);
        Turned(0).Pitch.ShouldBe(0.55f, 1e-3f);
    }
}
