using System.Globalization;
using Devices.Bridge.Delivery.Targets.Webhook;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Store.Sqlite;
using Devices.Bridge.Tests.Delivery;
using Devices.Bridge.Tests.Kit;
using Devices.Contract.Punches;
using Devices.Standins.Frappe;
using Until = Devices.Bridge.Tests.Delivery.Until;

namespace Devices.Bridge.Tests.Targets;

/// <summary>The real program, killed with SIGKILL between sending and noting, or anywhere at all.</summary>
public sealed class TargetKillTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly LedgerMaker _ledger = new();

    private string Data => Path.Combine(_directory.Path, "bridge");

    public void Dispose() => _directory.Dispose();

    private async Task StoreAsync(params IReadOnlyList<Punch> punches)
    {
        Directory.CreateDirectory(Data);
        await using SqliteDatabase database = SqliteDatabase.Open(Path.Combine(Data, "bridge.db"));
        await new SqlPunchStore(database, TimeProvider.System).AppendAsync(_ledger.Batch(punches));
    }

    private async Task<long> LeftAsync(string target)
    {
        await using SqliteDatabase database = SqliteDatabase.Open(Path.Combine(Data, "bridge.db"));
        IReadOnlyDictionary<DeliveryState, long> counts = await new SqlOutboxStore(database, TimeProvider.System).CountAsync(SiteScope.All, target);
        return counts.GetValueOrDefault(DeliveryState.Delivered) == 0 ? long.MaxValue : counts.Where(c => c.Key != DeliveryState.Delivered).Sum(c => c.Value);
    }

    [Fact]
    public async Task A_webhook_whose_answer_the_bridge_did_not_live_to_see_comes_again_under_the_same_id()
    {
        string secret = WebhookSecrets.New();
        await using WebhookReceiver receiver = await WebhookReceiver.StartAsync(secret);
        receiver.Answer(WebhookReceiver.Hang);
        string file = Path.Combine(_directory.Path, "secret");
        await File.WriteAllTextAsync(file, secret, TestContext.Current.CancellationToken);
        string[] settings = [$"--Bridge:Webhook:Url={receiver.Address}", $"--Bridge:Webhook:SecretFile={file}", "--Bridge:Webhook:AllowPrivateAddresses=true", "--Bridge:Webhook:TimeoutSeconds=60", "--Bridge:Webhook:From=all", "--Bridge:Webhook:PollSeconds=0.05"];
        await StoreAsync(_ledger.Next("ada", Bench.Now(9)), _ledger.Next("ada", Bench.Now(8)));
        using (BridgeProcess bridge = await BridgeProcess.StartAsync(Data, settings))
        {
            await Until.Async(() => Task.FromResult(receiver.Calls.Count), n => n == 1, "the call", 60);
            await bridge.KillAsync();
        }

        using (BridgeProcess bridge = await BridgeProcess.StartAsync(Data, settings))
        {
            await Until.Async(() => LeftAsync("webhook"), n => n == 0, "both to be delivered", 60);
            await bridge.KillAsync();
        }

        receiver.Calls.Select(c => c.Id[^2..]).ShouldBe(["_1", "_1", "_2"]);
        receiver.Taken.Select(c => c.Json["data"]!["seq"]!.GetValue<long>()).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task A_site_that_was_still_at_it_when_the_bridge_was_killed_has_the_log_once()
    {
        await using FrappeStandin frappe = await FrappeStandin.StartAsync();
        frappe.Site.Add(new Employee("E-ada", "Ada", "ada"));
        // Longer than a restart: sent again at once, the second would pass the site's check for duplicates too.
        frappe.Site.Add(new FrappeFault(FrappeFaultKind.SlowTransaction, "Employee Checkin", "POST", 6000));
        string token = Path.Combine(_directory.Path, "token");
        await File.WriteAllTextAsync(token, "standinkey:standinsecret", TestContext.Current.CancellationToken);
        string[] settings = [$"--Bridge:ErpNext:Url={frappe.Address}", $"--Bridge:ErpNext:TokenFile={token}", "--Bridge:ErpNext:From=all", "--Bridge:ErpNext:PollSeconds=0.05", "--Bridge:ErpNext:SettleSeconds=8"];
        await StoreAsync(_ledger.Next("ada", Bench.Now(9)));
        using (BridgeProcess bridge = await BridgeProcess.StartAsync(Data, settings))
        {
            await Until.Async(() => Task.FromResult(frappe.Site.Calls("POST Employee Checkin")), n => n == 1, "the call", 60);
            await bridge.KillAsync();
        }

        using (BridgeProcess bridge = await BridgeProcess.StartAsync(Data, settings))
        {
            await Until.Async(() => LeftAsync("erpnext"), n => n == 0, "it to be delivered", 60);
            await bridge.KillAsync();
        }

        frappe.Site.Checkins.Count.ShouldBe(1);
        frappe.Site.Calls("POST Employee Checkin").ShouldBe(2, "the second was seen to be a duplicate");
    }

    [Fact]
    public async Task Killed_again_and_again_while_a_reader_takes_the_files_every_punch_is_in_one_file()
    {
        string drop = Directory.CreateDirectory(Path.Combine(_directory.Path, "drop")).FullName, taken = Directory.CreateDirectory(Path.Combine(_directory.Path, "taken")).FullName;
        Punch[] punches = [.. Enumerable.Range(0, 90).Select(i => _ledger.Next($"p{i % 7}", Bench.Now(200 - i)))];
        await StoreAsync(punches);
        string[] settings = [$"--Bridge:CsvDrop:Directory={drop}", "--Bridge:CsvDrop:From=all", "--Bridge:CsvDrop:RowsPerFile=2", "--Bridge:CsvDrop:PeriodMinutes=0.001", "--Bridge:CsvDrop:PollSeconds=0.01"];
        int files = 0;
        void Take()
        {
            foreach (string file in Directory.GetFiles(drop, "*.csv")) File.Move(file, Path.Combine(taken, string.Create(CultureInfo.InvariantCulture, $"{files++:D4}-{Path.GetFileName(file)}")));
        }

        for (int round = 0; round < 4; round++)
        {
            using BridgeProcess bridge = await BridgeProcess.StartAsync(Data, settings);
            int before = files;
            await Until.Async(() => { Take(); return Task.FromResult(files); }, n => n > before + round || n >= punches.Length / 2, "some files", 60);
            await bridge.KillAsync();
            Take();
        }

        using (BridgeProcess bridge = await BridgeProcess.StartAsync(Data, settings))
        {
            await Until.Async(() => { Take(); return Task.FromResult(Rows(taken)); }, r => r >= punches.Length, "all of them", 90);
            await bridge.KillAsync();
        }

        Take();
        string[] seen = [.. Directory.GetFiles(taken).SelectMany(f => File.ReadAllLines(f).Skip(1)).Select(l => l.Split(',')[^1])];
        seen.Length.ShouldBe(punches.Length);
        seen.Distinct().Count().ShouldBe(punches.Length);
    }

    private static int Rows(string folder) => Directory.GetFiles(folder).Sum(f => File.ReadAllLines(f).Length - 1);
}
