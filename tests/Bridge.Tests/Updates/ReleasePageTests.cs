using System.Net;
using System.Text.Json;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Api;
using Devices.Bridge.Tests.Web;
using Devices.Bridge.Updates;

namespace Devices.Bridge.Tests.Updates;

/// <summary>The page of releases and its API.</summary>
public sealed class ReleasePageTests
{
    [Fact]
    public async Task A_rollout_is_begun_paused_and_cancelled_on_the_page_and_read_by_programs()
    {
        await using HrSite site = await HrSite.StartAsync();
        using Repository repository = new(site.Bench.Get<UpdateRepository>().PublicKey());
        repository.Publish("1.0.0");
        site.Bench.Get<UpdateRepository>().Import(repository.Folder);
        using HrSite.Browser browser = await site.LogInAsync("otto", [AccountRoles.Operator], SiteScope.All);
        (await browser.PageAsync("/releases")).ShouldContain("data-package=\"agent/agent/1.0.0\"");

        Dictionary<string, string> form = new() { ["what"] = "agent/agent/1.0.0", ["stages"] = "10,100", ["soak"] = "5", ["abort"] = "20", ["silent"] = "30", ["site"] = "", ["terminals"] = "" };
        await browser.SubmitAsync("/releases", form, "/releases/begin");
        RolloutRow row = (await site.Bench.Get<IRolloutStore>().ListAsync(5, TestContext.Current.CancellationToken)).Single();
        row.Plan.Stages.ShouldBe([10, 100]);
        (row.Plan.AbortPercent, row.State).ShouldBe((20, RolloutState.Running));
        await browser.SubmitAsync("/releases", new() { ["id"] = row.Id.ToString() }, "/releases/pause");
        (await browser.PageAsync("/releases")).ShouldContain("data-state=\"paused\"");
        form["stages"] = "100,10";
        await browser.SubmitAsync("/releases", form, "/releases/begin");
        form["stages"] = "100";
        form["what"] = "agent/agent/9.9.9";
        await browser.SubmitAsync("/releases", form, "/releases/begin");
        (await site.Bench.Get<IRolloutStore>().ListAsync(5, TestContext.Current.CancellationToken)).Count.ShouldBe(1);

        OpenApiFile file = await OpenApiFile.LoadAsync();
        using HttpResponseMessage answer = await browser.GetAsync("/api/v1/releases");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        await file.CheckAsync("/api/v1/releases", HttpMethod.Get, answer);
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement.GetProperty("rollouts")[0].GetProperty("state").GetString().ShouldBe("paused");
    }
}
