using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Liveness;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Tests.Support;
using Devices.Edge.Vision.Track;

namespace Devices.Edge.Vision.Tests;

/// <summary>Whole frames to outcomes, on real pictures placed as a camera would see them.</summary>
public sealed class PipelineTests
{
    private static readonly string[] Franck = ["franck_02045.jpg", "franck_02159.jpg", "franck_02221.jpg", "franck_02888.jpg", "franck_03909.jpg", "franck_04035.jpg", "franck_01829.jpg"];
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(150);

    /// <summary>Decisions of a run of frames at the usual pace, and of what is still open at its end.</summary>
    private static List<TrackView> Run(FaceGallery gallery, IEnumerable<Func<TimeSpan, RgbFrame>> frames, PipelineOptions? options = null, Action<FrameResult>? each = null)
    {
        using var pipeline = new FacePipeline(Installed.Pack, gallery, options);
        var decisions = new List<TrackView>();
        var now = TimeSpan.FromSeconds(100);
        foreach (var make in frames)
        {
            using var frame = make(now);
            var result = pipeline.Process(frame);
            each?.Invoke(result);
            decisions.AddRange(result.Decisions);
            now += Step;
        }

        decisions.AddRange(pipeline.Finish().Decisions);
        return decisions;
    }

    private static Func<TimeSpan, RgbFrame> Still(string name) => at => Installed.Load(Installed.Clm(name), at);

    private static IEnumerable<Func<TimeSpan, RgbFrame>> Repeat(string name, int times) => Enumerable.Repeat(Still(name), times);

    /// <summary>A wall with pictures drawn on it: (file, x, y, width).</summary>
    private static Func<TimeSpan, RgbFrame> Placed(params (string File, int X, int Y, int Width)[] pictures) => at =>
    {
        var frame = Scene.Wall(960, 540, at);
        foreach (var (file, x, y, width) in pictures)
        {
            using var picture = Installed.Load(Installed.Clm(file));
            Scene.Draw(frame, picture, x, y, width);
        }

        return frame;
    };

    /// <summary>Two camera pictures side by side, each filling its half, so that no picture's edge shows near a face.</summary>
    private static Func<TimeSpan, RgbFrame> SideBySide(string left, string right) => at =>
    {
        using var a = Installed.Load(Installed.Clm(left));
        using var b = Installed.Load(Installed.Clm(right));
        var width = b.Width * a.Height / b.Height;
        var frame = RgbFrame.Rent(a.Width + width, a.Height, at);
        Scene.Draw(frame, a, 0, 0, a.Width);
        Scene.Draw(frame, b, a.Width, 0, width);
        return frame;
    };

    // Pictures drawn on a wall are no live people, so tests of who-is-who with them set liveness aside.
    private static PipelineOptions NoLiveness => new() { LivenessThreshold = 0, Motion = new MotionOptions { Enabled = false } };

    [Fact]
    public void One_man_before_the_camera_is_one_accepted_decision()
    {
        var decisions = Run(People.Usual(), Franck.Select(Still));
        var accepted = decisions.ShouldHaveSingleItem().Outcome.ShouldBeOfType<TrackOutcome.Accepted>();
        accepted.Person.ShouldBe("franck");
        accepted.Score.ShouldBeGreaterThan(accepted.Threshold);
        accepted.Liveness.ShouldBeGreaterThan(0.9f);
        accepted.Samples.ShouldBe(3);
        accepted.Pack.ShouldBe(Installed.Pack.Reference);
        accepted.Second.Person.ShouldNotBe("franck");
    }

    [Fact]
    public void Nobody_is_accepted_on_the_first_frame()
    {
        var frames = 0;
        Run(People.Usual(), Franck.Select(Still), each: result =>
        {
            if (++frames < 3)
            {
                result.Decisions.ShouldBeEmpty();
                result.Tracks.ShouldHaveSingleItem().Outcome.ShouldBeOfType<TrackOutcome.Pending>();
            }
        });
    }

