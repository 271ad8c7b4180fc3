using Devices.Edge.Vision.Liveness;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Quality;
using Devices.Edge.Vision.Tests.Support;
using Devices.Edge.Vision.Track;

namespace Devices.Edge.Vision.Tests.Liveness;

/// <summary>Closed eyes and the challenge of closing them, on pieces of the film of a man who once looks down for two seconds (frames 229 to 279 of 25 a second).</summary>
public sealed class EyeTests
{
    private const double Down = 9.16;

    private static readonly MotionOptions Asked = new()
    {
        Challenge = ChallengePolicy.Always, Acts = ChallengeActs.Blink, MaximumChallenges = 1,
    };

    private static EyeSpec Spec => Installed.Pack.Manifest.Eyes.ShouldNotBeNull();

    private static (List<TrackView> Decisions, List<TrackView> Asked) Show(IEnumerable<Devices.Edge.Vision.Frames.RgbFrame> frames, MotionOptions motion)
    {
        using var pipeline = new FacePipeline(Installed.Pack, People.Usual(), new PipelineOptions { Motion = motion });
        var (decisions, asked) = (new List<TrackView>(), new List<TrackView>());
        foreach (var frame in frames)
        {
            var result = pipeline.Process(frame);
            decisions.AddRange(result.Decisions);
            asked.AddRange(result.Tracks.Where(t => t.AskedNow));
            frame.Dispose();
        }

        return (decisions, asked);
    }

    private static ChallengeState Play(double fps, params (double Seconds, EyeLook Eyes, float Yaw)[] parts)
    {
        var closure = default(EyeClosure);
        closure.Begin(Spec, 0, 0.14f, TimeSpan.Zero, TimeSpan.FromSeconds(7));
        var now = 0.0;
        foreach (var (seconds, eyes, yaw) in parts)
        {
            for (var end = now + seconds; now < end - 1e-6; now += 1 / fps)
            {
                closure.Observe(eyes, yaw, TimeSpan.FromSeconds(now));
            }
        }

        closure.Expire(TimeSpan.FromSeconds(now));
        return closure.Is;
    }

    private static readonly EyeLook Open = new(-5, -5);
    private static readonly EyeLook Closed = new(5, 5);

    [Theory]
    [InlineData(5)]
    [InlineData(10)]
    [InlineData(15)]
    public void Eyes_closed_for_a_second_pass_and_a_natural_blink_does_not(double fps)
    {
        Play(fps, (1, Open, 0), (1, Closed, 0), (0.5, Open, 0)).ShouldBe(ChallengeState.Passed);
        Play(fps, (1, Open, 0), (0.3, Closed, 0), (1, Open, 0), (0.3, Closed, 0), (1, Open, 0)).ShouldBe(ChallengeState.Asked);
        Play(fps, (1, Open, 0), (0.3, Closed, 0), (1, Open, 0), (1, Closed, 0), (1, Open, 0)).ShouldBe(ChallengeState.Passed);
    }

    [Fact]
    public void Eyes_must_be_seen_open_before_and_after_and_close_after_the_question_and_in_time()
    {
        Play(10, (1, Closed, 0), (1, Open, 0)).ShouldBe(ChallengeState.Asked);
        Play(10, (0.3, Open, 0), (1, Closed, 0)).ShouldBe(ChallengeState.Asked);
        Play(10, (1, Open, 0), (4, Closed, 0), (1, Open, 0)).ShouldBe(ChallengeState.Asked);
        Play(10, (7.2, Open, 0), (1, Closed, 0), (1, Open, 0)).ShouldBe(ChallengeState.Failed);
        Play(10, (1, Open, 0), (6.5, Closed, 0)).ShouldBe(ChallengeState.Failed);
    }

    [Fact]
    public void One_eye_or_eyes_that_always_look_narrow_are_not_closed()
    {
        Play(10, (1, Open, 0), (1, new EyeLook(7, -2.2f), 0), (1, Open, 0)).ShouldBe(ChallengeState.Asked);
        Play(10, (1, new EyeLook(0.4f, 0.4f), 0), (1, new EyeLook(2.4f, 2.4f), 0), (1, new EyeLook(0.4f, 0.4f), 0)).ShouldBe(ChallengeState.Asked);
    }

    [Fact]
    public void A_head_that_turns_instead_fails_so_that_a_film_of_every_act_does_not_pass_whichever_is_asked() =>
        Play(10, (1, Open, 0), (0.5, Open, 0.2f), (1, Open, 0), (1, Closed, 0), (1, Open, 0)).ShouldBe(ChallengeState.Failed);

    [Fact]
    public void Frames_that_were_not_seen_do_not_count_as_closed()
    {
        var closure = default(EyeClosure);
        closure.Begin(Spec, 0, 0.14f, TimeSpan.Zero, TimeSpan.FromSeconds(7));
        foreach (var (at, eyes) in new[] { (0.5, Open), (0.6, Open), (0.7, Open), (0.8, Closed), (1.8, Closed), (1.9, Open), (2.0, Open) })
        {
            closure.Observe(eyes, 0, TimeSpan.FromSeconds(at));
        }

        closure.Is.ShouldBe(ChallengeState.Asked);
    }

