using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;

namespace Devices.Edge.Vision.Tests;

public sealed class DecisionTests
{
    private static readonly PackCalibration Calibration = new()
    {
        Data = "made up",
        ImpostorComparisons = 1_000_000,
        GenuineComparisons = 1000,
        Points = [new(1e-2, 0.25f, 1_000_000, 10_000, 0), new(1e-4, 0.45f, 1_000_000, 100, 0), new(1e-5, 0.55f, 1_000_000, 10, 0)],
    };

    private static OpenSetDecider Decider(float margin = 0.05f) => new(Calibration, new DecisionPolicy { Margin = margin, Fpir = 0.01, MaximumFmr = 1e-2 });

    private static GalleryMatch Match(float best, float second, int templates = 1) =>
        new(new Candidate("ann", best), second < -1 ? Candidate.None : new Candidate("bob", second), templates);

    [Theory]
    [InlineData(0.003, 1, 0.003)]
    [InlineData(0.003, 1000, 3.0045e-6)]
    [InlineData(0.003, 10_000, 3.0045e-7)]
    [InlineData(0.5, 2, 0.292893)]
    public void The_fmr_for_a_gallery_keeps_the_wanted_fpir(double fpir, int templates, double fmr)
    {
        OpenSetDecider.FmrFor(fpir, templates).ShouldBe(fmr, fmr * 1e-4);
    }

    [Fact]
    public void Thresholds_are_interpolated_in_the_logarithm_of_the_fmr()
    {
        Calibration.ThresholdFor(1e-2).Threshold.ShouldBe(0.25f, 1e-6f);
        Calibration.ThresholdFor(1e-3).Threshold.ShouldBe(0.35f, 1e-5f);
        Calibration.ThresholdFor(1e-5).ShouldBe(new CalibratedThreshold(0.55f, 1e-5, ThresholdBasis.Measured));
    }

    [Fact]
    public void Beyond_the_measured_points_the_threshold_goes_on_and_says_so()
    {
        var beyond = Calibration.ThresholdFor(1e-6);
        beyond.Extrapolated.ShouldBeTrue();
        beyond.Threshold.ShouldBe(0.65f, 1e-5f);
        Calibration.ThresholdFor(1e-12).Threshold.ShouldBe(0.95f);
        Calibration.ThresholdFor(0.5).ShouldBe(new CalibratedThreshold(0.25f, 1e-2, ThresholdBasis.Measured));
    }

    [Fact]
    public void Face_recognition_261_the_threshold_rises_with_the_gallery()
    {
        var decider = Decider();
        decider.ThresholdFor(1).Threshold.ShouldBe(0.25f, 1e-4f);
        decider.ThresholdFor(100).Threshold.ShouldBeGreaterThan(0.44f);
        decider.ThresholdFor(10_000).Threshold.ShouldBeGreaterThan(decider.ThresholdFor(100).Threshold);
    }

    [Fact]
    public void A_small_gallery_is_never_looser_than_the_policy()
    {
        new OpenSetDecider(Calibration, new DecisionPolicy()).ThresholdFor(1).Threshold.ShouldBe(0.45f, 1e-5f);
    }

    [Fact]
    public void Exactly_the_threshold_is_accepted_and_just_below_is_unknown()
    {
        var threshold = Decider().ThresholdFor(1).Threshold;
        Decider().Decide(Match(threshold, -2)).Verdict.ShouldBe(OpenSetVerdict.Accept);
        Decider().Decide(Match(MathF.BitDecrement(threshold), -2)).Verdict.ShouldBe(OpenSetVerdict.Unknown);
    }

    [Fact]
    public void A_second_person_inside_the_margin_is_ambiguous_whether_or_not_above_the_threshold()
    {
        Decider().Decide(Match(0.70f, 0.66f)).Verdict.ShouldBe(OpenSetVerdict.Ambiguous);
        Decider().Decide(Match(0.26f, 0.24f)).Verdict.ShouldBe(OpenSetVerdict.Ambiguous);
        Decider().Decide(Match(0.70f, 0.60f)).Verdict.ShouldBe(OpenSetVerdict.Accept);
        Decider(0).Decide(Match(0.70f, 0.70f)).Verdict.ShouldBe(OpenSetVerdict.Accept);
    }

    [Fact]
    public void Nobody_and_not_a_number_are_unknown()
    {
        Decider().Decide(new GalleryMatch(Candidate.None, Candidate.None, 0)).Verdict.ShouldBe(OpenSetVerdict.Unknown);
        Decider().Decide(Match(float.NaN, -2)).Verdict.ShouldBe(OpenSetVerdict.Unknown);
    }

    [Fact]
    public void A_policy_that_makes_no_sense_is_refused_at_start()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new OpenSetDecider(Calibration, new DecisionPolicy { Fpir = 0 }));
        Should.Throw<ArgumentOutOfRangeException>(() => new OpenSetDecider(Calibration, new DecisionPolicy { Margin = -1 }));
        Should.Throw<ArgumentOutOfRangeException>(() => new PipelineOptions { AcceptAfter = 9 }.Validate());
    }

    [Fact]
    public void Asking_for_the_threshold_from_another_thread_never_gives_a_decision_another_size_s_threshold()
    {
        var decider = Decider();
        var own = Enumerable.Range(1, 8).ToDictionary(n => n, n => Decider().ThresholdFor(n).Threshold);
        Parallel.For(0, 200_000, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            var size = (i % 8) + 1;
            decider.Decide(Match(0.9f, 0.1f, size)).Threshold.ShouldBe(own[size]);
        });
    }
}