    [Fact]
    public void A_stranger_is_unknown()
    {
        var decisions = Run(People.Gallery(("obama", Installed.Clm("obama4_crop.jpg")), ("cage", Installed.Clm("cage2_crop.jpg"))), Franck.Select(Still));
        var unknown = decisions.ShouldHaveSingleItem().Outcome.ShouldBeOfType<TrackOutcome.Unknown>();
        unknown.Best.Score.ShouldBeLessThan(unknown.Threshold);
        unknown.Explain().ShouldContain("below the threshold");
    }

    [Fact]
    public void With_nobody_enrolled_everybody_is_unknown()
    {
        Run(FaceGallery.For(Installed.Pack), Franck.Select(Still)).ShouldHaveSingleItem().Outcome.ShouldBeOfType<TrackOutcome.Unknown>().Best.Person.ShouldBeNull();
    }

    [Theory]
    [InlineData("skullmask.jpg")]
    [InlineData("vendetta.jpg")]
    [InlineData("picasso_drawing_crop.jpg")]
    [InlineData("joconde.jpg")]
    [InlineData("scream_crop.jpg")]
    [InlineData("ironman.jpg")]
    public void Masks_and_paintings_are_never_punched(string name)
    {
        Run(People.Usual(), Repeat(name, 8)).ShouldAllBe(d => !(d.Outcome is TrackOutcome.Accepted));
    }

    [Theory]
    [InlineData("skullmask.jpg")]
    [InlineData("vendetta.jpg")]
    public void A_mask_is_refused_as_not_live_with_its_score(string name)
    {
        var spoof = Run(People.Usual(), Repeat(name, 8)).ShouldHaveSingleItem().Outcome.ShouldBeOfType<TrackOutcome.Spoof>();
        spoof.Liveness.ShouldBeLessThan(spoof.Threshold);
        spoof.Explain().ShouldContain("Not a live face");
    }

    [Fact]
    public void An_enrolled_face_that_is_not_live_is_a_spoof_and_says_whom_it_resembles()
    {
        var decisions = Run(People.Usual(), Franck.Select(Still), new PipelineOptions { LivenessThreshold = 1.01f });
        decisions.ShouldHaveSingleItem().Outcome.ShouldBeOfType<TrackOutcome.Spoof>().Resembles.Person.ShouldBe("franck");
    }

    [Fact]
    public void Two_people_in_one_frame_are_each_recognised_once()
    {
        // One of them is a still picture, which the motion cue would rightly keep waiting.
        var decisions = Run(People.Usual(), Enumerable.Range(0, 7).Select(i => SideBySide(Franck[i % 3], "bieber_small.jpg")), new PipelineOptions { Motion = new MotionOptions { Enabled = false } });
        decisions.Select(d => ((TrackOutcome.Accepted)d.Outcome).Person).Order().ShouldBe(["bieber", "franck"]);
    }

    [Fact]
    public void Someone_known_from_one_group_picture_is_recognised_in_another_among_strangers()
    {
        using var first = Installed.Load(Installed.Group(3));
        using var known = first.Crop(960, 60, 470, 600);
        var gallery = FaceGallery.For(Installed.Pack);
        using (var enroller = new Enrol.Enroller(Installed.Pack, gallery))
        {
            var enrolled = enroller.Enrol("known", [known]);
            enrolled.IsEnrolled.ShouldBeTrue(enrolled.Fault?.Message);
            gallery.Replace("known", enrolled.Templates).ShouldBeNull();
        }

        var decisions = Run(gallery, Enumerable.Repeat<Func<TimeSpan, RgbFrame>>(at => Installed.Load(Installed.Group(1), at), 8), new PipelineOptions { Motion = new MotionOptions { Enabled = false } });
        decisions.Count.ShouldBe(3, string.Join("; ", decisions.Select(d => d.Outcome)));
        decisions.Count(d => d.Outcome is TrackOutcome.Accepted).ShouldBe(1, string.Join("; ", decisions.Select(d => d.Outcome)));
        decisions.Single(d => d.Outcome is TrackOutcome.Accepted).Box.CentreX.ShouldBeGreaterThan(1400);
        decisions.Count(d => d.Outcome is TrackOutcome.Unknown).ShouldBe(2);
    }

