using System.Diagnostics.Metrics;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;
using Devices.Edge.Ledger.Uplink;

namespace Devices.Edge.Agent.Telemetry;

/// <summary>What stands at a moment: camera, queue, link, MCU, clock, disk. Read when an exporter asks. Dispose before the ledger.</summary>
public sealed class AgentGauges : IDisposable
{
    private readonly Meter _meter = new(AgentMeters.Name);
    private readonly AgentFacts _facts;
    private readonly TimeProvider _time;

    public AgentGauges(AgentFacts facts, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(facts);
        (_facts, _time) = (facts, time);
        Gauge("devices.agent.whole", () => [facts.Whole() ? 1 : 0], "1", "1 while camera, models, ledger and broker work.");
        Gauge("devices.agent.camera.fps", () => facts.Camera() is { } camera ? [camera.FramesPerSecond] : [], "{frame}/s", "Frames a second from the camera.");
        _meter.CreateObservableCounter("devices.agent.frames", () => Frames(), "{frame}", "Frames of the camera by outcome: good, damaged, undecodable.");
        Gauge("devices.agent.queue", () => [facts.Ledger.Queue], "{punch}", "Punches that the bridge does not durably have.");
        Gauge("devices.agent.held", () => [facts.Ledger.Held], "{punch}", "Punches whose time is not final.");
        Gauge("devices.agent.queue.oldest_age", () => Try(OldestAge), "s", "Age of the oldest punch that the bridge does not have; 0 where it has all.");
        Gauge("devices.agent.uplink.online", () => [facts.Uplink()?.Condition == UplinkCondition.Online ? 1 : 0], "1", "1 while the bridge answers and takes punches.");
        Gauge("devices.agent.uplink.answer_age", () => facts.Uplink()?.LastAnswer is { } at ? [Math.Max(0, (time.GetUtcNow() - at).TotalSeconds)] : [], "s", "Time since the bridge last acknowledged anything.");
        Gauge("devices.agent.events", () => Try(() => facts.Ledger.Events.Count), "{event}", "Events on their way up.");
        Gauge("devices.agent.photos", () => [facts.Photos.Status.Waiting], "{photo}", "Evidence photos that wait for the bridge.");
        Gauge("devices.agent.mcu.online", () => [facts.McuOnline() ? 1 : 0], "1", "1 while the MCU is connected.");
        Gauge("devices.agent.mcu.queue", () => [facts.McuQueue()], "{entry}", "Entries waiting on the MCU.");
        Gauge("devices.agent.clock.trusted", () => [facts.Clock.Source == TrustSource.None ? 0 : 1], "1", "1 while punches get their time at once.");
        Gauge("devices.agent.clock.offset", () => Trusted() is { } now ? [(now.WallMs - now.AtMs) / 1000.0] : [], "s", "By how much the system's clock is ahead of the best known time.");
        Gauge("devices.agent.clock.uncertainty", () => Trusted() is { } now ? [now.UncertaintyMs / 1000.0] : [], "s", "How far the best known time may be off.");
        Gauge("devices.agent.disk.free", () => [facts.Ledger.FreeBytes], "By", "Free on the ledger's disk.");
        Gauge("devices.agent.templates", () => facts.Templates() is { } count ? [count] : [], "{template}", "Face templates compared.");
    }

    public void Dispose() => _meter.Dispose();

    private void Gauge(string name, Func<double[]> read, string unit, string text) =>
        _meter.CreateObservableGauge(name, () => Array.ConvertAll(read(), one => new Measurement<double>(one)), unit, text);

    private Measurement<long>[] Frames() => _facts.Camera() is not { } camera ? [] :
    [
        new(camera.Frames, new KeyValuePair<string, object?>("outcome", "good")),
        new(camera.Refused, new KeyValuePair<string, object?>("outcome", "damaged")),
        new(_facts.Undecodable(), new KeyValuePair<string, object?>("outcome", "undecodable")),
    ];

    // By the monotonic clock where the punch is of this boot, so that a step of the wall clock makes nothing old.
    private double OldestAge()
    {
        if (_facts.Ledger.Queue == 0 || _facts.Ledger.Find(_facts.Ledger.Acknowledged + 1) is not { } oldest) return 0;
        return Math.Max(0, oldest.BootId == _facts.Clock.BootId
            ? (_facts.Clock.MonotonicMs - oldest.MonotonicMs) / 1000.0
            : (_time.GetUtcNow().ToUnixTimeMilliseconds() - oldest.BestAtMs) / 1000.0);
    }

    private ClockReading? Trusted() => _facts.Clock.Read() is { Trusted: true } now ? now : null;

    // A disk that fails is told elsewhere; a gauge says nothing then.
    private static double[] Try(Func<double> read)
    {
        try
        {
            return [read()];
        }
        catch (LedgerException)
        {
            return [];
        }
    }
}
