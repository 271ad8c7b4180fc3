using System.Net;
using Devices.Bridge.Delivery;
using Devices.Bridge.Delivery.DingTalk;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Store;
using Devices.Contract.Punches;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Devices.Bridge.Tests.Delivery;

/// <summary>What the bridge does where it cannot know, or cannot write down, what became of an upload.</summary>
public sealed class DoubtTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_outcome_that_the_full_disk_did_not_take_is_settled_without_a_restart_and_not_doubled()
    {
        await using Bench bench = await Bench.StartAsync();
        await bench.CloseAsync();
        FailingOutbox? outbox = null;
        bench.Configure = builder => builder.Services.AddSingleton<IOutboxStore>(s =>
            outbox = new(new SqlOutboxStore(s.GetRequiredService<SqlDatabase>(), s.GetRequiredService<TimeProvider>())));
        await bench.OpenAsync();
        // The outcome, then "in doubt", then the first two tries to write that later.
        outbox!.FailNext(4);
        LedgerMaker ledger = new();
        Punch punch = ledger.Next("ada", Bench.Now(9)), later = ledger.Next("ada", Bench.Now(5));
        await bench.AppendAsync(ledger, punch, later);

        StoredPunch stored = await bench.UntilAsync(punch, DeliveryState.Delivered);
        await bench.UntilAsync(later, DeliveryState.Delivered);

        outbox.Left.ShouldBe(0, "the disk was full when it mattered");
        stored.ProvedAt.ShouldNotBeNull("it was seen in the record list");
        (await bench.Platform.RecordsAsync()).Select(r => r.At).ShouldBe([punch.At, later.At]);
    }

    [Fact]
    public async Task A_dead_letter_that_the_platform_has_after_all_is_looked_for_and_not_doubled_when_sent_again()
    {
        await using Bench bench = await Bench.StartAsync(null, "--Bridge:Platform:VerifyLookups=1", "--Bridge:Platform:KeptForUploads=0");
        await bench.Platform.SetAsync(new { sync_lag_seconds = 3600 });
        LedgerMaker ledger = new();
        Punch punch = ledger.Next("ada", Bench.Now(5));
        await bench.AppendAsync(ledger, punch);
        await bench.UntilAsync(punch, DeliveryState.Delivered);
        await bench.Get<Verifier>().PassAsync(Stop);
        StoredPunch dead = await bench.FindAsync(punch);
        (dead.Delivery, dead.ReasonCode, dead.Attempts).ShouldBe((DeliveryState.Dead, "reason.not_recorded", 1));
        dead.SentAt.ShouldNotBeNull("that it was sent is not forgotten");
        await bench.Platform.SetAsync(new { sync_lag_seconds = 0 });

        (await bench.Outbox.ResendAsync(SiteScope.All, [dead.Id], Stop)).ShouldBe(1);

        (await bench.UntilAsync(punch, DeliveryState.Delivered)).ProvedAt.ShouldNotBeNull();
        (await bench.Platform.RecordsAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Of_a_persons_waiting_punches_the_earliest_goes_first_whichever_terminal_brought_it_first()
    {
        await using Bench bench = await Bench.StartAsync();
        await bench.Platform.FaultAsync(new { kind = "ip-not-allowed", api = PlayedPlatform.Upload });
        LedgerMaker gate = new("m2-001"), annex = new("m2-002");
        Punch evening = gate.Next("ada", Bench.Now(5)), morning = annex.Next("ada", Bench.Now(500));
        await bench.AppendAsync(gate, evening);
        await bench.UntilAsync(evening, DeliveryState.Waiting);
        await bench.AppendAsync(annex, morning);

        await bench.Platform.ClearFaultsAsync();
        bench.Get<DeliveryStatus>().TryNow();

        await bench.UntilAsync(evening, DeliveryState.Delivered);
        (await bench.Platform.RecordsAsync()).Select(r => r.At).ShouldBe([morning.At, evening.At]);
    }

    [Fact]
    public async Task A_wrong_secret_spends_nothing_of_the_months_calls()
    {
        await using Bench bench = await Bench.StartAsync();
        await bench.CloseAsync();
        await File.WriteAllTextAsync(Path.Combine(bench.Folder, "secret"), "wrong", Stop);
        await bench.OpenAsync();
        LedgerMaker ledger = new();
        await bench.AppendAsync(ledger, ledger.Next("ada", Bench.Now(5)));

        await Until.Async(() => Task.FromResult(bench.Get<DeliveryStatus>().Current), p => p?.Reason == "reason.credentials", "delivery to stop");

        await Until.Async(() => bench.MeteredAsync(), used => used == 0, "the calls that were never made to be given back");
    }

    [Theory]
    [InlineData("{}", OutcomeKind.Ambiguous)]
    [InlineData("{\"status\":\"ok\"}", OutcomeKind.Ambiguous)]
    [InlineData("{\"success\":true}", OutcomeKind.Ambiguous)]
    [InlineData("{\"errcode\":0,\"success\":true}", OutcomeKind.Accepted)]
    [InlineData("{\"errcode\":\"0\"}", OutcomeKind.Accepted)]
    public async Task Json_that_is_not_the_platforms_is_no_yes(string upload, OutcomeKind expected)
    {
        DingTalkOptions options = new() { AppKey = "key", AppSecretFile = Path.GetTempFileName() };
        try
        {
            await File.WriteAllTextAsync(options.AppSecretFile, "secret", Stop);
            using Answers answers = new(upload);
            using DingTalkHttp http = new(answers, options, TimeProvider.System);
            using AccessTokenSource tokens = new(options, http, TimeProvider.System);
            DingTalkTarget target = new(options, new(options, http, tokens), TimeProvider.System);

            DeliveryOutcome outcome = await target.SendAsync(new("ada", Bench.Now(5), "m2-001", "m2-001"), Stop);

            outcome.Kind.ShouldBe(expected);
        }
        finally
        {
            File.Delete(options.AppSecretFile);
        }
    }

    [Fact]
    public async Task A_lookup_that_is_refused_again_and_again_is_asked_ever_more_seldom()
    {
        await using StoreFixture store = new();
        PlatformOptions options = new();
        OutcomeHandler handler = new(new(OutboxTarget.Platform, new(store.Time), options, options.SettleSeconds), store.Outbox, store.Exceptions, store.Time, NullLogger<OutcomeHandler>.Instance);
        LedgerMaker ledger = new();
        Punch punch = ledger.Next("ada", 1_764_000_000_000);
        await store.Punches.AppendAsync(ledger.Batch(punch));
        OutboxItem item = (await store.Outbox.LeaseAsync(store.Time.GetUtcNow().ToUnixTimeMilliseconds(), 1)).Single() with { SentAt = store.Time.GetUtcNow().ToUnixTimeMilliseconds() };
        async Task<double> WaitAfterAsync(TimeSpan doubt)
        {
            store.Time.Advance(doubt);
            await handler.RecordLookupAsync(item, new(OutcomeKind.Refused, "reason.bad_value"), Stop);
            return ((await store.Punches.FindAsync(SiteScope.All, new(punch.Terminal, punch.Ledger, punch.Seq)))!.NextAttemptAt!.Value - store.Time.GetUtcNow().ToUnixTimeMilliseconds()) / 1000.0;
        }

        (await WaitAfterAsync(TimeSpan.Zero)).ShouldBeInRange(options.SettleSeconds / 2, options.SettleSeconds);
        (await WaitAfterAsync(TimeSpan.FromMinutes(10))).ShouldBeInRange(300, 600);
        (await WaitAfterAsync(TimeSpan.FromDays(1))).ShouldBeInRange(options.RetryMaxSeconds / 2, options.RetryMaxSeconds);
    }

    private sealed class Answers(string upload) : HttpMessageHandler, IHttpClientFactory
    {
        public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(
            new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent(request.RequestUri!.AbsolutePath.EndsWith("accessToken", StringComparison.Ordinal) ? "{\"accessToken\":\"t\",\"expireIn\":7200}" : upload),
            });
    }
}