    [Theory]
    [InlineData("clmtrackr01.jpg", 300)]
    [InlineData("bieber_small.jpg", 250)]
    [InlineData("cage.jpg", 200)]
    public void Face_api_js_221_a_picture_of_an_enrolled_person_held_up_before_a_wall_is_a_spoof(string file, int width)
    {
        // The picture's edge shows within the liveness crop, as with a print or a phone held at arm's length.
        var decisions = Run(People.Usual(), Enumerable.Repeat(Placed((file, 320, 90, width)), 8));
        var spoof = decisions.ShouldHaveSingleItem().Outcome.ShouldBeOfType<TrackOutcome.Spoof>();
        spoof.Resembles.Person.ShouldNotBeNull();
    }

    [Fact]
    public void Two_people_who_cross_keep_their_names()
    {
        // They pass in opposite directions at different heights: boxes come close, but the faces stay visible.
        var frames = Enumerable.Range(0, 16).Select(i => Placed((Franck[1], -60 + (i * 36), 150, 300), ("bieber_small.jpg", 640 - (i * 36), 0, 190)));
        var boxes = new Dictionary<long, List<float>>();
        var decisions = Run(People.Usual(), frames, NoLiveness, result =>
        {
            foreach (var track in result.Tracks)
            {
                boxes.TryAdd(track.Id, []);
                boxes[track.Id].Add(track.Box.CentreX);
            }
        });
        decisions.Count(d => d.Outcome is TrackOutcome.Accepted { Person: "franck" }).ShouldBe(1);
        decisions.Count(d => d.Outcome is TrackOutcome.Accepted { Person: "bieber" }).ShouldBe(1);
        foreach (var decision in decisions)
        {
            // Each track moved one way only: nobody's track was taken over by the other.
            var path = boxes[decision.Id];
            var right = path[^1] > path[0];
            path.Zip(path.Skip(1)).ShouldAllBe(p => p.Second > p.First == right);
        }
    }

    [Fact]
    public void A_person_flip_inside_a_track_accepts_neither_and_starts_anew()
    {
        // Two frames of one enrolled person, then another enrolled person at the same place without a gap.
        var frames = new List<Func<TimeSpan, RgbFrame>>();
        frames.AddRange(Enumerable.Range(0, 2).Select(i => Placed((Franck[i], 200, 20, 500))));
        frames.AddRange(Enumerable.Repeat(Placed(("bieber_small.jpg", 235, -70, 400)), 6));
        var decisions = Run(People.Usual(), frames, NoLiveness);
        decisions.Count.ShouldBe(2);
        var flip = decisions[0].Outcome.ShouldBeOfType<TrackOutcome.IdentityChanged>();
        flip.Similarity.ShouldBeLessThan(0.3f);
        decisions[1].Id.ShouldNotBe(decisions[0].Id);
        var accepted = decisions[1].Outcome.ShouldBeOfType<TrackOutcome.Accepted>();
        accepted.Person.ShouldBe("bieber");
        accepted.Samples.ShouldBe(3);
    }

    [Fact]
    public void Faces_that_alternate_in_one_place_are_never_accepted()
    {
        var frames = Enumerable.Range(0, 12).Select(i => i % 2 == 0 ? Placed((Franck[1], 200, 20, 500)) : Placed(("bieber_small.jpg", 235, -70, 400)));
        Run(People.Usual(), frames, NoLiveness).ShouldAllBe(d => !(d.Outcome is TrackOutcome.Accepted));
    }

    [Fact]
    public void Someone_who_takes_an_accepted_persons_place_is_recognised_as_who_they_are()
    {
        var frames = new List<Func<TimeSpan, RgbFrame>>();
        frames.AddRange(Enumerable.Repeat(Placed((Franck[1], 200, 20, 500)), 5));
        frames.AddRange(Enumerable.Repeat(Placed(("bieber_small.jpg", 235, -70, 400)), 14));
        Run(People.Usual(), frames, NoLiveness).Select(d => d.Outcome).OfType<TrackOutcome.Accepted>().Select(a => a.Person).ShouldBe(["franck", "bieber"]);
    }

