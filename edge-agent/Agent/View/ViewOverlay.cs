using System.Numerics;
using System.Text.Json;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Vision;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Quality;
using Devices.Edge.Vision.Track;

namespace Devices.Edge.Agent.View;

/// <summary>Turns a frame's findings into what the page draws: typed words and numbers, so that the page can say them in its language.</summary>
public static class ViewOverlay
{
    public static ViewAnswer Of(ViewFrame? frame, ViewFacts facts, IReadOnlyList<ViewDecision> decisions, IEnumerable<NarrationEvent> lines, Func<string, string> nameOf)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(decisions);
        return new()
        {
            Terminal = facts.Terminal,
            Frame = frame is null ? null : new(frame.Number, frame.Width, frame.Height, frame.Analysed, frame.FramesPerSecond, Times(frame)),
            Camera = Part(facts.HasCamera, facts.Camera),
            Models = Part(facts.HasModels, facts.Models),
            CameraFps = facts.Status?.FramesPerSecond,
            Pack = facts.Pack,
            People = facts.People,
            Templates = facts.Templates,
            Threshold = facts.Threshold,
            LivenessThreshold = facts.LivenessThreshold,
            Region = facts.Region?.Corners.Select(c => new[] { c.X, c.Y }).ToList(),
            Faces = frame is null ? [] : [.. frame.Faces.Select(f => Face(f, facts.Limits, nameOf))],
            Decisions = [.. decisions.Select(d => new ViewDecisionAnswer(d.At, d.Face.Track.Id, Outcome(d.Face.Track.Outcome, nameOf)))],
            Lines = [.. lines.Select(l => new ViewLine(l.At, l.Kind, l.Text))],
        };
    }

    private static ViewTimes Times(ViewFrame frame) => new(
        frame.Decode.TotalMilliseconds, frame.Stages.Detect.TotalMilliseconds, frame.Stages.Analyse.TotalMilliseconds, frame.Stages.Recognise.TotalMilliseconds, frame.Total.TotalMilliseconds);

    private static ViewPart Part(bool configured, PartHealth health) => new(!configured ? "none" : health.Ok ? "ok" : "fault", health.Text);

    private static ViewFaceAnswer Face(in ViewFace face, QualityLimits limits, Func<string, string> nameOf)
    {
        TrackView track = face.Track;
        FivePoints p = track.Points;
        return new()
        {
            Track = track.Id,
            Box = [track.Box.X, track.Box.Y, track.Box.Width, track.Box.Height],
            Points = [.. new[] { p.LeftEye, p.RightEye, p.Nose, p.LeftMouth, p.RightMouth }.Where(v => v != Vector2.Zero).Select(v => new[] { v.X, v.Y })],
            Reason = Word(track.Quality.Reason),
            Quality = Measures(track.Quality, limits),
            Liveness = track.Liveness,
            Motion = track.Motion,
            Challenge = Word(track.Challenge),
            Outcome = Outcome(track.Outcome, nameOf),
            Compared = face.Comparison is { } c ? new(Person(c.Best, nameOf), Person(c.Second, nameOf), c.Threshold, c.Samples, c.Fused) : null,
        };
    }

    private static List<ViewMeasure> Measures(in FaceQuality q, QualityLimits limits) =>
    [
        Measure("eyes", q.EyeDistance, limits.MinimumEyeDistance, null),
        Measure("sharpness", q.Sharpness, limits.MinimumSharpness, null),
        Measure("brightness", q.Brightness, limits.MinimumBrightness, limits.MaximumBrightness),
        Measure("contrast", q.Contrast, limits.MinimumContrast, null),
        Measure("yaw", q.Yaw, -limits.MaximumYaw, limits.MaximumYaw),
        Measure("pitch", q.Pitch, limits.MinimumPitch, limits.MaximumPitch),
        Measure("roll", q.Roll, -limits.MaximumRoll, limits.MaximumRoll),
        Measure("eye-texture", q.EyeTexture, limits.MinimumEyeTexture, null),
        Measure("mouth-texture", q.MouthTexture, limits.MinimumMouthTexture, null),
        Measure("residual", q.Residual, null, limits.MaximumResidual),
    ];

    private static ViewMeasure Measure(string name, float value, float? least, float? most) =>
        new(name, value, least, most, (least is null || value >= least) && (most is null || value <= most));

    private static ViewOutcome Outcome(TrackOutcome outcome, Func<string, string> nameOf) => outcome switch
    {
        TrackOutcome.Accepted a => new("accepted", a.Explain())
        {
            Best = new(a.Person, nameOf(a.Person), a.Score), Second = Person(a.Second, nameOf), Threshold = a.Threshold, Liveness = a.Liveness, Motion = a.Motion, Samples = a.Samples,
        },
        TrackOutcome.Unknown u => new("unknown", u.Explain()) { Best = Person(u.Best, nameOf), Threshold = u.Threshold, Liveness = u.Liveness, Samples = u.Samples },
        TrackOutcome.Ambiguous a => new("ambiguous", a.Explain())
        {
            Best = Person(a.Best, nameOf), Second = Person(a.Second, nameOf), Threshold = a.Threshold, Liveness = a.Liveness,
        },
        TrackOutcome.Spoof s => new("spoof", s.Explain()) { Best = Person(s.Resembles, nameOf), Threshold = s.Threshold, Liveness = s.Liveness, Motion = s.Motion, Cue = Word(s.Cue) },
        TrackOutcome.Quality q => new("quality", q.Explain()) { Reason = Word(q.Worst) },
        TrackOutcome.Left l => new("left", l.Explain()) { Samples = l.Samples, Wanted = l.Wanted },
        TrackOutcome.IdentityChanged c => new("changed", c.Explain()),
        _ => new("pending", outcome.Explain()),
    };

    private static ViewPerson? Person(in Candidate candidate, Func<string, string> nameOf) =>
        candidate.Person is { } person ? new(person, nameOf(person), candidate.Score) : null;

    private static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
