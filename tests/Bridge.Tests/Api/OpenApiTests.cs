using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Devices.Bridge.Fleet;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Delivery;
using Devices.Bridge.Tests.Kit;
using Devices.Bridge.Tests.Web;
using Devices.Bridge.Web.Api;
using Devices.Contract.Punches;
using Microsoft.AspNetCore.Routing;
using Microsoft.OpenApi;

namespace Devices.Bridge.Tests.Api;

/// <summary>openapi.yaml says what the running bridge does.</summary>
public sealed class OpenApiTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_route_for_programs_is_described_and_every_description_has_a_route()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        OpenApiFile file = await OpenApiFile.LoadAsync();

        IEnumerable<(string, string)> mapped = bridge.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(e => (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []).Select(m => ("/" + e.RoutePattern.RawText!.TrimStart('/'), m)))
            .Where(e => e.Item1.StartsWith("/api/", StringComparison.Ordinal) || e.Item1.StartsWith("/.well-known/", StringComparison.Ordinal)
                || e.Item1.EndsWith(".csv", StringComparison.Ordinal) || e.Item1.StartsWith("/health", StringComparison.Ordinal));

        file.Operations().ShouldBe(mapped, ignoreOrder: true);
    }

    [Fact]
    public async Task The_feed_answers_as_described_in_every_state_and_refusal()
    {
        const string Path = "/api/v1/punches";
        OpenApiFile file = await OpenApiFile.LoadAsync();
        await using HrSite site = await HrSite.StartAsync();
        await PageTests.RosterAsync(site);
        LedgerMaker ledger = new();
        DeliveryState[] states = Enum.GetValues<DeliveryState>();
        List<Punch> punches = [.. states.Select((_, i) => ledger.Next(i % 2 == 0 ? "ada" : "nobody", Bench.Now(100) + (i * 60_000L), method: i % 3 == 0 ? PunchMethod.Face : PunchMethod.Card))];
        await site.Bench.AppendAsync(ledger, punches);
        for (int i = 0; i < states.Length; i++)
            await site.Bench.Outbox.MarkAsync(i + 1, new(states[i]) { Attempts = i, NextAttemptAt = 5, SentAt = 4, DeliveredAt = states[i] == DeliveryState.Delivered ? 5 : null, ReasonCode = i % 2 == 0 ? "reason.accepted" : null }, Stop);

        using HrSite.Browser nobody = site.Open(), oneTime = site.Open();
        using (HttpResponseMessage answer = await nobody.GetAsync(Path)) await CheckAsync(answer, HttpStatusCode.Unauthorized);
        await oneTime.SubmitAsync("/login", new() { ["user"] = "hr", ["password"] = site.OneTime });
        using (HttpResponseMessage answer = await oneTime.GetAsync(Path)) await CheckAsync(answer, HttpStatusCode.Forbidden);
        using HrSite.Browser browser = await site.LogInAsync();
        foreach (string query in (string[])["?limit=0", "?limit=1001", "?after=-1", "?after=x", "?after=1&after=2"])
        {
            using HttpResponseMessage answer = await browser.GetAsync(Path + query);
            await CheckAsync(answer, HttpStatusCode.BadRequest);
        }
        using (HttpResponseMessage answer = await browser.GetAsync(Path))
        {
            await CheckAsync(answer, HttpStatusCode.OK);
            JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop)).RootElement.GetProperty("punches").GetArrayLength().ShouldBe(states.Length);
        }
        using (HttpResponseMessage answer = await browser.GetAsync(Path + "?after=9223372036854775807")) await CheckAsync(answer, HttpStatusCode.OK);

        async Task CheckAsync(HttpResponseMessage answer, HttpStatusCode expected)
        {
            answer.StatusCode.ShouldBe(expected);
            await file.CheckAsync(Path, HttpMethod.Get, answer);
        }
    }

    [Fact]
    public async Task The_export_and_the_health_answer_as_described()
    {
        OpenApiFile file = await OpenApiFile.LoadAsync();
        await using HrSite site = await HrSite.StartAsync();
        using HrSite.Browser nobody = site.Open(), browser = await site.LogInAsync();
        foreach ((HrSite.Browser who, string address, HttpStatusCode expected) in new[]
            { (nobody, "/punches.csv", HttpStatusCode.Found), (browser, "/punches.csv?method=tea", HttpStatusCode.Found), (browser, "/punches.csv", HttpStatusCode.OK) })
        {
            using HttpResponseMessage answer = await who.GetAsync(address);
            answer.StatusCode.ShouldBe(expected);
            await file.CheckAsync("/punches.csv", HttpMethod.Get, answer);
        }
        foreach (bool ready in (bool[])[true, false])
        {
            site.Bench.Get<Listeners>().Ready = ready;
            using HttpResponseMessage health = await nobody.GetAsync("/healthz");
            health.StatusCode.ShouldBe(ready ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable);
            await file.CheckAsync("/healthz", HttpMethod.Get, health);
        }
    }

    [Fact]
    public async Task Enrolment_answers_as_described()
    {
        const string CaCerts = "/.well-known/est/cacerts", Enrol = "/.well-known/est/simpleenroll";
        OpenApiFile file = await OpenApiFile.LoadAsync();
        await using TestBridge bridge = await TestBridge.StartAsync();
        string claim = await bridge.ClaimAsync();
        using System.Security.Cryptography.ECDsa key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        string csr = Enrolled.Csr(key, "m2-001");
        using HttpClient plain = new() { BaseAddress = new(bridge.Http) }, tls = Enrolled.PinnedClient(claim.Split('@')[1]);
        tls.BaseAddress = new(bridge.Https);

        using (HttpResponseMessage answer = await tls.GetAsync(CaCerts, Stop)) await CheckAsync(CaCerts, HttpMethod.Get, answer, HttpStatusCode.OK);
        using (HttpResponseMessage answer = await plain.GetAsync(CaCerts, Stop)) await CheckAsync(CaCerts, HttpMethod.Get, answer, HttpStatusCode.Forbidden);
        await PostAsync(plain, claim, csr, HttpStatusCode.Forbidden);
        await PostAsync(tls, null, csr, HttpStatusCode.Unauthorized);
        await PostAsync(tls, claim, csr, HttpStatusCode.UnsupportedMediaType, "text/plain");
        await PostAsync(tls, claim, new string('A', 17_000), HttpStatusCode.RequestEntityTooLarge);
        await PostAsync(tls, claim, "nonsense", HttpStatusCode.BadRequest);
        await PostAsync(tls, claim, csr, HttpStatusCode.OK, "Application/PKCS10");
        for (int i = 0; i < 10; i++) await PostAsync(tls, "AAAA-AAAA", csr, HttpStatusCode.Unauthorized);
        await PostAsync(tls, claim, csr, HttpStatusCode.TooManyRequests);

        async Task PostAsync(HttpClient http, string? password, string body, HttpStatusCode expected, string type = "application/pkcs10")
        {
            using HttpRequestMessage request = new(HttpMethod.Post, Enrol) { Content = new StringContent(body) };
            request.Content.Headers.ContentType = new(type);
            if (password is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"m2-001:{password.Split('@')[0]}")));
            using HttpResponseMessage answer = await http.SendAsync(request, Stop);
            await CheckAsync(Enrol, HttpMethod.Post, answer, expected);
        }

        async Task CheckAsync(string path, HttpMethod method, HttpResponseMessage answer, HttpStatusCode expected)
        {
            answer.StatusCode.ShouldBe(expected, await answer.Content.ReadAsStringAsync(Stop));
            await file.CheckAsync(path, method, answer);
        }
    }

    [Fact]
    public async Task Fields_and_words_are_those_of_the_records()
    {
        IDictionary<string, IOpenApiSchema> schemas = (await OpenApiFile.LoadAsync()).Document.Components!.Schemas!;
        string[] Snake<T>() => [.. typeof(T).GetProperties().Select(p => JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name))];
        schemas["PunchFeed"].Properties!.Keys.ShouldBe(Snake<PunchFeed>(), ignoreOrder: true);
        schemas["PunchView"].Properties!.Keys.ShouldBe(Snake<PunchView>(), ignoreOrder: true);
        schemas["PunchView"].Required!.ShouldBe(Snake<PunchView>(), ignoreOrder: true);
        schemas["EffectivePunchFeed"].Properties!.Keys.ShouldBe(Snake<EffectivePunchFeed>(), ignoreOrder: true);
        schemas["EffectivePunchView"].Properties!.Keys.ShouldBe(Snake<EffectivePunchView>(), ignoreOrder: true);
        Words(schemas["EffectivePunchView"].Properties!["origin"]).ShouldBe(Enum.GetNames<PunchOrigin>().Select(n => n.ToLowerInvariant()), ignoreOrder: true);
        Words(schemas["Delivery"]).ShouldBe(Enum.GetNames<DeliveryState>().Select(n => n.ToLowerInvariant()), ignoreOrder: true);
        Words(schemas["Method"]).ShouldBe(Enum.GetNames<PunchMethod>().Select(n => n.ToLowerInvariant()), ignoreOrder: true);
        Words(schemas["PunchView"].Properties!["clock"]).ShouldBe(Enum.GetNames<ClockQuality>().Select(n => n.ToLowerInvariant()), ignoreOrder: true);
        Words(schemas["PunchView"].Properties!["direction"]).ShouldBe(Enum.GetNames<PunchDirection>().Select(n => n.ToLowerInvariant()), ignoreOrder: true);

        static IEnumerable<string> Words(IOpenApiSchema schema) => schema.Enum!.Select(w => w!.GetValue<string>());
    }
}
