using System.Diagnostics.Metrics;

namespace Devices.Bridge.Telemetry;

/// <summary>
/// What is counted as it happens. Labels name outcomes, codes and APIs, never a person, a card or a name. Without an exporter they cost a
/// comparison.
/// </summary>
public static class BridgeMeters
{
    public const string Name = "Devices.Bridge";

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> PunchCount = Meter.CreateCounter<long>("devices.punches", "{punch}", "Punches by outcome: received, stored, repeated, refused.");
    private static readonly Counter<long> RefusalCount = Meter.CreateCounter<long>("devices.refusals", "{message}", "Messages of terminals that were refused, by problem.");
    private static readonly Counter<long> PhotoCount = Meter.CreateCounter<long>("devices.photos", "{photo}", "Photos by outcome.");
    private static readonly Counter<long> CallCount = Meter.CreateCounter<long>("devices.platform.calls", "{call}", "Calls of the platform by API and outcome.");
    private static readonly Histogram<double> CommitTime = Meter.CreateHistogram<double>("devices.commit.duration", "s", "From the beginning of a commit's transaction to its end on the disk.",
        advice: new() { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });
    private static readonly Histogram<int> CommitSize = Meter.CreateHistogram<int>("devices.commit.group", "{request}", "Requests that shared one commit.",
        advice: new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256] });
    private static readonly Counter<long> CommitFaults = Meter.CreateCounter<long>("devices.commit.failures", "{commit}", "Commits that failed; nothing of them was acknowledged.");

    public static void Batch(int received, int stored, int repeated)
    {
        PunchCount.Add(received, Label("outcome", "received"));
        if (stored > 0) PunchCount.Add(stored, Label("outcome", "stored"));
        if (repeated > 0) PunchCount.Add(repeated, Label("outcome", "repeated"));
        if (received > stored + repeated) PunchCount.Add(received - stored - repeated, Label("outcome", "refused"));
    }

    public static void Refused(string problem) => RefusalCount.Add(1, Label("problem", problem));

    public static void Photo(string outcome) => PhotoCount.Add(1, Label("outcome", outcome));

    public static void PlatformCall(string api, string outcome) => CallCount.Add(1, Label("api", api), Label("outcome", outcome));

    public static void Commit(TimeSpan took, int requests, bool done)
    {
        CommitTime.Record(took.TotalSeconds);
        CommitSize.Record(requests);
        if (!done) CommitFaults.Add(1);
    }

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);
}
