using System.Numerics.Tensors;
using Devices.Edge.Vision.Evaluation;
using Devices.Edge.Vision.Packs;
using RestsOn = Devices.Edge.Vision.Evaluation.Support;

namespace Devices.Edge.Vision.Tests.Evaluation;

public sealed class EvaluationTests
{
    private static AccuracyResult Run(List<EvaluationPicture> pictures, AccuracyOptions? options = null) =>
        AccuracyEvaluation.Run(pictures, "made up", options ?? new AccuracyOptions(), cancellationToken: TestContext.Current.CancellationToken);

    [Fact]
    public void Rates_are_those_that_a_plain_count_gives()
    {
        var pictures = Population.Make(300, 3, 0.7f);
        var result = Run(pictures);
        result.Verification.ImpostorComparisons.ShouldBe((900L * 899 / 2) - (300 * 3));
        result.Verification.GenuineComparisons.ShouldBe(600);
        var row = result.Verification.Points.Single(p => p.Fmr == 1e-3);
        row.Support.ShouldBe(RestsOn.Counted);
        long over = 0;
        for (var i = 0; i < pictures.Count; i++)
        {
            for (var j = i + 1; j < pictures.Count; j++)
            {
                over += pictures[i].Person != pictures[j].Person && TensorPrimitives.Dot<float>(pictures[i].Embedding, pictures[j].Embedding) >= row.Threshold ? 1 : 0;
            }
        }

        ((double)row.FalseMatches).ShouldBe(over, 12, "bins of 1/8192");
        (row.FalseMatches / (double)result.Verification.ImpostorComparisons).ShouldBeLessThanOrEqualTo(1e-3);
        row.ThresholdInterval.Low.ShouldBeLessThan(row.Threshold);
        row.ThresholdInterval.High.ShouldBeGreaterThan(row.Threshold);
    }

    [Fact]
    public void The_same_seed_gives_the_same_result_and_the_fit_is_stated_where_counting_ends()
    {
        var first = Run(Population.Make(300, 3, 0.7f));
        var second = Run(Population.Make(300, 3, 0.7f));
        second.Verification.Points.ShouldBe(first.Verification.Points);
        second.OpenSet!.Points.ShouldBe(first.OpenSet!.Points);
        foreach (var point in first.Verification.Points)
        {
            var expected = point.Fmr * first.Verification.ImpostorComparisons;
            (point.Support == RestsOn.Counted).ShouldBe(expected >= 30, $"{point.Fmr}");
            if (expected < 1)
            {
                point.Support.ShouldBe(RestsOn.None, $"{point.Fmr} is rarer than one expected false match");
            }
        }

        var calibration = first.Calibration.ShouldNotBeNull();
        calibration.ThresholdFor(1e-3).Basis.ShouldBe(ThresholdBasis.Measured);
        calibration.ThresholdFor(1e-8).Basis.ShouldBe(ThresholdBasis.Extrapolated);
        if (calibration.Tail is { } tail)
        {
            tail.Points.ShouldAllBe(p => p.Basis == ThresholdBasis.Fitted);
            calibration.ThresholdFor(tail.Points[^1].Fmr).BasisInWords.ShouldContain("not counted");
        }
    }

    [Fact]
    public void Too_few_people_give_figures_but_no_calibration_and_say_why()
    {
        var result = Run(Population.Make(30, 3, 0.5f));
        result.Calibration.ShouldBeNull();
        result.NoCalibration.ShouldNotBeNull().ShouldContain("300,000");
        result.OpenSet.ShouldNotBeNull().Points.ShouldAllBe(p => p.Synthetic == 0 && p.IsWeak);
        result.Verification.Points.Single(p => p.Fmr == 1e-6).Support.ShouldBe(RestsOn.None);
    }

    [Fact]
    public void A_picture_without_a_face_is_listed_and_counts_as_a_missed_search()
    {
        var pictures = Population.Make(40, 2, 0.05f);
        foreach (var blank in pictures.Where(p => p.File.EndsWith("/1.jpg", StringComparison.Ordinal)).Take(10))
        {
            (blank.Embedding, blank.Outcome, blank.Faces, blank.Reason) = (null, PictureOutcome.NoFace, 0, "No face was found in it.");
        }

        pictures.Add(new EvaluationPicture("nobody", "/data/nobody/0.jpg") { Outcome = PictureOutcome.Unreadable, Reason = "It is empty." });
        var result = Run(pictures);
        result.NotUsed.Count.ShouldBe(11);
        result.NotUsed.ShouldAllBe(u => u.Reason.Length > 0);
        result.Unreadable.ShouldBe(1);
        result.FailedToAcquire.ShouldBe(10);
        result.FailedToEnrol.ShouldBe(1);
        result.DetectionRate.ShouldBe(70 / 80.0, 1e-9);
        result.OpenSet!.Points[0].Fnir.ShouldBe(0.25, 0.02, "10 of 40 probes show no face");
    }

    [Fact]
    public void One_photograph_under_two_names_is_told_and_left_out()
    {
        var pictures = Population.Make(100, 2, 0.5f);
        pictures.Add(new EvaluationPicture("twin", "/data/twin/0.jpg") { Outcome = PictureOutcome.Embedded, Faces = 1, Embedding = pictures[0].Embedding });
        var result = Run(pictures);
        result.Pairs.SamePhotographs.ShouldHaveSingleItem().PictureB.ShouldBe("twin/0.jpg");
        result.Verification.ImpostorComparisons.ShouldBe((201L * 200 / 2) - 100 - 1);
    }

    [Fact]
    public void Galleries_beyond_the_people_are_filled_with_labelled_templates()
    {
        var result = Run(Population.Make(250, 2, 0.5f), new AccuracyOptions { Galleries = [50, 600] });
        result.OpenSet!.Points.Select(p => (p.Persons, p.Synthetic > 0)).Distinct().ShouldBe([(50, false), (600, true)]);
        var small = result.OpenSet.Points.First(p => p.WantedFpir == 0.01);
        small.FalsePositives.ShouldBeLessThanOrEqualTo((int)(0.01 * small.NonMated));
        small.NonMated.ShouldBe(500, "everybody is a stranger once");
    }
}
