using System.Diagnostics.Metrics;
using System.Net;
using Devices.Contract.Punches;
using Devices.Edge.Agent.Telemetry;
using Devices.Edge.Agent.Tests.Photos;
using Devices.Edge.Agent.Tests.Support;
using Devices.Edge.Ledger.Uplink;

namespace Devices.Edge.Agent.Tests.Telemetry;

/// <summary>The terminal's own figures: read where they are made, and as they leave for a collector. Nobody is named in them.</summary>
public sealed class AgentMetricsTests
{
    private static readonly string[] Names =
    [
        "devices.agent.frames", "devices.agent.frames.looked_at", "devices.agent.camera.fps", "devices.agent.stage.duration", "recognise", "devices.agent.decisions", "accepted",
        "devices.agent.punches", "face", "devices.agent.commit.duration", "devices.agent.queue", "devices.agent.queue.oldest_age", "devices.agent.uplink.online",
        "devices.agent.mcu.online", "devices.agent.clock.trusted", "devices.agent.disk.free", "devices.agent.photos", "devices.agent.templates", "devices.agent.whole", "m2-001",
    ];

    [Fact]
    public async Task The_figures_of_a_running_terminal_reach_a_collector_and_name_no_person()
    {
        string pack = Repo.PackOrSkip();
        using Scratch scratch = new();
        await using OtlpCollector collector = await OtlpCollector.StartAsync();
        await using MjpegCamera camera = await MjpegCamera.StartAsync(null);
        await using AgentProcess agent = await AgentProcess.StartAsync(
            scratch, "mjpeg:" + new Uri(camera.Address, "/stream"), pack, $"--Telemetry:Otlp={collector.Address}", "--Telemetry:EverySeconds=0.3");
        (await agent.EnrolAsync("u-secret-person", "Felix Secret", null, "franck_02888.jpg", "franck_04035.jpg")).Code.ShouldBe(HttpStatusCode.OK);
        camera.Play(Repo.Picture("franck_02159.jpg"), Repo.Picture("franck_02045.jpg"), Repo.Picture("franck_02221.jpg"));
        await agent.EventAsync("punch");
        await Until.True(() => Names.All(collector.Holds), "the metrics; missing: " + string.Join(", ", Names.Where(name => !collector.Holds(name))));
        (await agent.StopAsync()).ShouldBe(0, agent.Errors);
        collector.Holds("u-secret-person").ShouldBeFalse();
        collector.Holds("Felix").ShouldBeFalse();
    }

    [Fact]
    public async Task A_collector_that_is_away_delays_neither_the_work_nor_the_stop()
    {
        using Scratch scratch = new();
        await using AgentProcess agent = await AgentProcess.StartAsync(scratch, "none", null, "--Telemetry:Otlp=http://127.0.0.1:1", "--Telemetry:EverySeconds=0.2");
        (await agent.EnrolAsync("e1", "Grace Hopper", "04A1B2C3")).Code.ShouldBe(HttpStatusCode.OK);
        (await agent.StopAsync()).ShouldBe(0, agent.Errors);
    }

    [Fact]
    public void Each_entry_is_counted_by_method_and_outcome_and_the_queue_by_what_the_bridge_has()
    {
        using PhotoBench bench = new();
        using Reader reader = new();
        using AgentGauges gauges = new(new AgentFacts
        {
            Ledger = bench.Ledger, Clock = bench.Trusted, Photos = bench.Box, Camera = () => null, Uplink = () => new UplinkStatus(UplinkCondition.Offline, "", default, 0, 0, null),
            McuOnline = () => true, McuQueue = () => 3, Undecodable = () => 0, Templates = () => null, Whole = () => false,
        }, bench.Clock);
        bench.Punch("ada", 1);
        bench.Book.Record(new() { Person = "ada", Method = PunchMethod.Card, Origin = "one" }, bench.Trusted.Read());
        bench.Clock.Advance(TimeSpan.FromSeconds(90));
        bench.Book.Record(new() { Person = "ada", Method = PunchMethod.Pin, Origin = "two" }, bench.Trusted.Read());
        bench.Book.Record(new() { Person = "ada", Method = PunchMethod.Pin, Origin = "two" }, bench.Trusted.Read());
        bench.Free = 0;
        bench.Book.Record(new() { Person = "grace", Method = PunchMethod.Operator }, bench.Trusted.Read());

        reader.Sum("devices.agent.punches", ("method", "face"), ("outcome", "accepted")).ShouldBe(1);
        reader.Sum("devices.agent.punches", ("method", "card"), ("outcome", "repeat")).ShouldBe(1);
        reader.Sum("devices.agent.punches", ("method", "pin"), ("outcome", "accepted")).ShouldBe(1);
        reader.Sum("devices.agent.punches", ("method", "pin"), ("outcome", "again")).ShouldBe(1);
        reader.Sum("devices.agent.punches", ("method", "operator"), ("outcome", "full")).ShouldBe(1);

        bench.Clock.Advance(TimeSpan.FromSeconds(10));
        reader.Look();
        reader.Last("devices.agent.queue").ShouldBe(2);
        reader.Last("devices.agent.queue.oldest_age").ShouldBe(100);
        reader.Last("devices.agent.photos").ShouldBe(1);
        reader.Last("devices.agent.mcu.online").ShouldBe(1);
        reader.Last("devices.agent.mcu.queue").ShouldBe(3);
        reader.Last("devices.agent.uplink.online").ShouldBe(0);
        reader.Last("devices.agent.disk.free").ShouldBe(0);
        reader.Last("devices.agent.clock.trusted").ShouldBe(1);
        reader.Last("devices.agent.clock.offset").ShouldBe(0);
        reader.Last("devices.agent.camera.fps").ShouldBeNull("without a camera there is no figure");
        bench.Acknowledge();
        reader.Look();
        reader.Last("devices.agent.queue.oldest_age").ShouldBe(0);
        reader.Tags.ShouldNotContain("ada");
    }

    /// <summary>Reads the meters of this thread's work; other tests' agents count elsewhere.</summary>
    private sealed class Reader : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly int _thread = Environment.CurrentManagedThreadId;
        private readonly List<(string Name, double Value, (string, string)[] Tags)> _seen = [];

        public Reader()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == AgentMeters.Name) listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument.Name, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument.Name, value, tags));
            _listener.Start();
        }

        public IEnumerable<string> Tags => _seen.SelectMany(one => one.Tags).Select(tag => tag.Item2);

        public void Look() => _listener.RecordObservableInstruments();

        public double Sum(string name, params (string, string)[] tags) => _seen.Where(one => one.Name == name && tags.All(one.Tags.Contains)).Sum(one => one.Value);

        public double? Last(string name) => _seen.LastOrDefault(one => one.Name == name) is { Name: not null } found ? found.Value : null;

        public void Dispose() => _listener.Dispose();

        private void Take(string name, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (Environment.CurrentManagedThreadId == _thread) _seen.Add((name, value, [.. tags.ToArray().Select(tag => (tag.Key, $"{tag.Value}"))]));
        }
    }
}
