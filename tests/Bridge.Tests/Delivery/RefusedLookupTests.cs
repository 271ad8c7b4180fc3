using System.Net;
using Devices.Bridge.Delivery;
using Devices.Bridge.Delivery.DingTalk;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Store;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Delivery;

/// <summary>One question covers fifty people: what the platform does not like about one of them is no reason to leave the others in doubt.</summary>
public sealed class RefusedLookupTests
{
    private const long Eight = 1_772_438_400_000;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WeCom_95985_whom_the_platform_refuses_is_found_by_halves_and_the_others_are_proved()
    {
        await using StoreFixture store = new();
        (Prover prover, List<Sought> sought) = await FillAsync(store, 50);
        Played target = new("p17");

        ProofResult result = await prover.LookAsync(target, sought, 0, Stop);

        result.Stopped.ShouldBeNull();
        result.Found.Count.ShouldBe(49);
        result.Missing.ShouldBeEmpty();
        (Sought punch, DeliveryOutcome why) = result.Unanswered.ShouldHaveSingleItem();
        (punch.Item.Person, why.Kind).ShouldBe(("p17", OutcomeKind.Refused));
        target.Asked.ShouldBeLessThanOrEqualTo(13, "every question costs one of the month's calls");
    }

    [Fact]
    public async Task A_question_that_is_wrong_altogether_stops_after_a_few_calls()
    {
        await using StoreFixture store = new();
        (Prover prover, List<Sought> sought) = await FillAsync(store, 120);
        Played target = new([.. sought.Select(s => s.Item.Person)]);

        ProofResult result = await prover.LookAsync(target, sought, 0, Stop);

        result.Stopped!.Kind.ShouldBe(OutcomeKind.Refused);
        result.Unanswered.Count.ShouldBe(120);
        target.Asked.ShouldBeLessThanOrEqualTo(17);
    }

    [Theory]
    [InlineData("{\"errcode\":0,\"recordresult\":[{\"userId\":\"ada\",\"userCheckTime\":\"2026-03-02 08:00:00\",\"userAddress\":\"m2-001\"}]}")]
    [InlineData("{\"errcode\":0,\"recordresult\":[{\"userCheckTime\":1772438400000}]}")]
    [InlineData("{\"errcode\":0,\"recordresult\":[null]}")]
    [InlineData("{\"errcode\":0,\"recordresult\":{}}")]
    [InlineData("{\"errcode\":0}")]
    public async Task A_list_with_a_row_that_cannot_be_read_is_no_list_and_sends_nothing_twice(string list)
    {
        DingTalkOptions options = new() { AppKey = "key", AppSecretFile = Path.GetTempFileName() };
        try
        {
            await File.WriteAllTextAsync(options.AppSecretFile, "secret", Stop);
            using Answers answers = new(list);
            using DingTalkHttp http = new(answers, options, TimeProvider.System);
            using AccessTokenSource tokens = new(options, http, TimeProvider.System);
            LookupResult result = await new DingTalkTarget(options, new(options, http, tokens), TimeProvider.System).FindAsync(new(["ada"], Eight, Eight + 1000), Stop);
            result.Outcome.Kind.ShouldBe(OutcomeKind.Transient);
        }
        finally
        {
            File.Delete(options.AppSecretFile);
        }
    }

    private static async Task<(Prover, List<Sought>)> FillAsync(StoreFixture store, int people)
    {
        LedgerMaker ledger = new();
        List<Punch> punches = [.. Enumerable.Range(0, people).Select(i => ledger.Next($"p{i}", Eight + i))];
        await store.Punches.AppendAsync(ledger.Batch(punches));
        await store.Outbox.LeaseAsync(0, people);
        return (new(new SqlProofStore(store.Database, store.Time), new(new SqlCallStore(store.Database), new(), store.Time)),
            [.. punches.Select((p, i) => new Sought(i + 1, new(p.Terminal, p.Ledger, p.Seq), new(p.Person, p.At, p.Terminal, p.Terminal), Accepted: false))]);
    }

    /// <summary>A platform that has everything, but will not hear of some.</summary>
    private sealed class Played(params string[] refused) : IPlatformTarget
    {
        public int Asked { get; private set; }
        public string Name => "played";
        public int LookupPersons => 50;
        public TimeSpan LookupSpan => TimeSpan.FromDays(7);
        public TimeSpan Window => TimeSpan.FromDays(30);

        public string MeteredMonth(DateTimeOffset at) => "2026-03";

        public string MeteredDay(DateTimeOffset at) => "2026-03-02";

        public double MeteredDayShare(DateTimeOffset at) => 0.5;

        public DeliveryOutcome? Refuse(DeliveryItem item) => null;

        public Task<DeliveryOutcome> SendAsync(DeliveryItem item, CancellationToken cancellationToken) => throw new InvalidOperationException("Nothing is sent here.");

        public Task<LookupResult> FindAsync(LookupQuery query, CancellationToken cancellationToken)
        {
            Asked++;
            return Task.FromResult(query.Persons.Any(refused.Contains)
                ? new LookupResult(new(OutcomeKind.Refused, "reason.unknown_person"), [])
                : new(DeliveryOutcome.Accepted, [.. query.Persons.Select(p => new PlatformRecord(p, p, Eight + int.Parse(p[1..], System.Globalization.CultureInfo.InvariantCulture), "m2-001", null))]));
        }
    }

    private sealed class Answers(string list) : HttpMessageHandler, IHttpClientFactory
    {
        public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(
            new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent(request.RequestUri!.AbsolutePath.EndsWith("accessToken", StringComparison.Ordinal) ? "{\"accessToken\":\"t\",\"expireIn\":7200}" : list),
            });
    }
}
