using System.Diagnostics.Metrics;
using Devices.Contract.Punches;
using Devices.Edge.Vision;
using Devices.Edge.Vision.Track;

namespace Devices.Edge.Agent.Telemetry;

/// <summary>
/// What is counted as it happens. Labels name kinds and outcomes, never a person, a card or a score. Without an exporter each costs a
/// comparison.
/// </summary>
public static class AgentMeters
{
    public const string Name = "Devices.Edge.Agent";

    private static readonly Meter Meter = new(Name);
    private static readonly double[] Seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
    private static readonly Counter<long> LookedAt = Meter.CreateCounter<long>("devices.agent.frames.looked_at", "{frame}", "Frames that the models looked at.");
    private static readonly Counter<long> Decisions = Meter.CreateCounter<long>("devices.agent.decisions", "{face}", "Faces decided on, by kind.");
    private static readonly Counter<long> Punches = Meter.CreateCounter<long>("devices.agent.punches", "{entry}", "Entries by method and by what the ledger did with them.");
    private static readonly Histogram<double> StageTime = Meter.CreateHistogram<double>("devices.agent.stage.duration", "s", "A frame's time by stage: detect, analyse, recognise.",
        advice: new() { HistogramBucketBoundaries = Seconds });
    private static readonly Histogram<double> CommitTime = Meter.CreateHistogram<double>("devices.agent.commit.duration", "s", "From an entry to its durable answer, with its photo where one is kept.",
        advice: new() { HistogramBucketBoundaries = Seconds });

    /// <summary>Whether anybody wants to know how long a frame's stages take.</summary>
    public static bool WantsStages => StageTime.Enabled;

    public static void Frame() => LookedAt.Add(1);

    public static void Stages(in StageTimes times)
    {
        StageTime.Record(times.Detect.TotalSeconds, Label("stage", "detect"));
        StageTime.Record(times.Analyse.TotalSeconds, Label("stage", "analyse"));
        StageTime.Record(times.Recognise.TotalSeconds, Label("stage", "recognise"));
    }

    public static void Decided(TrackOutcome outcome) => Decisions.Add(1, Label("kind", outcome switch
    {
        TrackOutcome.Accepted => "accepted",
        TrackOutcome.Unknown => "unknown",
        TrackOutcome.Spoof => "spoof",
        TrackOutcome.Ambiguous => "ambiguous",
        TrackOutcome.Quality => "quality",
        TrackOutcome.Left => "left",
        TrackOutcome.IdentityChanged => "identity-changed",
        _ => "other",
    }));

    /// <param name="outcome"><c>accepted</c>, <c>again</c> (the same entry, sent again), <c>repeat</c>, <c>full</c>, <c>invalid</c> or <c>fault</c>.</param>
    public static void Punch(PunchMethod method, string outcome, TimeSpan took)
    {
        Punches.Add(1, Label("method", Word(method)), Label("outcome", outcome));
        CommitTime.Record(took.TotalSeconds, Label("outcome", outcome));
    }

    private static string Word(PunchMethod method) => method switch
    {
        PunchMethod.Face => "face",
        PunchMethod.Card => "card",
        PunchMethod.Pin => "pin",
        PunchMethod.Operator => "operator",
        _ => "other",
    };

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);
}
