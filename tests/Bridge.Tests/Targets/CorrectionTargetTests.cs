using System.Globalization;
using Devices.Bridge.Corrections;
using Devices.Bridge.Delivery.Targets.ErpNext;
using Devices.Bridge.Delivery.Targets.Webhook;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Api;
using Devices.Bridge.Tests.Delivery;
using Devices.Contract.Punches;
using Devices.Standins.Frappe;

namespace Devices.Bridge.Tests.Targets;

/// <summary>What other systems hear of corrections: a whole bridge with a webhook and ERPNext behind the outbox.</summary>
public sealed class CorrectionTargetTests : IAsyncLifetime
{
    private static readonly Corrector Lin = new("lin", SiteScope.All, true, [], null);
    private readonly string _secret = WebhookSecrets.New();
    private readonly string _files = Directory.CreateTempSubdirectory("correct-").FullName;
    private readonly LedgerMaker _ledger = new();
    private WebhookReceiver _receiver = null!;
    private FrappeStandin _frappe = null!;
    private Bench _bench = null!;
    private int _requests;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _receiver = await WebhookReceiver.StartAsync(_secret);
        _frappe = await FrappeStandin.StartAsync();
        _frappe.Site.Add(new Employee("E-ada", "Ada", "ada"), new Employee("E-grace", "Grace", "grace"));
        string secret = Path.Combine(_files, "secret"), token = Path.Combine(_files, "token");
        await File.WriteAllTextAsync(secret, _secret, Stop);
        await File.WriteAllTextAsync(token, "standinkey:standinsecret", Stop);
        string[] quick = ["PollSeconds=0.02", "RetrySeconds=0.05", "RetryMaxSeconds=1", "ConfigurationRetrySeconds=0.2"];
        _bench = await Bench.StartAsync(null,
        [
            "--Bridge:Platform:Kind=none",
            $"--Bridge:Webhook:Url={_receiver.Address}", $"--Bridge:Webhook:SecretFile={secret}", "--Bridge:Webhook:AllowPrivateAddresses=true",
            $"--Bridge:ErpNext:Url={_frappe.Address}", $"--Bridge:ErpNext:TokenFile={token}", "--Bridge:ErpNext:SettleSeconds=0.2", "--Bridge:ErpNext:CallsPerSecond=1000",
            .. quick.SelectMany(s => (string[])[$"--Bridge:Webhook:{s}", $"--Bridge:ErpNext:{s}"]),
        ]);
        await _bench.Get<IPeopleStore>().ReconcileAsync([], [new Person("ada", "Ada", null, true, []), new Person("grace", "Grace", null, true, [])], Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await _bench.DisposeAsync();
        await _frappe.DisposeAsync();
        await _receiver.DisposeAsync();
        Directory.Delete(_files, recursive: true);
    }