    [Fact]
    public void Someone_alike_who_takes_an_accepted_persons_place_is_recognised_by_name()
    {
        // However alike two people are for the track, as siblings may be: with the similarity check off only the gallery tells them apart.
        var frames = new List<Func<TimeSpan, RgbFrame>>();
        frames.AddRange(Enumerable.Repeat(Placed((Franck[1], 200, 20, 500)), 5));
        frames.AddRange(Enumerable.Repeat(Placed(("bieber_small.jpg", 235, -70, 400)), 14));
        Run(People.Usual(), frames, NoLiveness with { SameFaceThreshold = -1 }).Select(d => d.Outcome).OfType<TrackOutcome.Accepted>().Select(a => a.Person).ShouldBe(["franck", "bieber"]);
    }

    [Fact]
    public void One_person_standing_still_for_long_is_one_decision()
    {
        Run(People.Usual(), Enumerable.Range(0, 40).Select(i => Still(Franck[i % 3]))).Count.ShouldBe(1);
    }

    [Fact]
    public void Someone_who_leaves_too_soon_is_said_to_have_left()
    {
        var left = Run(People.Usual(), Franck.Take(2).Select(Still)).ShouldHaveSingleItem().Outcome.ShouldBeOfType<TrackOutcome.Left>();
        left.Samples.ShouldBe(2);
    }

    [Fact]
    public void Someone_too_far_away_is_told_to_come_closer_and_refused_only_when_gone()
    {
        var decisions = Run(People.Usual(), Enumerable.Repeat(Placed((Franck[1], 400, 200, 120)), 6), each: result =>
        {
            result.Decisions.ShouldBeEmpty();
            ((TrackOutcome.Pending)result.Tracks.ShouldHaveSingleItem().Outcome).HintKey.ShouldBe("face.come-closer");
        });
        decisions.ShouldHaveSingleItem().Outcome.ShouldBeOfType<TrackOutcome.Quality>().Worst.ShouldBe(Vision.Quality.QualityReason.TooSmall);
    }

    [Fact]
    public void A_refused_person_who_stays_is_looked_at_again_after_a_while()
    {
        var gallery = People.Gallery(("obama", Installed.Clm("obama4_crop.jpg")));
        var outcomes = Run(gallery, Enumerable.Range(0, 40).Select(i => Still(Franck[i % 3])), new PipelineOptions { RetryAfter = TimeSpan.FromSeconds(2) });
        outcomes.Count.ShouldBe(3);
        outcomes.Count(o => o.Outcome is TrackOutcome.Unknown).ShouldBeGreaterThanOrEqualTo(2);
        outcomes.Select(o => o.Id).Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public void Two_templates_of_one_face_under_two_names_are_ambiguous()
    {
        var gallery = People.Gallery(("franck", Installed.Clm("clmtrackr01.jpg")));
        var twin = gallery.Export()[0];
        gallery.Add(new FaceTemplate(Guid.NewGuid(), "twin", twin.Pack, twin.Vector)).ShouldBeNull();
        var ambiguous = Run(gallery, Franck.Select(Still)).ShouldHaveSingleItem().Outcome.ShouldBeOfType<TrackOutcome.Ambiguous>();
        string[] both = [ambiguous.Best.Person!, ambiguous.Second.Person!];
        both.Order().ShouldBe(["franck", "twin"]);
    }

    [Fact]
    public void A_gallery_of_another_pack_is_refused_at_start()
    {
        Should.Throw<ArgumentException>(() => new FacePipeline(Installed.Pack, new FaceGallery(new Packs.PackRef("other", "1.0.0"), 512)));
    }

    [Fact]
    public void After_warm_up_a_frame_allocates_next_to_nothing()
    {
        using var pipeline = new FacePipeline(Installed.Pack, People.Usual());
        using var picture = Installed.Load(Installed.Clm(Franck[1]));
        var frames = Enumerable.Range(0, 60).Select(i => picture.CloneAt(TimeSpan.FromMilliseconds(i * 100))).ToArray();
        for (var i = 0; i < 20; i++)
        {
            pipeline.Process(frames[i]);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 20; i < 60; i++)
        {
            pipeline.Process(frames[i]);
        }

        var perFrame = (GC.GetAllocatedBytesForCurrentThread() - before) / 40;
        TestContext.Current.SendDiagnosticMessage($"{perFrame} bytes a frame");

        // A 720×576 frame holds 1.2 MB; the bound leaves room for the runtime's own small objects only.
        perFrame.ShouldBeLessThan(1024);
        foreach (var frame in frames)
        {
            frame.Dispose();
        }
    }
}
