using System.Net;
using System.Text.Json;
using Devices.Bridge.Operations;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Api;
using Devices.Bridge.Tests.Kit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Devices.Bridge.Tests.Operations;

/// <summary>frappe/biometric-attendance-sync-tool#90: the service runs, no error is logged, nothing comes.</summary>
public sealed class SilenceTests
{
    [Theory]
    [InlineData("2026-03-02T09:00", "2026-03-02T12:30", 210)] // a Monday
    [InlineData("2026-03-02T06:00", "2026-03-02T08:00", 0)]
    [InlineData("2026-03-02T17:30", "2026-03-03T08:30", 60)]
    [InlineData("2026-02-27T17:00", "2026-03-02T09:00", 120)] // over a weekend
    [InlineData("2026-02-28T00:00", "2026-03-01T23:59", 0)]
    public void Only_working_time_counts(string from, string until, int minutes)
    {
        PunchSilence silence = new(new(), new() { Site = new() { TimeZone = "Asia/Shanghai" } }, null!, null!, TimeProvider.System);
        silence.Working(At(from), At(until)).TotalMinutes.ShouldBe(minutes);
    }

    [Fact]
    public async Task Silence_in_working_time_is_an_alarm_of_its_own_and_ends_with_the_next_punch()
    {
        OpenApiFile file = await OpenApiFile.LoadAsync();
        FakeTimeProvider wall = new(DateTimeOffset.FromUnixTimeMilliseconds(At("2026-03-02T08:00")));
        await using TestBridge bridge = await TestBridge.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(new Wall(wall)), "--Bridge:Health:NoPunchHours=2");
        using HttpClient http = new() { BaseAddress = new(bridge.Http) };
        (await AskAsync()).Status.ShouldBe("ok", "without any terminal nothing is expected");
        await bridge.Get<Devices.Bridge.Store.Sql.SqlDatabase>().WriteAsync(session => session.Execute(
            "INSERT INTO terminals (name, created_at) VALUES ('m2-001', @now)", ("@now", wall.GetUtcNow().ToUnixTimeMilliseconds())));
        TestLedger ledger = new TestLedger("m2-001");
        ledger.Add(at: wall.GetUtcNow().ToUnixTimeMilliseconds());
        await bridge.Get<IPunchStore>().AppendAsync(ledger.All());
        wall.Advance(TimeSpan.FromMinutes(119));
        (await AskAsync()).ShouldBe(("ok", 119L));
        await bridge.Get<SilenceWatch>().LookAsync(CancellationToken.None);
        wall.Advance(TimeSpan.FromMinutes(1));
        (await AskAsync()).ShouldBe(("silent", 120L));
        await bridge.Get<SilenceWatch>().LookAsync(CancellationToken.None);
        (await bridge.ExceptionAsync(PunchSilence.Code)).Text.ShouldBe("No punch was accepted for 2 working hours, since 2026-03-02 08:00: look at the terminals and at their way to the bridge.");

        ledger.Add(at: wall.GetUtcNow().ToUnixTimeMilliseconds());
        await bridge.Get<IPunchStore>().AppendAsync(ledger.All());
        (await AskAsync()).ShouldBe(("ok", 0L));
        await bridge.Get<SilenceWatch>().LookAsync(CancellationToken.None);
        (await bridge.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 10)).ShouldNotContain(row => row.Code == PunchSilence.Code);
        foreach (string path in (string[])["/health/live", "/health/ready"])
        {
            using HttpResponseMessage answer = await http.GetAsync(path, TestContext.Current.CancellationToken);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            await file.CheckAsync(path, HttpMethod.Get, answer);
        }

        async Task<(string Status, long Minutes)> AskAsync()
        {
            using HttpResponseMessage answer = await http.GetAsync("/health/punches", TestContext.Current.CancellationToken);
            await file.CheckAsync("/health/punches", HttpMethod.Get, answer);
            JsonElement said = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
            answer.StatusCode.ShouldBe(said.GetProperty("status").GetString() == "ok" ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable);
            return (said.GetProperty("status").GetString()!, said.GetProperty("working_minutes").GetInt64());
        }
    }

    [Theory]
    [InlineData("--Bridge:Health:NoPunchHours=-1", "Bridge:Health:NoPunchHours is -1")]
    [InlineData("--Bridge:Health:WorkHours=18:00-08:00", "Bridge:Health:WorkHours is '18:00-08:00'")]
    [InlineData("--Bridge:Health:WorkDays=0-5", "Bridge:Health:WorkDays is '0-5'")]
    [InlineData("--Bridge:Telemetry:Otlp=collector", "Bridge:Telemetry:Otlp is 'collector'")]
    [InlineData("--Bridge:Telemetry:TraceShare=2", "Bridge:Telemetry:TraceShare is 2")]
    [InlineData("--Bridge:Telemetry:EverySeconds=0", "Bridge:Telemetry:EverySeconds is 0")]
    [InlineData("--Bridge:Log:Format=xml", "Bridge:Log:Format is 'xml'")]
    [InlineData("--Bridge:Telemetry:Prometheus=1", "There is no setting Bridge:Telemetry:Prometheus")]
    public void Nonsense_is_refused_at_start_with_a_sentence(string setting, string sentence) =>
        Should.Throw<BridgeStartException>(() => BridgeApplication.Build([setting])).Message.ShouldContain(sentence);

    // At the site, UTC+8.
    private static long At(string local) => DateTimeOffset.Parse(local + ":00+08:00", System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();

    // Timers stay real: only the wall clock is moved.
    private sealed class Wall(FakeTimeProvider wall) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => wall.GetUtcNow();
    }
}
