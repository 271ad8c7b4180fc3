using System.Net;
using System.Text.Json;
using Devices.Bridge.Delivery;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Api;
using Devices.Bridge.Tests.Delivery;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Web;

/// <summary>What HR and operators see of delivery: calls, what is kept back and why, targets, comparisons.</summary>
public sealed class DeliveryPageTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task HR_sees_what_waits_with_its_reason_in_both_languages_and_sends_one_now()
    {
        PlayedTarget hook = new("hook") { Answer = _ => new(OutcomeKind.Refused, "reason.bad_value", "422") };
        await using HrSite site = await StartAsync(hook, "--Bridge:Platform:Policy=first-last");
        LedgerMaker ledger = new();
        List<Punch> punches = [.. Enumerable.Range(0, 3).Select(i => ledger.Next("ada", Bench.Now(3 * 24 * 60) + (i * 60_000L)))];
        await site.Bench.AppendAsync(ledger, punches);
        StoredPunch kept = await site.Bench.UntilAsync(punches[1], DeliveryState.Skipped);
        await Until.Async(() => site.Bench.Outbox.CountAsync(SiteScope.All, "hook", Stop), c => c.GetValueOrDefault(DeliveryState.Dead) == 3, "the dead letters");
        using HrSite.Browser browser = await site.LogInAsync();

        string page = await browser.PageAsync("/delivery");
        page.ShouldContain("Only first-in and last-out of a day are sent");
        page.ShouldContain("data-policy=\"first-last\"");
        page.ShouldContain("data-target=\"hook\"");
        await browser.SubmitAsync("/delivery", new() { ["culture"] = "zh-Hans" }, "/language");
        (await browser.PageAsync("/delivery")).ShouldContain("按设置只上传当天首次和末次打卡");

        await browser.SubmitAsync("/delivery", new() { ["one"] = Bench.Text(kept.Id) }, "/punches/resend");
        await site.Bench.UntilAsync(punches[1], DeliveryState.Delivered);

        hook.Answer = _ => DeliveryOutcome.Accepted;
        await browser.SubmitAsync("/delivery", new() { ["target"] = "hook" }, "/delivery/targets/resend");
        await Until.Async(() => site.Bench.Outbox.CountAsync(SiteScope.All, "hook", Stop), c => c.GetValueOrDefault(DeliveryState.Delivered) == 3, "the target to take them");
        (await site.Bench.Get<IAuditStore>().AuditLogAsync(10, Stop)).Count(a => a.Action == "outbox.resend").ShouldBe(2);
    }

    [Fact]
    public async Task The_API_tells_calls_targets_and_comparisons_as_described()
    {
        OpenApiFile file = await OpenApiFile.LoadAsync();
        await using HrSite site = await StartAsync(new("hook"));
        LedgerMaker ledger = new();
        Punch punch = ledger.Next("ada", Bench.Now(100));
        await site.Bench.AppendAsync(ledger, punch);
        await site.Bench.UntilAsync(punch, DeliveryState.Delivered);
        await Until.Async(() => site.Bench.Outbox.CountAsync(SiteScope.All, "hook", Stop), c => c.GetValueOrDefault(DeliveryState.Delivered) == 1, "the target");
        using HrSite.Browser browser = await site.LogInAsync();
        await browser.SubmitAsync("/delivery", [], "/delivery/compare");

        using HttpResponseMessage answer = await browser.GetAsync("/api/v1/delivery");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        string text = await answer.Content.ReadAsStringAsync(Stop);
        await file.CheckAsync("/api/v1/delivery", HttpMethod.Get, answer);
        JsonElement view = JsonDocument.Parse(text).RootElement;
        view.GetProperty("budget").GetProperty("calls").GetProperty("upload").GetInt64().ShouldBe(1);
        view.GetProperty("targets").EnumerateArray().Select(t => t.GetProperty("target").GetString()).ShouldBe(["platform", "hook"]);
        JsonElement run = view.GetProperty("reconciliations")[0];
        (run.GetProperty("state").GetString(), run.GetProperty("same").GetInt64()).ShouldBe(("done", 1));
        JsonElement feed = JsonDocument.Parse(await (await browser.GetAsync("/api/v1/punches")).Content.ReadAsStringAsync(Stop)).RootElement;
        feed.GetProperty("punches")[0].GetProperty("targets")[0].GetProperty("delivery").GetString().ShouldBe("delivered");
    }

    private static async Task<HrSite> StartAsync(PlayedTarget target, params IReadOnlyList<string> settings)
    {
        HrSite site = await HrSite.StartAsync(["--Bridge:Platform:Kind=dingtalk", .. settings]);
        site.Bench.Configure = builder => builder.Services.AddDeliveryTarget(new(target.Name), new() { PollSeconds = 0.02 }, _ => target);
        await site.Bench.ReopenAsync();
        return site;
    }
}