    [Fact]
    public void A_living_man_who_closes_his_eyes_after_the_question_is_accepted()
    {
        var (decisions, asked) = Show(Film.Read("franck.mp4", 720, 576, 12.5, Down - 2, 5), Asked);
        asked.ShouldHaveSingleItem().Outcome.ShouldBeOfType<TrackOutcome.Pending>().HintKey.ShouldBe("face.close-eyes");
        var accepted = decisions.ShouldHaveSingleItem().Outcome.ShouldBeOfType<TrackOutcome.Accepted>();
        accepted.Person.ShouldBe("franck");
        accepted.Challenge.ShouldBe(ChallengeKind.CloseEyes);
    }

    [Fact]
    public void A_film_in_which_he_blinks_by_himself_but_not_as_asked_is_refused()
    {
        // 24.5 to 33.5 s: a blink at 24.6 and one at 30.3 s.
        var (decisions, asked) = Show(Film.Read("franck.mp4", 720, 576, 12.5, 29, 9), Asked);
        asked.Count.ShouldBe(1);
        var spoof = decisions.ShouldHaveSingleItem().Outcome.ShouldBeOfType<TrackOutcome.Spoof>();
        spoof.Cue.ShouldBe(SpoofCue.Challenge);
        spoof.Asked.ShouldBe(ChallengeKind.CloseEyes);
        spoof.Explain().ShouldContain("eyes were not closed");
    }

    [Fact]
    public void A_replay_that_closes_the_eyes_before_the_question_is_refused()
    {
        // His eyes are closed already when he comes into view, and open a moment after he is asked.
        var (decisions, _) = Show(Film.Read("franck.mp4", 720, 576, 12.5, Down + 1.5, 9), Asked);
        decisions.ShouldHaveSingleItem().Outcome.ShouldBeOfType<TrackOutcome.Spoof>().Cue.ShouldBe(SpoofCue.Challenge);
    }

    [Fact]
    public void A_still_photograph_is_asked_to_close_its_eyes_and_refused()
    {
        using var picture = Installed.Load(Installed.Clm("franck_02159.jpg"));
        var (decisions, asked) = Show(Enumerable.Range(0, 60).Select(i => Degrade.Noise(picture.CloneAt(TimeSpan.FromSeconds(i * 0.15)), i, 2)), Asked);
        asked.ShouldHaveSingleItem().Challenge.ShouldBe(ChallengeKind.CloseEyes);
        decisions.ShouldHaveSingleItem().Outcome.ShouldBeOfType<TrackOutcome.Spoof>().Cue.ShouldBe(SpoofCue.Challenge);
    }

    [Fact]
    public void Whose_eyes_do_not_look_open_is_asked_to_turn_the_head_instead()
    {
        // The piece begins with his eyes closed.
        var (_, asked) = Show(Film.Read("franck.mp4", 720, 576, 12.5, Down + 0.1, 1.2), Asked);
        asked.ShouldHaveSingleItem().Challenge.ShouldBeOneOf(ChallengeKind.TurnLeft, ChallengeKind.TurnRight);
    }

    [Fact]
    public void In_doubt_of_the_texture_a_man_who_moves_is_asked_and_otherwise_he_is_not()
    {
        // The limit is put above every score, then below: movement takes this doubt away from nobody, since a film moves too.
        (int Asked, int Accepted) Play(float sure)
        {
            using var pipeline = new FacePipeline(Installed.Pack, People.Usual(), new PipelineOptions { SureThreshold = sure, Motion = Asked with { Challenge = ChallengePolicy.Doubt } });
            var (asked, accepted) = (0, 0);
            foreach (var frame in Film.Read("franck.mp4", 720, 576, 12.5, 29, 4))
            {
                var result = pipeline.Process(frame);
                asked += result.Tracks.Count(t => t.AskedNow);
                accepted += result.Decisions.Count(d => d.Outcome is TrackOutcome.Accepted);
                frame.Dispose();
            }

            return (asked, accepted);
        }

        Play(1.1f).ShouldBe((1, 0));
        Play(0.8f).ShouldBe((0, 1));
        Installed.Pack.Manifest.Liveness.Sure.ShouldBe(0.9f);
    }

    [Fact]
    public void Each_act_is_drawn_and_only_the_turn_where_eyes_cannot_be_seen()
    {
        ChallengeKind[] Draw(ChallengeActs acts, bool eyes) => [.. Enumerable.Range(0, 200).Select(_ => new MotionOptions { Acts = acts }.DrawOne(eyes)).Distinct().Order()];
        Draw(ChallengeActs.Either, true).ShouldBe([ChallengeKind.TurnLeft, ChallengeKind.TurnRight, ChallengeKind.CloseEyes]);
        Draw(ChallengeActs.Turn, true).ShouldBe([ChallengeKind.TurnLeft, ChallengeKind.TurnRight]);
        Draw(ChallengeActs.Blink, true).ShouldBe([ChallengeKind.CloseEyes]);
        Draw(ChallengeActs.Either, false).ShouldBe([ChallengeKind.TurnLeft, ChallengeKind.TurnRight]);
        Draw(ChallengeActs.Blink, false).ShouldBe([ChallengeKind.TurnLeft, ChallengeKind.TurnRight]);
    }

    [Fact]
    public void Looking_at_eyes_allocates_nothing()
    {
        using var analyzer = Installed.Pack.CreateAnalyzer();
        using var picture = Installed.Load(Installed.Clm("franck_02159.jpg"));
        var face = Installed.Faces(analyzer, picture)[0];
        face.Quality.Reason.ShouldBe(QualityReason.Good);
        analyzer.Eyes(picture, face)!.Value.Mean.ShouldBeLessThan(Spec.Open);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20; i++)
        {
            analyzer.Eyes(picture, face);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }
}