    [Fact]
    public async Task A_receiver_is_told_each_correction_once_under_its_own_id_after_the_punch_and_before_the_persons_next()
    {
        OpenApiFile file = await OpenApiFile.LoadAsync();
        Punch wrong = _ledger.Next("ada", Bench.Now(30)), later = _ledger.Next("ada", Bench.Now(20));
        await _bench.AppendAsync(_ledger, wrong);
        await UntilAsync("webhook", wrong, DeliveryState.Delivered);
        // The first call is not answered well, the same comes again.
        _receiver.Answer(WebhookReceiver.Status(500));
        long moved = await CorrectAsync(CorrectionKind.Reassign, wrong, "grace");
        await _bench.AppendAsync(_ledger, later);
        await UntilAsync("webhook", wrong, DeliveryState.Delivered);
        await UntilAsync("webhook", later, DeliveryState.Delivered);
        long back = await CorrectAsync(CorrectionKind.Reinstate, wrong);
        await UntilAsync("webhook", wrong, DeliveryState.Delivered);
        StoredPunch standIn = (await _bench.Get<IEffectivePunches>().OfPersonAsync(SiteScope.All, "grace", 0, long.MaxValue, Stop)).Single();
        await UntilAsync("webhook", standIn.Punch, DeliveryState.Delivered);

        string Key(Punch p) => string.Create(CultureInfo.InvariantCulture, $"{p.Terminal}_{p.Ledger:N}_{p.Seq}");
        Received[] ada = [.. _receiver.Calls.Where(c => c.Json["data"]!["person"]!.GetValue<string>() == "ada")], grace = [.. _receiver.Calls.Except(ada)];
        ada.Select(c => c.Id).Distinct().ShouldBe([$"punch_{Key(wrong)}", $"correction_{moved}_{Key(wrong)}", $"punch_{Key(later)}", $"correction_{back}_{Key(wrong)}"]);
        ada.GroupBy(c => c.Id).ShouldAllBe(calls => calls.Select(c => c.Body).Distinct().Count() == 1);
        grace.Select(c => c.Id).Distinct().ShouldBe([$"punch_{Key(standIn.Punch)}", $"correction_{back}_{Key(standIn.Punch)}"]);
        foreach (Received call in _receiver.Calls)
            file.CheckWebhook(call.Json["type"]!.GetValue<string>(), new Dictionary<string, string> { ["webhook-id"] = call.Id, ["webhook-timestamp"] = call.Timestamp, ["webhook-signature"] = call.Signatures }, call.Body);
        var data = ada.First(c => c.Id.StartsWith($"correction_{moved}_", StringComparison.Ordinal)).Json["data"]!;
        (data["kind"]!.GetValue<string>(), data["counts"]!.GetValue<bool>(), data["stand_in"]!["person"]!.GetValue<string>()).ShouldBe(("reassign", false, "grace"));
        ada[^1].Json["data"]!["counts"]!.GetValue<bool>().ShouldBeTrue();
        grace[^1].Json["data"]!["counts"]!.GetValue<bool>().ShouldBeFalse("the one that stood in");
        grace[0].Json["data"]!["origin"]!.GetValue<string>().ShouldBe("reassigned");
        _receiver.Calls.ShouldAllBe(c => !c.Body.Contains("The door", StringComparison.Ordinal));
        (await _bench.Get<ICorrectionStore>().DifferencesAsync(SiteScope.All, 10, Stop)).ShouldNotContain(d => d.Target == "webhook", "it knows");

        // A replay gives a receiver that lost everything what counts, and of what does not, that.
        int before = _receiver.Calls.Count;
        (await _bench.Get<IReplayStore>().ReplayAsync("webhook", 0, long.MaxValue, Stop)).ShouldBe(3);
        await UntilAsync("webhook", wrong, DeliveryState.Delivered);
        await UntilAsync("webhook", later, DeliveryState.Delivered);
        await UntilAsync("webhook", standIn.Punch, DeliveryState.Delivered);
        _receiver.Calls.Skip(before).Select(c => c.Id).Distinct().Order(StringComparer.Ordinal).ShouldBe(new[] { $"punch_{Key(wrong)}", $"punch_{Key(later)}", $"correction_{back}_{Key(standIn.Punch)}" }.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_was_never_sent_is_told_to_nobody_and_what_was_under_way_is()
    {
        _receiver.Answer([.. Enumerable.Repeat(WebhookReceiver.Status(503), 4)]);
        Punch never = _ledger.Next("grace", Bench.Now(30), ClockQuality.Held), tried = _ledger.Next("ada", Bench.Now(29));
        await _bench.AppendAsync(_ledger, never, tried);
        await Until.Async(() => Task.FromResult(_receiver.Calls.Count), count => count >= 1, "a first call");
        await CorrectAsync(CorrectionKind.Void, tried);
        await CorrectAsync(CorrectionKind.Void, never);
        await UntilAsync("webhook", tried, DeliveryState.Delivered);
        await UntilAsync("webhook", never, DeliveryState.Skipped);
        string neverSent = $"_{never.Ledger:N}_{never.Seq}";
        _receiver.Calls.ShouldNotContain(c => c.Id.EndsWith(neverSent, StringComparison.Ordinal));
        _receiver.Calls[^1].Id.ShouldStartWith("correction_", Case.Sensitive, "it may have the punch: no answer is no proof that it has not");
    }

    [Fact]
    public async Task ERPNext_leaves_a_voided_log_out_and_HR_is_shown_where_an_attendance_was_made_of_it_already()
    {
        Punch first = _ledger.Next("ada", Bench.Now(40)), second = _ledger.Next("ada", Bench.Now(30));
        await _bench.AppendAsync(_ledger, first, second);
        await UntilAsync("erpnext", second, DeliveryState.Delivered);
        await CorrectAsync(CorrectionKind.Void, first);
        await UntilAsync("erpnext", first, DeliveryState.Delivered);
        _frappe.Site.Checkins.Select(c => c.SkipAutoAttendance).ShouldBe([true, false]);
        await CorrectAsync(CorrectionKind.Reinstate, first);
        await UntilAsync("erpnext", first, DeliveryState.Delivered);
        _frappe.Site.Checkins.ShouldAllBe(c => !c.SkipAutoAttendance);

        _frappe.Site.MarkAttendance("HR-ATT-2026-00007");
        await CorrectAsync(CorrectionKind.Void, second);
        await UntilAsync("erpnext", second, DeliveryState.Dead);
        ExceptionRow row = (await Until.Async(async () => (await _bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 20, Stop)).Where(e => e.Source == "correction").ToList(), rows => rows.Count > 0, "the row for HR"))[0];
        (row.Code, row.Terminal, row.Seq).ShouldBe((ErpNextTarget.AttendanceMade, second.Terminal, second.Seq));
        row.Text.ShouldContain("HR-ATT-2026-00007");
        row.Text.ShouldContain("cannot be undone from here");

        // Somebody cancelled it there: sent again it is taken, and the row closes by itself.
        _frappe.Site.MarkAttendance(null);
        (await _bench.Get<IOutboxStore>().ResendAsync(SiteScope.All, "erpnext", [(await _bench.FindAsync(second)).Id], Stop)).ShouldBe(1);
        await UntilAsync("erpnext", second, DeliveryState.Delivered);
        _frappe.Site.Checkins[1].SkipAutoAttendance.ShouldBeTrue();
        await Until.Async(() => _bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 20, Stop), rows => rows.All(e => e.Source != "correction"), "the row to close");

        // A user who may not change logs stops no punch.
        _frappe.Site.Settings = new() { MayChange = false };
        await CorrectAsync(CorrectionKind.Void, first);
        await UntilAsync("erpnext", first, DeliveryState.Dead);
        Punch third = _ledger.Next("grace", Bench.Now(10));
        await _bench.AppendAsync(_ledger, third);
        await UntilAsync("erpnext", third, DeliveryState.Delivered);
    }

    private async Task<long> CorrectAsync(CorrectionKind kind, Punch punch, string? to = null)
    {
        CorrectionAnswer answer = await _bench.Get<CorrectionDesk>().ChangeAsync(Lin, kind, (await _bench.FindAsync(punch)).Id, to, long.MaxValue, new(CorrectionReasons.Of(kind)[0], "The door stood open.", $"r{_requests++}"), Stop);
        answer.Done.ShouldBeTrue(answer.ToString());
        return answer.Result!.Correction!.Id;
    }

    private async Task UntilAsync(string target, Punch punch, DeliveryState state)
    {
        long id = (await _bench.FindAsync(punch)).Id;
        await Until.Async(async () => (await _bench.Get<ITargetStore>().StatesAsync([id], Stop)).Single(s => s.Target == target).State, s => s == state, $"{target} to have punch {punch.Seq} {state}");
    }
}
