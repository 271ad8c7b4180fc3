using System.Globalization;
using Devices.Bridge.Delivery.Targets.CsvDrop;
using Devices.Bridge.Delivery.Targets.ErpNext;
using Devices.Bridge.Delivery.Targets.Webhook;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Delivery;
using Devices.Contract.Punches;
using Devices.Standins.Frappe;

namespace Devices.Bridge.Tests.Targets;

/// <summary>Whole bridges with all three targets behind the outbox: whatever goes wrong, what arrives equals what was recorded.</summary>
public sealed class OutboxTargetTests : IAsyncLifetime
{
    private readonly string _secret = WebhookSecrets.New();
    private readonly string _files = Directory.CreateTempSubdirectory("targets-").FullName;
    private readonly LedgerMaker _ledger = new();
    private PlayedPlatform _platform = null!;
    private WebhookReceiver _receiver = null!;
    private FrappeStandin _frappe = null!;
    private Bench _bench = null!;

    private string Drop => Path.Combine(_files, "drop");

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Drop);
        _platform = await PlayedPlatform.StartAsync();
        _receiver = await WebhookReceiver.StartAsync(_secret);
        _frappe = await FrappeStandin.StartAsync();
        _frappe.Site.Add(new Employee("E-ada", "Ada", "ada"), new Employee("E-grace", "Grace", "grace"), new Employee("E-alan", "Alan", "alan"));
        _bench = await Bench.StartAsync(_platform, Settings());
    }

    public async ValueTask DisposeAsync()
    {
        await _bench.DisposeAsync();
        await _frappe.DisposeAsync();
        await _receiver.DisposeAsync();
        await _platform.DisposeAsync();
        Directory.Delete(_files, recursive: true);
    }

    private string[] Settings()
    {
        string secret = Path.Combine(_files, "secret"), token = Path.Combine(_files, "token");
        File.WriteAllText(secret, _secret);
        File.WriteAllText(token, "standinkey:standinsecret");
        string[] quick = ["PollSeconds=0.02", "RetrySeconds=0.05", "RetryMaxSeconds=1", "ConfigurationRetrySeconds=0.2"];
        return
        [
            $"--Bridge:Webhook:Url={_receiver.Address}", $"--Bridge:Webhook:SecretFile={secret}", "--Bridge:Webhook:AllowPrivateAddresses=true", "--Bridge:Webhook:TimeoutSeconds=1",
            $"--Bridge:ErpNext:Url={_frappe.Address}", $"--Bridge:ErpNext:TokenFile={token}", "--Bridge:ErpNext:SettleSeconds=0.2", "--Bridge:ErpNext:TimeoutSeconds=1", "--Bridge:ErpNext:CallsPerSecond=1000",
            $"--Bridge:CsvDrop:Directory={Drop}", "--Bridge:CsvDrop:PeriodMinutes=0.002",
            .. quick.SelectMany(s => (string[])[$"--Bridge:Webhook:{s}", $"--Bridge:ErpNext:{s}", $"--Bridge:CsvDrop:{s}"]),
        ];
    }

    private Punch Next(string person, int minutesAgo, ClockQuality clock = ClockQuality.Synced) => _ledger.Next(person, Bench.Now(minutesAgo), clock);

    private async Task<DeliveryState> StateAsync(string target, Punch punch)
    {
        StoredPunch stored = await _bench.FindAsync(punch);
        return (await _bench.Get<ITargetStore>().StatesAsync([stored.Id])).Single(s => s.Target == target).State;
    }

    private Task UntilAsync(string target, Punch punch, DeliveryState state) => Until.Async(() => StateAsync(target, punch), s => s == state, $"{target} to have punch {punch.Seq} {state}");

    private string[] Rows() => [.. Directory.GetFiles(Drop, "*.csv").SelectMany(f => File.ReadAllLines(f).Skip(1)).Select(l => l.Split(',')).Select(f => $"{f[0]}#{f[^1]}").Order(StringComparer.Ordinal)];

    private static string Row(Punch punch) => $"{punch.Person}#{punch.Seq.ToString(CultureInfo.InvariantCulture)}";

    [Fact]
    public async Task Every_punch_reaches_every_target_once_in_each_persons_order_through_all_faults()
    {
        _receiver.Answer(
            WebhookReceiver.Status(500), WebhookReceiver.Close, WebhookReceiver.Status(429, null, ("Retry-After", "1")), WebhookReceiver.Hang, WebhookReceiver.Status(400), WebhookReceiver.Status(503));
        foreach (FrappeFaultKind kind in (FrappeFaultKind[])[FrappeFaultKind.CloseAfter, FrappeFaultKind.CloseBefore, FrappeFaultKind.Deadlock])
            _frappe.Site.Add(new FrappeFault(kind, "Employee Checkin", "POST"));
        _frappe.Site.Add(new FrappeFault(FrappeFaultKind.StatusAfter, "Employee Checkin", "POST", 502));
        _frappe.Site.Add(new FrappeFault(FrappeFaultKind.StatusBefore, "Employee", "GET", 503, 2));
        string[] people = ["ada", "grace", "alan"];
        List<Punch> punches = [];
        for (int i = 0; i < 12; i++) punches.Add(Next(people[i % 3], 60 - i));
        await _bench.AppendAsync(_ledger, punches);
        // A terminal that was away brings the morning after the evening.
        LedgerMaker away = new("m2-002");
        Punch late = away.Next("grace", Bench.Now(300));
        await _bench.AppendAsync(away, late);
        await UntilAsync("webhook", late, DeliveryState.Delivered);
        await UntilAsync("erpnext", late, DeliveryState.Delivered);
        await UntilAsync("csv-drop", late, DeliveryState.Delivered);
        foreach (Punch punch in punches)
        {
            await UntilAsync("webhook", punch, DeliveryState.Delivered);
            await UntilAsync("erpnext", punch, DeliveryState.Delivered);
            await UntilAsync("csv-drop", punch, DeliveryState.Delivered);
        }

        foreach (string person in people)
        {
            long[] made = [.. punches.Where(p => p.Person == person).Select(p => p.Seq)];
            _receiver.Taken.Where(c => c.Json["data"]!["person"]!.GetValue<string>() == person && c.Json["data"]!["terminal"]!.GetValue<string>() == "m2-001").Select(c => c.Json["data"]!["seq"]!.GetValue<long>()).ShouldBe(made, "once and in order");
            DateTime[] times = [.. _frappe.Site.Checkins.Where(c => c.Employee == $"E-{person}" && c.DeviceId == "m2-001").Select(c => c.Time)];
            times.ShouldBe(times.Distinct().Order());
        }

        _receiver.Taken.Count.ShouldBe(13);
        _frappe.Site.Checkins.Count.ShouldBe(13);
        await Until.Async(() => Task.FromResult(Rows()), r => r.Length == 13, "the files");
        Rows().ShouldBe(punches.Append(late).Select(Row).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_receiver_that_is_gone_is_left_alone_over_restarts_until_it_is_switched_on_again_and_the_others_go_on()
    {
        Punch first = Next("ada", 20), second = Next("ada", 19);
        _receiver.Answer(WebhookReceiver.Status(410));
        await _bench.AppendAsync(_ledger, first);
        ExceptionRow row = (await Until.Async(() => _bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 50), e => e.Any(r => r.Source == "delivery-webhook"), "the report")).Single(r => r.Source == "delivery-webhook");
        row.Code.ShouldBe(WebhookTarget.Gone);
        await _bench.CloseAsync();
        await _bench.OpenAsync();
        await _bench.AppendAsync(_ledger, second);
        await UntilAsync("erpnext", second, DeliveryState.Delivered);
        await Task.Delay(600, TestContext.Current.CancellationToken); // three times the retry of a stopped target
        _receiver.Calls.Count.ShouldBe(1);

        StringWriter said = new();
        (await BridgeProgram.RunAsync(["webhook-on", "--data", Path.Combine(_bench.Folder, "bridge")], said, said)).ShouldBe(0, said.ToString());
        await UntilAsync("webhook", second, DeliveryState.Delivered);
        _receiver.Taken.Count.ShouldBe(2);
        await Until.Async(() => _bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 50), e => e.All(r => r.Source != "delivery-webhook"), "the report to be closed");
    }

    [Fact]
    public async Task What_a_receiver_refuses_is_a_dead_letter_that_holds_up_nobody()
    {
        for (int i = 0; i < 6; i++) _receiver.Answer(WebhookReceiver.Status(422, "no such person"));
        Punch bad = Next("ada", 20), next = Next("ada", 19);
        await _bench.AppendAsync(_ledger, bad);
        await UntilAsync("webhook", bad, DeliveryState.Dead);
        await _bench.AppendAsync(_ledger, next);
        await UntilAsync("webhook", next, DeliveryState.Delivered);
        _receiver.Calls.Count(c => c.Id.EndsWith("_1", StringComparison.Ordinal)).ShouldBe(6);
    }

    [Fact]
    public async Task Odoo_documentation_19929_somebody_whom_the_site_does_not_know_yet_is_a_dead_letter_that_goes_by_itself_later()
    {
        Punch punch = Next("kay", 20);
        await _bench.AppendAsync(_ledger, punch);
        await UntilAsync("erpnext", punch, DeliveryState.Dead);
        (await _bench.Get<ErpNextReturn>().PassAsync(CancellationToken.None)).ShouldBe(0);
        _frappe.Site.Add(new Employee("E-kay", "Kay", "kay"));
        (await _bench.Get<ErpNextReturn>().PassAsync(CancellationToken.None)).ShouldBe(1);
        await UntilAsync("erpnext", punch, DeliveryState.Delivered);
        _frappe.Site.Checkins.ShouldHaveSingleItem().Employee.ShouldBe("E-kay");
    }

    [Fact]
    public async Task A_punch_without_a_trusted_time_goes_to_nobody()
    {
        Punch held = Next("ada", 20, ClockQuality.Held), good = Next("ada", 19);
        await _bench.AppendAsync(_ledger, held, good);
        foreach (string target in (string[])["webhook", "erpnext", "csv-drop"])
        {
            await UntilAsync(target, good, DeliveryState.Delivered);
            (await StateAsync(target, held)).ShouldBe(DeliveryState.Held);
        }

        _receiver.Calls.Count.ShouldBe(1);
        _frappe.Site.Checkins.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_operator_replays_a_range_under_the_same_ids_and_nothing_is_doubled()
    {
        Punch[] punches = [Next("ada", 200), Next("ada", 100), Next("ada", 10)];
        await _bench.AppendAsync(_ledger, punches);
        foreach (Punch punch in punches)
        {
            await UntilAsync("webhook", punch, DeliveryState.Delivered);
            await UntilAsync("erpnext", punch, DeliveryState.Delivered);
        }

        string data = Path.Combine(_bench.Folder, "bridge");
        string from = Time(punches[1].At - 1000), until = Time(punches[2].At - 1000);
        foreach (string target in (string[])["webhook", "erpnext"])
        {
            StringWriter said = new();
            (await BridgeProgram.RunAsync(["replay", "--data", data, "--target", target, "--from", from, "--to", until], said, said)).ShouldBe(0, said.ToString());
            said.ToString().ShouldContain($"1 punches go to {target} again");
        }

        await Until.Async(() => Task.FromResult(_receiver.Calls.Count), c => c == 4, "the replay");
        _receiver.Calls[3].Id.ShouldBe(_receiver.Calls[1].Id);
        _receiver.Calls[3].Body.ShouldBe(_receiver.Calls[1].Body);
        await UntilAsync("erpnext", punches[1], DeliveryState.Delivered);
        _frappe.Site.Checkins.Count.ShouldBe(3);
        await Until.Async(() => Task.FromResult(Rows()), r => r.Length == 3, "the files");
        string file = Path.GetFileName(Directory.GetFiles(Drop, "*.csv").Order(StringComparer.Ordinal).First());
        StringWriter dropped = new();
        (await BridgeProgram.RunAsync(["replay", "--data", data, "--target", "csv-drop", "--file", file], dropped, dropped)).ShouldBe(0, dropped.ToString());
        await Until.Async(() => Task.FromResult(Directory.GetFiles(Drop, "*-again1.csv")), f => f.Length == 1, "the file again");
    }

    [Fact]
    public async Task A_new_secret_is_one_that_the_settings_take()
    {
        StringWriter said = new();
        (await BridgeProgram.RunAsync(["webhook-secret"], said, said)).ShouldBe(0);
        WebhookSecrets.Parse(said.ToString()).Problem.ShouldBeNull();
    }

    [Theory]
    [InlineData("replay --data DATA --target platform --from 2026-11-01T00:00+08:00 --to 2026-11-02T00:00+08:00", "it would record the punches twice")]
    [InlineData("replay --data DATA --target other --from 2026-11-01T00:00+08:00 --to 2026-11-02T00:00+08:00", "There is no target 'other' in this bridge: it has csv-drop, erpnext, webhook.")]
    [InlineData("replay --data DATA --target webhook --from 2026-11-01 --to 2026-11-02", "is no time with its offset")]
    [InlineData("replay --data DATA --target webhook --from 2026-11-01T00:00 --to 2026-11-02T00:00", "is no time with its offset")]
    [InlineData("replay --data DATA --target webhook --from 2026-11-02T00:00Z --to 2026-11-01T00:00Z", "--to lies before --from")]
    [InlineData("replay --data DATA --target csv-drop --file ../x.csv", "There is no file '../x.csv'")]
    [InlineData("replay --data /nowhere --target webhook", "is not a bridge's data directory")]
    [InlineData("webhook-on --data DATA", "The webhook is not switched off.")]
    [InlineData("webhook-secret --x", "has no flag --x")]
    public async Task A_command_that_cannot_work_is_one_sentence(string command, string sentence)
    {
        StringWriter said = new();
        await Until.Async(() => _bench.Get<IReplayStore>().TargetsAsync(), t => t.Count == 3, "the targets to be enrolled");
        (await BridgeProgram.RunAsync([.. command.Replace("DATA", Path.Combine(_bench.Folder, "bridge"), StringComparison.Ordinal).Split(' ')], TextWriter.Null, said)).ShouldBe(BridgeProgram.StartFailed);
        said.ToString().ShouldContain(sentence);
    }

    private static string Time(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-ddTHH:mm:ssK", CultureInfo.InvariantCulture);
}
