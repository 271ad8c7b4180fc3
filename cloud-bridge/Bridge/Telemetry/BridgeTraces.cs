using System.Diagnostics;
using Devices.Contract.Messages;
using Devices.Contract.Punches;

namespace Devices.Bridge.Telemetry;

/// <summary>
/// Spans: one for each publish, and in each punch's own trace (<see cref="PunchTrace"/>) one for its way into the store, linked to the
/// publish that brought it, and one for each attempt to deliver it. They name terminal, ledger and seq, never the person.
/// </summary>
public static class BridgeTraces
{
    public const string Name = "Devices.Bridge";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>A publish of a terminal, until its answer; null where nobody listens.</summary>
    public static Activity? Publish(string terminal, string leaf) =>
        Source.StartActivity($"{leaf.Split('/')[0]} publish", ActivityKind.Consumer)?.SetTag("messaging.system", "mqtt").SetTag("devices.terminal", terminal);

    /// <summary>The punches of a batch that are committed now.</summary>
    /// <param name="from">The first seq that was new.</param>
    /// <param name="began">When their publish arrived.</param>
    public static void Stored(PunchBatch batch, long from, int count, DateTimeOffset began, Activity? publish)
    {
        if (count == 0 || !Source.HasListeners()) return;
        ActivityLink[] links = publish is null ? [] : [new(publish.Context)];
        for (long seq = from; seq < from + count; seq++)
        {
            using Activity? span = Source.StartActivity(
                "punch store", ActivityKind.Consumer, PunchTrace.Of(batch.Terminal, batch.Ledger, seq), links: links, startTime: began);
            Identify(span, batch.Terminal, batch.Ledger, seq);
        }
    }

    /// <summary>One attempt to bring a punch to a target, until its answer.</summary>
    public static Activity? Deliver(string terminal, Guid ledger, long seq, string target, int attempt) =>
        Identify(Source.StartActivity("punch deliver", ActivityKind.Client, PunchTrace.Of(terminal, ledger, seq)), terminal, ledger, seq)
            ?.SetTag("devices.target", target).SetTag("devices.attempt", attempt);

    /// <summary>How it came out; anything but <c>Accepted</c> or <c>stored</c> is an error of the span.</summary>
    public static void End(Activity? span, string outcome)
    {
        if (span is null) return;
        span.SetTag("devices.outcome", outcome);
        if (outcome is not ("Accepted" or "stored")) span.SetStatus(ActivityStatusCode.Error);
        span.Stop();
    }

    private static Activity? Identify(Activity? span, string terminal, Guid ledger, long seq) =>
        span?.SetTag("devices.terminal", terminal).SetTag("devices.ledger", ledger.ToString("D")).SetTag("devices.seq", seq);
}
