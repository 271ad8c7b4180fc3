using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Liveness;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Tests.Support;
using Devices.Edge.Vision.Track;

namespace Devices.Edge.Vision.Tests.Liveness;

/// <summary>The motion cue and the challenge, on one man's photograph moved as a hand moves it, and on moments of him alive.</summary>
public sealed class MotionTests
{
    private static readonly string[] Moments = ["franck_02045.jpg", "franck_02159.jpg", "franck_02221.jpg", "franck_02888.jpg"];
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(150);

    private static readonly MotionOptions Quick = new()
    {
        Wait = TimeSpan.FromSeconds(1), ChallengeTime = TimeSpan.FromSeconds(1.5), Draw = () => ChallengeKind.TurnLeft,
    };

    private static RgbFrame Alive(int i, TimeSpan at) => Installed.Load(Installed.Clm(Moments[i % Moments.Length]), at);

    /// <summary>The photograph in a hand: shifted, turned, nearer and squeezed (tilted) a little, under the camera's own noise.</summary>
    private static RgbFrame Photograph(RgbFrame picture, int i, TimeSpan at)
    {
        using var still = picture.CloneAt(at);
        var moved = Degrade.Turn(still, 3 * MathF.Sin(i * 0.7f), 1 + (0.04f * MathF.Sin(i * 0.5f)), 9 * MathF.Sin(i * 0.9f), 6 * MathF.Cos(i * 0.6f), 1 - (0.06f * MathF.Abs(MathF.Sin(i * 0.4f))));
        return Degrade.Noise(moved, i, 2);
    }

    private static (List<TrackView> Decisions, List<TrackView> Asked) Run(Func<int, TimeSpan, RgbFrame> make, int frames, MotionOptions motion)
    {
        using var pipeline = new FacePipeline(Installed.Pack, People.Usual(), new PipelineOptions { Motion = motion, RetryAfter = TimeSpan.FromSeconds(0.5) });
        var (decisions, asked) = (new List<TrackView>(), new List<TrackView>());
        for (var i = 0; i < frames; i++)
        {
            using var frame = make(i, TimeSpan.FromSeconds(50) + (i * Step));
            var result = pipeline.Process(frame);
            decisions.AddRange(result.Decisions);
            asked.AddRange(result.Tracks.Where(t => t.AskedNow));
        }

        return (decisions, asked);
    }

    [Fact]
    public void A_living_man_is_accepted_with_his_motion_proven()
    {
        var accepted = Run(Alive, 6, new MotionOptions()).Decisions.ShouldHaveSingleItem().Outcome.ShouldBeOfType<TrackOutcome.Accepted>();
        accepted.Motion.ShouldBeGreaterThanOrEqualTo(new MotionOptions().Proof);
        accepted.Challenge.ShouldBe(ChallengeKind.None);
    }

    [Fact]
    public void His_photograph_moved_in_a_hand_is_flat_however_alive_its_texture_looks()
    {
        using var picture = Installed.Load(Installed.Clm(Moments[1]));
        var (decisions, asked) = Run((i, at) => Photograph(picture, i, at), 10, Quick with { Challenge = ChallengePolicy.Off });
        var spoof = decisions[0].Outcome.ShouldBeOfType<TrackOutcome.Spoof>();
        spoof.Cue.ShouldBe(SpoofCue.Flat);
        spoof.Liveness.ShouldBeGreaterThan(spoof.Threshold);
        spoof.Motion.ShouldBeLessThan(new MotionOptions().Proof / 2);
        spoof.Resembles.Person.ShouldBe("franck");
        asked.ShouldBeEmpty();
    }

    [Fact]
    public void A_picture_that_does_not_change_by_a_grey_level_is_a_frozen_stream_and_is_not_asked_anything()
    {
        using var picture = Installed.Load(Installed.Clm(Moments[1]));
        var (decisions, asked) = Run((_, at) => picture.CloneAt(at), 10, Quick);
        decisions[0].Outcome.ShouldBeOfType<TrackOutcome.Spoof>().Cue.ShouldBe(SpoofCue.Frozen);
        asked.ShouldBeEmpty();
    }

    [Fact]
    public void Whose_chin_is_out_of_view_is_asked_to_step_back_and_not_to_turn_the_head()
    {
        using var picture = Installed.Load(Installed.Clm(Moments[1]));
        using var analyzer = Installed.Pack.CreateAnalyzer();
        var whole = Installed.Faces(analyzer, picture)[0];
        whole.Quality.ChinOut.ShouldBeFalse();
        var chin = System.Numerics.Vector2.Transform(new(56, 111), whole.Alignment!.Value.ToPicture).Y;
        using var cut = picture.Crop(0, 0, picture.Width, (int)chin);
        using var pipeline = new FacePipeline(Installed.Pack, People.Usual(), new PipelineOptions { Motion = Quick });
        var hints = new List<string?>();
        for (var i = 0; i < 24; i++)
        {
            // Still, under the camera's noise: no motion to see.
            using var frame = Degrade.Noise(cut.CloneAt(TimeSpan.FromSeconds(50) + (i * Step)), i, 2);
            var result = pipeline.Process(frame);
            result.Tracks.ShouldAllBe(t => !t.AskedNow && !(t.Outcome is TrackOutcome.Accepted));
            hints.AddRange(result.Tracks.Select(t => (t.Outcome as TrackOutcome.Pending)?.HintKey));
        }

        hints.Count(h => h == "face.step-back").ShouldBeGreaterThan(8);
    }

