using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Devices.Bridge.Delivery.Targets.Webhook;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Delivery;
using Devices.Bridge.Tests.Kit;
using Devices.Bridge.Tests.Web;
using Devices.Contract.Punches;
using Until = Devices.Bridge.Tests.Kit.Until;

namespace Devices.Bridge.Tests.Targets;

/// <summary>What an operator sees of the webhook and does with it.</summary>
public sealed partial class WebhookPageTests
{
    [Fact]
    public async Task Calls_are_listed_with_their_answers_and_the_webhook_is_paused_tried_rotated_and_replayed_by_buttons()
    {
        string secret = WebhookSecrets.New();
        using TempDirectory directory = new();
        await File.WriteAllTextAsync(directory.File("secret"), secret + "\n", TestContext.Current.CancellationToken);
        await using WebhookReceiver receiver = await WebhookReceiver.StartAsync(secret);
        await using HrSite site = await HrSite.StartAsync(
            $"--Bridge:Webhook:Url={receiver.Address}", $"--Bridge:Webhook:SecretFile={directory.File("secret")}", "--Bridge:Webhook:AllowPrivateAddresses=true", "--Bridge:Webhook:PollSeconds=0.1");
        using HrSite.Browser browser = await site.LogInAsync();

        // A test is no punch: another type, nobody in it, and signed like the rest.
        (await browser.SubmitAsync("/webhook", [], "/webhook/ping")).Headers.Location!.ToString().ShouldContain("pinged=1");
        Received ping = receiver.Calls.ShouldHaveSingleItem();
        ping.Valid.ShouldBeTrue();
        ping.Id.ShouldStartWith("test_");
        ping.Json["type"]!.GetValue<string>().ShouldBe("webhook.test");
        ping.Json["data"]!.AsObject().Select(p => p.Key).ShouldBe(["note"]);

        LedgerMaker ledger = new();
        Punch punch = ledger.Next("ada", Bench.Now(100)), second = ledger.Next("grace", Bench.Now(99)), third = ledger.Next("ada", Bench.Now(98));
        string from = DateTimeOffset.UtcNow.AddDays(-1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), to = DateTimeOffset.UtcNow.AddDays(1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        await site.Bench.AppendAsync(ledger, punch, second);
        await Until.TrueAsync(() => Task.FromResult(receiver.Taken.Count == 3), "both punches arrive");
        await Until.TrueAsync(async () => (await browser.PageAsync("/webhook")).Contains($"punch_m2-001_{punch.Ledger:N}_2", StringComparison.Ordinal), "the calls are listed");

        // Paused: what comes waits, and goes when it is on again.
        await browser.SubmitAsync("/webhook", [], "/webhook/pause");
        (await browser.PageAsync("/webhook")).ShouldContain("data-webhook=\"paused\"");
        await site.Bench.AppendAsync(ledger, third);
        await Until.TrueAsync(async () => (await browser.PageAsync("/webhook")).Contains("data-waiting=\"1\"", StringComparison.Ordinal), "it waits");
        receiver.Taken.Count.ShouldBe(3);
        await browser.SubmitAsync("/webhook", [], "/webhook/resume");
        await Until.TrueAsync(() => Task.FromResult(receiver.Taken.Count == 4), "it goes on");

        // A new secret is shown once; until the end of the overlap both sign.
        using HttpResponseMessage rotated = await browser.SubmitAsync("/webhook", [], "/webhook/rotate");
        string shown = rotated.Headers.Location!.ToString(), made = SecretText().Match(await browser.PageAsync(shown)).Groups[1].Value;
        made = WebUtility.HtmlDecode(made);
        made.ShouldStartWith("whsec_");
        WebUtility.HtmlDecode(await browser.PageAsync(shown)).ShouldNotContain(made);
        (await File.ReadAllLinesAsync(directory.File("secret"), TestContext.Current.CancellationToken)).ShouldBe([made, secret]);
        (await browser.SubmitAsync("/webhook", [], "/webhook/rotate")).Headers.Location!.ToString().ShouldContain("wrong=rotate");
        await browser.SubmitAsync("/webhook", [], "/webhook/rotated");
        (await File.ReadAllLinesAsync(directory.File("secret"), TestContext.Current.CancellationToken)).ShouldBe([made]);
        receiver.Secrets.Clear();
        receiver.Secrets.Add(made);

        // Again: counted first, under the same ids; what was not counted so is not sent.
        int before = receiver.Calls.Count;
        (await browser.PageAsync($"/webhook?from={from}&to={to}")).ShouldContain("data-count=\"3\"");
        (await browser.SubmitAsync("/webhook", new() { ["from"] = from, ["to"] = to, ["count"] = "2" }, "/webhook/replay")).Headers.Location!.ToString().ShouldNotContain("again=");
        (await browser.SubmitAsync("/webhook", new() { ["from"] = from, ["to"] = to, ["count"] = "3" }, "/webhook/replay")).Headers.Location!.ToString().ShouldContain("again=3");
        await Until.TrueAsync(() => Task.FromResult(receiver.Calls.Count == before + 3), "three come again");
        receiver.Taken.Count.ShouldBe(4, "each under its own id");
        IReadOnlyList<AuditRow> audit = await site.Bench.Get<IAuditStore>().AuditLogAsync(30, TestContext.Current.CancellationToken);
        audit.Select(a => a.Action).Where(a => a.StartsWith("webhook.", StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal)
            .ShouldBe(["webhook.pause", "webhook.ping", "webhook.replay", "webhook.resume", "webhook.rotate", "webhook.rotated"]);
    }

    [GeneratedRegex("data-secret[^>]*>([^<]+)<")]
    private static partial Regex SecretText();
}
