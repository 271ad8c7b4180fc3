using System.Numerics;
using System.Numerics.Tensors;
using Devices.Edge.Vision.Align;
using Devices.Edge.Vision.Detect;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Tests.Support;

namespace Devices.Edge.Vision.Tests;

/// <summary>Detection, alignment, embedding and liveness on real pictures with known answers.</summary>
public sealed class StageTests : IDisposable
{
    private readonly FaceAnalyzer _analyzer = Installed.Pack.CreateAnalyzer();

    public void Dispose() => _analyzer.Dispose();

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 3)]
    [InlineData(3, 3)]
    [InlineData(4, 4)]
    [InlineData(5, 5)]
    [InlineData(6, 4)]
    public void Every_person_of_a_group_picture_is_found_once(int picture, int people)
    {
        using var frame = Installed.Load(Installed.Group(picture));
        Installed.Faces(_analyzer, frame).Length.ShouldBe(people);
    }

    [Fact]
    public void An_empty_wall_has_no_face()
    {
        using var frame = Scene.Wall(640, 480, default);
        Installed.Faces(_analyzer, frame).ShouldBeEmpty();
    }

    [Fact]
    public void A_detected_box_lies_where_the_face_was_drawn()
    {
        using var face = Installed.Load(Installed.Clm("obama4_crop.jpg"));
        using var frame = Scene.Wall(640, 480, default);
        Scene.Draw(frame, face, 300, 120, 200);
        var box = Installed.Faces(_analyzer, frame).ShouldHaveSingleItem().Box;
        box.CentreX.ShouldBe(400, 25);
        box.CentreY.ShouldBe(210, 35);
    }

    [Fact]
    public void Overlapping_candidates_leave_only_the_best()
    {
        DetectedFace[] candidates = [new(new(0, 0, 10, 10), 0.8f), new(new(1, 0, 10, 10), 0.9f), new(new(30, 0, 10, 10), 0.7f)];
        var kept = new DetectedFace[4];
        NonMaximumSuppression.Select(candidates, 0.3f, kept).ShouldBe(2);
        kept[0].Score.ShouldBe(0.9f);
        kept[1].Box.X.ShouldBe(30);
    }

    [Fact]
    public void Alignment_recovers_a_known_turn_scale_and_shift_exactly()
    {
        var turn = Matrix3x2.CreateRotation(0.4f) * Matrix3x2.CreateScale(2.5f) * Matrix3x2.CreateTranslation(100, 60);
        Vector2 At(float x, float y) => Vector2.Transform(new Vector2(x, y), turn);
        var aligned = FaceAlignment.Of(new FivePoints(At(38.2946f, 51.6963f), At(73.5318f, 51.5014f), At(56.0252f, 71.7366f), At(41.5493f, 92.3655f), At(70.7299f, 92.2041f)))!.Value;
        aligned.Residual.ShouldBeLessThan(1e-3f);
        Vector2.Distance(Vector2.Transform(new Vector2(10, 20), aligned.ToPicture), At(10, 20)).ShouldBeLessThan(1e-2f);
    }

    [Fact]
    public void Points_that_coincide_have_no_alignment()
    {
        FaceAlignment.Of(new FivePoints(Vector2.One, Vector2.One, Vector2.One, Vector2.One, Vector2.One)).ShouldBeNull();
    }

    [Fact]
    public void Frontal_faces_align_within_a_few_pixels()
    {
        foreach (var name in (string[])["obama4_crop.jpg", "Justin-Bieber2_crop.jpg", "audrey.jpg", "franck_02159.jpg", "walter2_crop.jpg"])
        {
            using var frame = Installed.Load(Installed.Clm(name));
            Installed.Faces(_analyzer, frame).ShouldHaveSingleItem().Alignment!.Value.Residual.ShouldBeLessThan(3.5f, name);
        }
    }

    [Fact]
    public void An_embedding_has_unit_length_and_the_packs_size()
    {
        var vector = Installed.Embed(_analyzer, Installed.Clm("obama4_crop.jpg"));
        vector.Length.ShouldBe(512);
        TensorPrimitives.Norm<float>(vector).ShouldBe(1, 1e-4f);
    }

    [Theory]
    [InlineData("Justin-Bieber2_crop.jpg", "bieber_small.jpg")]
    [InlineData("cage.jpg", "cage2_crop.jpg")]
    [InlineData("SeanConnery.jpg", "sean_guru2_crop.jpg")]
    [InlineData("audrey.jpg", "audrey_crop.jpg")]
    [InlineData("clmtrackr01.jpg", "franck_02888.jpg")]
    public void Two_pictures_of_one_person_match_at_the_1e_4_threshold(string a, string b)
    {
        var score = TensorPrimitives.Dot<float>(Installed.Embed(_analyzer, Installed.Clm(a)), Installed.Embed(_analyzer, Installed.Clm(b)));
        score.ShouldBeGreaterThan(Installed.Pack.Calibration.ThresholdFor(1e-4).Threshold);
    }

    [Fact]
    public void No_two_of_eleven_different_people_match()
    {
        string[] names = ["obama4_crop.jpg", "Justin-Bieber2_crop.jpg", "audrey.jpg", "cage.jpg", "kim1_crop.jpg", "queen20_crop.jpg", "walter2_crop.jpg", "SeanConnery.jpg", "bill-murray-snl_crop.jpg", "chuck_crop.jpg", "clmtrackr02.jpg"];
        var vectors = names.Select(n => Installed.Embed(_analyzer, Installed.Clm(n))).ToArray();
        var threshold = Installed.Pack.Calibration.ThresholdFor(1e-4).Threshold;
        for (var i = 0; i < vectors.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                TensorPrimitives.Dot<float>(vectors[i], vectors[j]).ShouldBeLessThan(threshold, $"{names[i]} and {names[j]}");
            }
        }
    }

    [Fact]
    public void Frames_of_a_live_man_score_live_and_drawn_or_masked_faces_score_lower_than_the_packs_threshold()
    {
        var threshold = Installed.Pack.Manifest.Liveness.Threshold;
        foreach (var name in (string[])["franck_01829.jpg", "franck_02159.jpg", "franck_02888.jpg", "franck_03979.jpg", "franck_04117.jpg"])
        {
            Live(name).ShouldBeGreaterThan(threshold, name);
        }

        foreach (var name in (string[])["skullmask.jpg", "vendetta.jpg", "picasso_drawing_crop.jpg"])
        {
            Live(name).ShouldBeLessThan(threshold, name);
        }
    }

    [Fact]
    public void A_face_as_large_as_the_picture_can_be_scored_for_liveness()
    {
        using var frame = Installed.Load(Installed.Clm("average2_crop.jpg"));
        _analyzer.Liveness(frame, new FaceBox(-10, -20, 400, 500)).ShouldBeInRange(0, 1);
        _analyzer.Liveness(frame, new FaceBox(0, 0, frame.Width, frame.Height)).ShouldBeInRange(0, 1);
    }

    private float Live(string name)
    {
        using var frame = Installed.Load(Installed.Clm(name));
        return _analyzer.Liveness(frame, Installed.Faces(_analyzer, frame).MaxBy(f => f.Box.Area).Box);
    }
}