    [Fact]
    public void In_doubt_a_photograph_is_asked_to_turn_twice_and_then_never_again()
    {
        using var picture = Installed.Load(Installed.Clm(Moments[1]));
        var (decisions, asked) = Run((i, at) => Photograph(picture, i, at), 80, Quick);
        asked.Count.ShouldBe(2);
        asked.ShouldAllBe(a => a.Challenge == ChallengeKind.TurnLeft);
        asked.Select(a => a.Id).Distinct().Count().ShouldBe(2);
        decisions.Count.ShouldBe(2);
        decisions.ShouldAllBe(d => d.Outcome is TrackOutcome.Spoof && ((TrackOutcome.Spoof)d.Outcome).Cue == SpoofCue.Challenge);
    }

    [Fact]
    public void Somebody_else_in_the_place_of_a_barred_photograph_is_looked_at_anew()
    {
        using var picture = Installed.Load(Installed.Clm("bieber_small.jpg"));
        using var pipeline = new FacePipeline(Installed.Pack, People.Usual(), new PipelineOptions { Motion = Quick with { MaximumChallenges = 1 }, RecheckEvery = TimeSpan.FromMilliseconds(300) });
        var outcomes = new List<TrackOutcome>();
        for (var i = 0; i < 45; i++)
        {
            using var frame = RgbFrame.Rent(720, 576, TimeSpan.FromSeconds(50) + (i * Step));
            using var shown = i < 30 ? picture.CloneAt(frame.CapturedAt) : Alive(i, frame.CapturedAt);
            frame.Pixels.Fill(140);
            Scene.Draw(frame, shown, i < 30 ? 115 : 0, i < 30 ? -50 : 0, i < 30 ? 400 : 720);
            Degrade.Noise(frame, i, 2);
            outcomes.AddRange(pipeline.Process(frame).Decisions.Select(d => d.Outcome));
        }

        outcomes.OfType<TrackOutcome.Accepted>().ShouldHaveSingleItem().Person.ShouldBe("franck");
    }

    [Fact]
    public void Someone_in_doubt_who_moves_after_all_is_accepted_without_a_second_look()
    {
        using var picture = Installed.Load(Installed.Clm(Moments[1]));
        var (decisions, asked) = Run((i, at) => i < 10 ? Photograph(picture, i, at) : Alive(i, at), 18, Quick);
        asked.Count.ShouldBe(1);
        decisions.ShouldHaveSingleItem().Outcome.ShouldBeOfType<TrackOutcome.Accepted>().Person.ShouldBe("franck");
    }

    [Fact]
    public void With_challenge_always_nobody_is_accepted_before_the_head_was_turned()
    {
        var (decisions, asked) = Run(Alive, 8, Quick with { Challenge = ChallengePolicy.Always, ChallengeTime = TimeSpan.FromSeconds(30), Turn = 0.6f });
        asked.ShouldHaveSingleItem().Outcome.ShouldBeOfType<TrackOutcome.Pending>().HintKey.ShouldBe("face.turn-left");
        decisions.ShouldBeEmpty();
    }

    [Fact]
    public void A_head_turn_passes_only_to_the_asked_side_and_back_in_time()
    {
        static ChallengeState Play(ChallengeKind kind, params float[] yaws)
        {
            var turn = default(HeadTurn);
            turn.Begin(kind, yaws[0], 0.14f, TimeSpan.FromSeconds(5));
            for (var i = 1; i < yaws.Length; i++)
            {
                turn.Observe(yaws[i], isGood: MathF.Abs(yaws[i]) < 0.42f, TimeSpan.FromSeconds(i * 0.5));
            }

            turn.Expire(TimeSpan.FromSeconds(yaws.Length * 0.5));
            return turn.Is;
        }

        // A head turned to its own left points to the picture's right, which is positive.
        Play(ChallengeKind.TurnLeft, 0, 0.1f, 0.2f, 0.05f).ShouldBe(ChallengeState.Passed);
        Play(ChallengeKind.TurnRight, 0, -0.1f, -0.5f, -0.05f).ShouldBe(ChallengeState.Passed);
        Play(ChallengeKind.TurnLeft, 0, -0.2f, 0.2f, 0).ShouldBe(ChallengeState.Failed);
        Play(ChallengeKind.TurnLeft, 0, 0.2f, 0.2f, 0.2f).ShouldBe(ChallengeState.Asked);
        Play(ChallengeKind.TurnLeft, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.2f, 0).ShouldBe(ChallengeState.Failed);
        Play(ChallengeKind.TurnLeft, 0, 0.05f, -0.05f, 0.05f, 0).ShouldBe(ChallengeState.Asked);
    }

    [Fact]
    public void Turning_a_flat_photograph_sideways_does_not_turn_the_head_in_it()
    {
        using var analyzer = Installed.Pack.CreateAnalyzer();
        using var picture = Installed.Load(Installed.Clm(Moments[1]));
        var straight = Installed.Faces(analyzer, picture).ShouldHaveSingleItem().Quality.Yaw;
        foreach (var squeeze in new[] { 0.9f, 0.8f, 0.7f })
        {
            // cos 45° is 0.71: the photograph seen from 25, 37 and 45 degrees aside.
            using var aside = Degrade.Turn(picture, 0, squeeze: squeeze);
            Installed.Faces(analyzer, aside).ShouldHaveSingleItem().Quality.Yaw.ShouldBe(straight, new MotionOptions().Turn * 0.6);
        }
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused_at_start()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new PipelineOptions { Motion = new MotionOptions { Proof = 0 } }.Validate());
        Should.Throw<ArgumentOutOfRangeException>(() => new PipelineOptions { Motion = new MotionOptions { MaximumChallenges = 0 } }.Validate());
        Should.Throw<ArgumentOutOfRangeException>(() => new PipelineOptions { NearestShare = 2 }.Validate());
    }
}
