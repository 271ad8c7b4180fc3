using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Devices.Bridge.Delivery;
using Devices.Bridge.Store;
using Devices.Bridge.Telemetry;
using Devices.Bridge.Tests.Delivery;
using Devices.Bridge.Tests.Kit;
using Devices.Contract.Punches;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Until = Devices.Bridge.Tests.Kit.Until;

namespace Devices.Bridge.Tests.Operations;

/// <summary>What leaves the bridge for a collector, over the real protocol: the figures are there, the person is not.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task Metrics_and_a_punchs_own_trace_reach_a_collector_and_name_no_person()
    {
        await using Collector collector = await Collector.StartAsync();
        using TempDirectory directory = new();
        string data = directory.File("data");
        using BridgeProcess bridge = await BridgeProcess.StartAsync(
            data, $"--Bridge:Telemetry:Otlp={collector.Address}", "--Bridge:Telemetry:EverySeconds=0.3", "--Bridge:Telemetry:TraceShare=1");
        (_, string claim, _) = await BridgeProcess.RunAsync("claim", "--data", data, "--terminal", "m2-001", "--json");
        Enrolled identity = await Enrolled.EnrolAsync(bridge.Https, "m2-001", System.Text.Json.JsonDocument.Parse(claim).RootElement.GetProperty("claim").GetString()!);
        TestLedger ledger = new TestLedger("m2-001");
        for (int i = 0; i < 5; i++) ledger.Add("u-secret-person");
        await using (TestTerminal terminal = await TestTerminal.ConnectAsync(identity, bridge.Mqtt))
        {
            await terminal.PublishAsync(ledger.Batch(1, 3));
            await terminal.PublishAsync(ledger.Batch(2, 4)); // two again, two new
            await Until.TrueAsync(() => Task.FromResult(Names.All(name => collector.Holds("metrics", Encoding.ASCII.GetBytes(name)))), $"the metrics arrive ({string.Join(", ", Names.Where(name => !collector.Holds("metrics", Encoding.ASCII.GetBytes(name))))} are missing)");
        }
        (await bridge.StopAsync()).ShouldBe(0);
        byte[] trace = Bytes(PunchTrace.Of("m2-001", ledger.Id, 5).TraceId.ToHexString());
        collector.Holds("traces", trace).ShouldBeTrue("the trace of punch 5 is found by its identity");
        collector.Holds("traces", Bytes(PunchTrace.Of("m2-001", ledger.Id, 6).TraceId.ToHexString())).ShouldBeFalse();
        collector.Holds("traces", "punch store"u8).ShouldBeTrue();
        collector.Holds("traces", "punches publish"u8).ShouldBeTrue();
        foreach ((_, byte[] body) in collector.Bodies) Contains(body, "u-secret-person"u8).ShouldBeFalse();
    }

    private static readonly string[] Names =
    [
        "devices.punches", "repeated", "devices.commit.duration", "devices.commit.group", "devices.outbox.rows", "devices.outbox.oldest_age", "devices.punch.last_age",
        "devices.terminals.connected", "devices.store.waiting", "devices.store.pause",
    ];

    [Fact]
    public async Task A_punch_is_followed_from_its_publish_through_the_commit_to_the_platform_in_one_trace()
    {
        ConcurrentQueue<Activity> ended = new();
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == BridgeTraces.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using Bench bench = await Bench.StartAsync();
        TestTerminal terminal = await TestTerminal.ConnectAsync(await EnrolAsync(bench), bench.Get<Devices.Bridge.Fleet.Listeners>().Address("mqtt"));
        TestLedger ledger = new("m2-001");
        Punch punch = ledger.Add("ada", Bench.Now(5), PunchMethod.Card);
        await terminal.PublishAsync(ledger.All());
        await bench.UntilAsync(punch, DeliveryState.Delivered);
        await terminal.DisposeAsync();

        ActivityTraceId id = PunchTrace.Of("m2-001", ledger.Id, 1).TraceId;
        await Until.TrueAsync(() => Task.FromResult(ended.Count(one => one.TraceId == id) >= 2), "both spans ended");
        List<Activity> own = [.. ended.Where(one => one.TraceId == id)];
        own.Select(one => one.OperationName).ShouldBe(["punch store", "punch deliver"], ignoreOrder: true);
        Activity store = own.Single(one => one.OperationName == "punch store"), deliver = own.Single(one => one.OperationName == "punch deliver");
        Activity publish = ended.Single(one => one.TraceId == store.Links.Single().Context.TraceId && one.OperationName == "punches publish");
        publish.SpanId.ShouldBe(store.Links.Single().Context.SpanId);
        (deliver.GetTagItem("devices.outcome"), deliver.GetTagItem("devices.attempt"), deliver.Status).ShouldBe((nameof(OutcomeKind.Accepted), 1, ActivityStatusCode.Unset));
        own.Concat([publish]).SelectMany(one => one.TagObjects).ShouldAllBe(tag => tag.Value as string != "ada");
    }

    private static async Task<Enrolled> EnrolAsync(Bench bench)
    {
        string code = Devices.Bridge.Fleet.ClaimCode.Create();
        Devices.Bridge.Fleet.ClaimCode.TryHash(code, out byte[] hash).ShouldBeTrue();
        await bench.Get<IFleetStore>().AddClaimAsync(hash, "m2-001", long.MaxValue);
        return await Enrolled.EnrolAsync(
            bench.Get<Devices.Bridge.Fleet.Listeners>().Address("https"), "m2-001", Devices.Bridge.Fleet.ClaimCode.WithRoot(code, bench.Get<Devices.Bridge.Fleet.CertificateAuthority>().RootFingerprint));
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex);

    private static bool Contains(byte[] body, ReadOnlySpan<byte> part) => body.AsSpan().IndexOf(part) >= 0;

    /// <summary>Takes OTLP over HTTP and keeps what came.</summary>
    private sealed class Collector : IAsyncDisposable
    {
        private readonly WebApplication _app;

        private Collector(WebApplication app) => _app = app;

        public ConcurrentQueue<(string Signal, byte[] Body)> Bodies { get; } = new();

        public string Address => _app.Urls.Single();

        public static async Task<Collector> StartAsync()
        {
            WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            Collector collector = new(builder.Build());
            collector._app.MapPost("/v1/{signal}", async (string signal, HttpRequest request) =>
            {
                using MemoryStream body = new();
                await request.Body.CopyToAsync(body);
                collector.Bodies.Enqueue((signal, body.ToArray()));
                return Results.Bytes([], "application/x-protobuf");
            });
            await collector._app.StartAsync();
            return collector;
        }

        public bool Holds(string signal, ReadOnlySpan<byte> part)
        {
            foreach ((string name, byte[] body) in Bodies)
                if (name == signal && Contains(body, part)) return true;
            return false;
        }

        public ValueTask DisposeAsync() => _app.DisposeAsync();
    }
}
