using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using Devices.Bridge.Fleet;
using Devices.Bridge.Roster;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Delivery;
using Devices.Bridge.Tests.Kit;
using Devices.Bridge.Tests.Web;
using Devices.Contract;
using Devices.Contract.Punches;
using Microsoft.Extensions.Logging;

namespace Devices.Bridge.Tests.Operations;

/// <summary>A day with everything that goes wrong, and then the log is searched: places and numbers, never people or secrets.</summary>
public sealed class LogPrivacyTests
{
    [Fact]
    public async Task No_name_userid_card_job_number_code_password_or_token_is_in_the_log_of_a_day_with_every_fault()
    {
        using Kept kept = new();
        await using PlayedPlatform platform = await PlayedPlatform.StartAsync(null, "zuse-4711", "noether-0815");
        await using Bench bench = await Bench.StartAsync(platform, "--Logging:LogLevel:Default=Trace", "--Logging:LogLevel:Devices=Trace", "--Bridge:Ingest:ClockOldDays=60");
        await bench.CloseAsync();
        bench.Configure = builder => builder.Logging.AddProvider(kept);
        await bench.OpenAsync();
        string code = ClaimCode.Create();
        ClaimCode.TryHash(code, out byte[] hash).ShouldBeTrue();
        await bench.Get<IFleetStore>().AddClaimAsync(hash, "m2-001", long.MaxValue);
        string root = bench.Get<CertificateAuthority>().RootFingerprint, https = bench.Get<Listeners>().Address("https");

        // The roster, punches that are delivered, refused, ambiguous, unknown to the platform, doubtful.
        await bench.Get<RosterService>().PullAsync(false, CancellationToken.None);
        Enrolled identity = await Enrolled.EnrolAsync(https, "m2-001", ClaimCode.WithRoot(code, root));
        using (HttpClient http = Enrolled.PinnedClient(root))
        using (System.Security.Cryptography.ECDsa other = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256))
        using (HttpResponseMessage again = await Enrolled.PostAsync(http, https, "m2-001", code, Enrolled.Csr(other, "m2-001")))
            again.IsSuccessStatusCode.ShouldBeFalse();
        await using TestTerminal terminal = await TestTerminal.ConnectAsync(identity, bench.Get<Listeners>().Address("mqtt"));
        TestLedger ledger = new("m2-001");
        await platform.FaultAsync(new { api = PlayedPlatform.Upload, kind = "close-after-recording", count = 1 });
        Punch first = ledger.Add("zuse-4711", Bench.Now(20), PunchMethod.Card);
        ledger.Add("noether-0815", Bench.Now(15));
        ledger.Add("stranger-99", Bench.Now(10), PunchMethod.Pin);
        ledger.Add("zuse-4711", Bench.Now(-300));
        await terminal.PublishAsync(ledger.All());
        await bench.UntilAsync(first, DeliveryState.Delivered);

        // Refused messages that hold what must not be told on.
        string person = ledger.Punches[0].Person;
        await terminal.PublishAsync(Topics.For("m2-001", Topics.Punches), $"{{\"terminal\":\"m2-001\",\"person\":\"{person}\",\"card\":\"04A1B2C3D4\"");
        await terminal.PublishAsync(ledger.Clone(1).With("noether-0815", Bench.Now(14)).All());
        // A wrong password, a right one.
        using HrSite.Browser browser = new(bench.Address, "en");
        await browser.SubmitAsync("/login", new() { ["user"] = "hr", ["password"] = "wrong-passw0rd-of-hr" });
        await browser.GetAsync("/punches?person=zuse-4711");
        await bench.CloseAsync();
        string log = string.Join('\n', kept.Lines);
        await bench.OpenAsync();

        kept.Lines.Count.ShouldBeGreaterThan(10);
        log.ShouldContain("m2-001");
        foreach (string secret in (string[])["zuse-4711", "noether-0815", "stranger-99", "Person zuse", "Person noether", "04A1B2C3D4", "dingstandinsecret", "wrong-passw0rd-of-hr", code, "access_token="])
            kept.Lines.ShouldNotContain(line => line.Contains(secret, StringComparison.OrdinalIgnoreCase), secret);
        kept.Lines.ShouldNotContain(line => Regex.IsMatch(line, @"\bJ[01]\b"), "job numbers");
    }

    [Fact]
    public async Task As_json_each_line_is_an_object_with_its_fields_and_times_in_utc()
    {
        using TempDirectory directory = new();
        using BridgeProcess bridge = await BridgeProcess.StartAsync(directory.File("data"), "--Bridge:Log:Format=json");
        (_, string claim, _) = await BridgeProcess.RunAsync("claim", "--data", directory.File("data"), "--terminal", "m2-001", "--json");
        Enrolled identity = await Enrolled.EnrolAsync(bridge.Https, "m2-001", JsonDocument.Parse(claim).RootElement.GetProperty("claim").GetString()!);
        await using (TestTerminal terminal = await TestTerminal.ConnectAsync(identity, bridge.Mqtt))
            await terminal.PublishAsync(new TestLedger("m2-001").AddMany(2).All());
        (await bridge.StopAsync()).ShouldBe(0);
        List<JsonElement> lines = [.. (await bridge.Errors).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        JsonElement stored = lines.First(one => one.GetProperty("Message").GetString() == "m2-001: punches 1 to 2 stored.");
        stored.GetProperty("State").GetProperty("Terminal").GetString().ShouldBe("m2-001");
        stored.GetProperty("Timestamp").GetString()!.ShouldEndWith("Z");
        bridge.Output.ShouldContain(line => line.StartsWith("bridge ready ", StringComparison.Ordinal), "lines for programs stay as they are");
    }

    private sealed class Kept : ILoggerProvider
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => new Writer(this, categoryName);

        public void Dispose()
        {
        }

        private sealed class Writer(Kept owner, string category) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

            // The bridge's own lines; the frameworks' are set to warnings where the bridge runs.
            public bool IsEnabled(LogLevel logLevel) => category.StartsWith("Devices.", StringComparison.Ordinal) || logLevel >= LogLevel.Warning;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                if (IsEnabled(logLevel)) owner.Lines.Enqueue($"{category}: {formatter(state, exception)} {exception}");
            }
        }
    }
}
