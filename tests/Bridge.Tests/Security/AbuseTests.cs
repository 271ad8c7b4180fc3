using System.Net;
using Devices.Bridge.Exports;
using Devices.Bridge.Logging;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Kit;
using Devices.Bridge.Tests.Web;
using Devices.Bridge.Web.Api;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Devices.Bridge.Tests.Security;

/// <summary>Limits against whoever tries without end; those that have tests elsewhere are named in tests/SECURITY.md.</summary>
public sealed class AbuseTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Guessing_keys_of_programs_is_slowed_by_address_and_a_right_key_goes_on()
    {
        await using HrSite site = await HrSite.StartAsync();
        string token = await ApiToken.AddAsync(site.Bench.Get<IApiKeyStore>(), site.Bench.Get<IAuditStore>(), "real", ["punches"], SiteScope.All, null, "test", null, Stop);
        using HttpClient guessing = new() { BaseAddress = site.Bench.Address }, right = new() { BaseAddress = site.Bench.Address };
        right.DefaultRequestHeaders.Authorization = new("Bearer", token);
        List<HttpStatusCode> answers = [];
        for (int i = 0; i < 40; i++)
        {
            guessing.DefaultRequestHeaders.Authorization = new("Bearer", ApiToken.Create());
            using HttpResponseMessage answer = await guessing.GetAsync("/api/v1/punches", Stop);
            answers.Add(answer.StatusCode);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests) answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(1, 60);
        }

        answers.Take(30).ShouldAllBe(code => code == HttpStatusCode.Unauthorized);
        answers.Skip(31).ShouldAllBe(code => code == HttpStatusCode.TooManyRequests);
        using HttpResponseMessage good = await right.GetAsync("/api/v1/punches", Stop);
        good.StatusCode.ShouldBe(HttpStatusCode.OK, "a program with a key does not pay for its neighbour");
    }

    [Fact]
    public async Task A_request_for_a_certificate_that_is_larger_than_any_is_refused_before_it_is_read()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        string claim = await bridge.ClaimAsync("m2-001");
        using HttpClient http = Enrolled.PinnedClient(claim.Split('@')[1]);
        using HttpResponseMessage answer = await Enrolled.PostAsync(http, bridge.Https, "m2-001", claim, new string('A', 4 * 1024 * 1024));
        ((int)answer.StatusCode).ShouldBeInRange(400, 413);
        (await answer.Content.ReadAsStringAsync(Stop)).Length.ShouldBeLessThan(500);
        // It did not cost the claim.
        await Enrolled.EnrolAsync(bridge.Https, "m2-001", claim);
    }

    [Fact]
    public async Task Nobody_queues_exports_without_end_and_one_who_tries_keeps_nobody_else_waiting()
    {
        // Without the worker, so that what waits goes on waiting.
        await using TestBridge bridge = await TestBridge.StartAsync(builder =>
        {
            foreach (ServiceDescriptor one in builder.Services.Where(one => one.ServiceType == typeof(IHostedService) && one.ImplementationFactory?.Method.DeclaringType?.DeclaringType == typeof(ExportsSetup)).ToList()) builder.Services.Remove(one);
        });
        bridge.App.Services.GetServices<IHostedService>().OfType<ExportWorker>().ShouldBeEmpty();
        IExportStore exports = bridge.Get<IExportStore>();
        // All at once: a count that is read before it is written would let more through.
        ExportRow?[] taken = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => exports.AddAsync(new("mallory", "punches", "csv", "", "{}"), 3, Stop)));
        taken.Count(one => one is not null).ShouldBe(3);
        (await exports.OfOwnerAsync("mallory", 100, Stop)).Count(one => one.State is ExportState.Waiting or ExportState.Running).ShouldBe(3);
        (await exports.AddAsync(new("grace", "punches", "csv", "", "{}"), 3, Stop)).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("plain text, é 漢字 😀", "plain text, é 漢字 😀")]
    [InlineData("d/m2-001/eve\u0000\u001b[2Jnt", "d/m2-001/eve\uFFFD\uFFFD[2Jnt")]
    [InlineData("x\n12:00:00 error: forged\r\nby\u0085a\u2028topic\u009b31m", "x 12:00:00 error: forged by a topic\uFFFD31m")]
    public void What_a_terminal_names_can_neither_forge_a_line_of_the_log_nor_command_a_console(string text, string line) => OneLine.Of(text).ShouldBe(line);
}
