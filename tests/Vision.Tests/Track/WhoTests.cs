using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Liveness;
using Devices.Edge.Vision.Quality;
using Devices.Edge.Vision.Tests.Support;
using Devices.Edge.Vision.Track;

namespace Devices.Edge.Vision.Tests.Track;

/// <summary>Who is punched when several people are about, on frames composed of real faces.</summary>
public sealed class WhoTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(120);
    private static readonly Dictionary<string, RgbFrame> Loaded = [];

    // Pictures drawn on a wall stand in for people here, so liveness is set aside.
    private static PipelineOptions Usual => new() { LivenessThreshold = 0, Motion = new MotionOptions { Enabled = false } };

    private static RgbFrame Wall(TimeSpan at, params (string File, float X, float Y, int Width)[] people)
    {
        var frame = Scene.Wall(960, 540, at);
        foreach (var (file, x, y, width) in people)
        {
            if (!Loaded.TryGetValue(file, out var picture))
            {
                Loaded[file] = picture = Installed.Load(Installed.Clm(file));
            }

            Scene.Draw(frame, picture, (int)x, (int)y, width);
        }

        return frame;
    }

    private static List<TrackView> Run(int frames, Func<int, TimeSpan, RgbFrame> make, PipelineOptions? options = null)
    {
        using var pipeline = new FacePipeline(Installed.Pack, People.Usual(), options ?? Usual);
        var decisions = new List<TrackView>();
        for (var i = 0; i < frames; i++)
        {
            using var frame = make(i, TimeSpan.FromSeconds(10) + (i * Step));
            decisions.AddRange(pipeline.Process(frame).Decisions);
        }

        decisions.AddRange(pipeline.Finish().Decisions);
        return decisions;
    }

    private static string[] Accepted(IEnumerable<TrackView> decisions) => [.. decisions.Select(d => d.Outcome).OfType<TrackOutcome.Accepted>().Select(a => a.Person).Order()];

    private static readonly (string File, float X, float Y, int Width) Franck = ("franck_02159.jpg", 60, 40, 560);

    [Fact]
    public void People_who_cross_with_one_hiding_the_other_are_named_rightly()
    {
        // The nearer one walks in front and hides the other for some frames; both go on their way. Whoever was hidden
        // for longer than a track waits is decided on anew, which the repeat window makes one punch.
        var decisions = Run(26, (i, at) => Wall(at, ("bieber_small.jpg", 700 - (i * 34), 60, 260), ("franck_02159.jpg", -180 + (i * 34), 90, 480)));
        Accepted(decisions).Distinct().ShouldBe(["bieber", "franck"]);
        decisions.Select(d => d.Id).Distinct().Count().ShouldBe(decisions.Count);
    }

    [Fact]
    public void Someone_hidden_for_half_a_second_keeps_the_track_and_is_one_decision()
    {
        var ids = new HashSet<long>();
        using var pipeline = new FacePipeline(Installed.Pack, People.Usual(), Usual);
        var decisions = new List<TrackView>();
        for (var i = 0; i < 14; i++)
        {
            using var frame = i is >= 5 and <= 8 ? Wall(TimeSpan.FromSeconds(10) + (i * Step)) : Wall(TimeSpan.FromSeconds(10) + (i * Step), Franck with { X = 60 + (i * 4) });
            var result = pipeline.Process(frame);
            decisions.AddRange(result.Decisions);
            ids.UnionWith(result.Tracks.Select(t => t.Id));
        }

        ids.Count.ShouldBe(1);
        Accepted(decisions).ShouldBe(["franck"]);
    }

    [Fact]
    public void Someone_who_comes_back_after_a_second_is_looked_at_anew()
    {
        // A new track and a new decision; that it is no second punch is the repeat window's business.
        var decisions = Run(22, (i, at) => i is >= 7 and <= 15 ? Wall(at) : Wall(at, Franck));
        decisions.Select(d => d.Id).Distinct().Count().ShouldBe(2);
        Accepted(decisions).ShouldBe(["franck", "franck"]);
    }

    [Fact]
    public void A_face_that_fades_into_another_is_never_accepted_as_both_and_never_in_one_track()
    {
        var decisions = Run(24, (i, at) =>
        {
            using var a = Wall(at, ("franck_02159.jpg", 200, 20, 500));
            using var b = Wall(at, ("bieber_small.jpg", 235, -70, 400));
            return Degrade.Fade(a, b, Math.Clamp((i - 1) / 16f, 0, 1), at);
        });
        var accepted = decisions.Where(d => d.Outcome is TrackOutcome.Accepted).ToList();
        accepted.Select(a => a.Id).Distinct().Count().ShouldBe(accepted.Count);
        Accepted(decisions).ShouldAllBe(p => p == "franck" || p == "bieber");
        Accepted(decisions).Distinct().Count().ShouldBe(accepted.Count);
    }

    [Fact]
    public void Faces_that_alternate_every_second_frame_pair_are_never_accepted()
    {
        Accepted(Run(16, (i, at) => Wall(at, i / 2 % 2 == 0 ? ("franck_02159.jpg", 200, 20, 500) : ("bieber_small.jpg", 235, -70, 400)))).ShouldBeEmpty();
    }

    [Fact]
    public void A_passer_by_behind_is_not_punched_while_somebody_stands_in_front()
    {
        (string, float, float, int) Behind(int i) => ("bieber_small.jpg", 560 + (i * 12), 60, 150);
        var decisions = Run(8, (i, at) => Wall(at, Franck, Behind(i)));
        Accepted(decisions).ShouldBe(["franck"]);
        decisions.Single(d => d.Outcome is TrackOutcome.Quality).Outcome.ShouldBeOfType<TrackOutcome.Quality>().Worst.ShouldBe(QualityReason.BehindAnother);

        // The same two where the site wants everybody in view.
        Accepted(Run(8, (i, at) => Wall(at, Franck, Behind(i)), Usual with { NearestShare = 0 })).ShouldBe(["bieber", "franck"]);

        // And the one behind alone: nobody keeps him waiting.
        Accepted(Run(8, (i, at) => Wall(at, Behind(i)))).ShouldBe(["bieber"]);
    }

    [Fact]
    public void Far_away_is_too_small_even_with_nobody_in_front()
    {
        var decisions = Run(8, (i, at) => Wall(at, ("bieber_small.jpg", 400 + (i * 8), 200, 60)));
        Accepted(decisions).ShouldBeEmpty();
        decisions.Select(d => d.Outcome).OfType<TrackOutcome.Quality>().ShouldAllBe(q => q.Worst == QualityReason.TooSmall);
    }

    [Fact]
    public void A_site_can_demand_more_pixels_between_the_eyes()
    {
        var strict = Usual with { Quality = QualityLimits.Recognition with { MinimumEyeDistance = 120 } };
        Run(5, (_, at) => Wall(at, Franck), strict).ShouldHaveSingleItem().Outcome.ShouldBeOfType<TrackOutcome.Quality>().Worst.ShouldBe(QualityReason.TooSmall);
    }

    [Fact]
    public void Outside_the_region_nobody_is_punched_and_keeps_nobody_waiting()
    {
        FaceRegion.TryParse("0.5,0,1,1", out var region, out _).ShouldBeTrue();
        var decisions = Run(8, (_, at) => Wall(at, Franck with { X = -120 }, ("bieber_small.jpg", 640, 60, 150)), Usual with { Region = region });
        Accepted(decisions).ShouldBe(["bieber"]);
        decisions.Single(d => d.Outcome is TrackOutcome.Quality).Outcome.ShouldBeOfType<TrackOutcome.Quality>().Worst.ShouldBe(QualityReason.OutsideRegion);
    }

    [Theory]
    [InlineData("0.2,0,0.8,1", 0.5f, 0.5f, true)]
    [InlineData("0.2,0,0.8,1", 0.1f, 0.5f, false)]
    [InlineData("0,0 1,0 0,1", 0.2f, 0.2f, true)]
    [InlineData("0,0 1,0 0,1", 0.8f, 0.8f, false)]
    [InlineData("0.1,0.1 0.9,0.1 0.9,0.9 0.5,0.4 0.1,0.9", 0.5f, 0.8f, false)]
    public void A_region_holds_what_lies_inside_its_corners(string text, float x, float y, bool inside)
    {
        FaceRegion.TryParse(text, out var region, out var problem).ShouldBeTrue(problem);
        region!.Holds(new FaceBox((640 * x) - 40, (480 * y) - 50, 80, 100), 640, 480).ShouldBe(inside);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0.2,0,0.8")]
    [InlineData("0,0,1,2")]
    [InlineData("a,b,c,d")]
    [InlineData("0.5,0.5,0.55,0.55")]
    [InlineData("0,0,1,NaN")]
    public void A_region_that_makes_no_sense_is_refused_with_a_sentence(string text)
    {
        FaceRegion.TryParse(text, out var region, out var problem).ShouldBeFalse();
        region.ShouldBeNull();
        problem.ShouldEndWith(".");
    }
}
