using System.Net;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Web.Access;
using Devices.Bridge.Web.Access;

namespace Devices.Bridge.Tests.Web;

/// <summary>The page of one person: sites by hand, consent.</summary>
public sealed class PersonPageTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task HR_of_a_site_assigns_within_its_own_sites_only_and_the_command_line_everywhere()
    {
        await using TwoSites sites = await TwoSites.StartAsync();
        await sites.AddAsync("both", [AccountRoles.Hr], SiteScope.Of(TwoSites.SiteA, TwoSites.SiteB));
        await sites.AddAsync("north", [AccountRoles.Hr], SiteScope.Of(TwoSites.SiteA));
        await sites.AddAsync("auditor", [AccountRoles.Auditor], SiteScope.All);
        using HrSite.Browser both = await sites.LogInAsync("both"), north = await sites.LogInAsync("north"), auditor = await sites.LogInAsync("auditor");
        await sites.Bench.Get<IPrivacyStore>().AddConsentAsync(TwoSites.PersonB, "2026-1", "paper", 1_772_409_600_000, "hr", Stop);

        string page = await both.PageAsync($"/person?id={TwoSites.PersonB}");
        page.ShouldContain("data-consent=\"given\"");
        page.ShouldContain("wording 2026-1, by paper");
        page.ShouldContain($"href=\"/privacy?all=1&person={TwoSites.PersonB}\"");
        (await both.PageAsync($"/privacy?all=1&person={TwoSites.PersonB}")).ShouldContain("data-consents=\"1\"");
        (await both.PageAsync("/people")).ShouldContain("consent given");
        (await auditor.PageAsync($"/person?id={TwoSites.PersonB}")).ShouldNotContain("action=\"/person/sites\"");

        Dictionary<string, string> Assign(string site, string assigned = "1") => new() { ["person"] = TwoSites.PersonB, ["site"] = site, ["assigned"] = assigned };
        using (HttpResponseMessage answer = await north.SubmitAsync("/people", Assign(TwoSites.SiteA), "/person/sites")) answer.Headers.Location!.ToString().ShouldBe("/people?told=unknownperson");
        using (HttpResponseMessage answer = await both.SubmitAsync($"/person?id={TwoSites.PersonB}", Assign("Nowhere"), "/person/sites")) answer.Headers.Location!.ToString().ShouldEndWith("told=unknownsite");
        using (HttpResponseMessage answer = await auditor.SubmitAsync("/account", Assign(TwoSites.SiteA), "/person/sites")) answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await north.GetAsync($"/person?id={TwoSites.PersonB}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using (HttpResponseMessage answer = await both.SubmitAsync($"/person?id={TwoSites.PersonB}", Assign(TwoSites.SiteA), "/person/sites"))
            (await both.PageAsync(answer.Headers.Location!.ToString())).ShouldContain($"data-assigned=\"{TwoSites.SiteA}\"");
        (await north.PageAsync($"/person?id={TwoSites.PersonB}&told=done")).ShouldContain("It is in the audit log");
        // Who takes away the only reason to see somebody is led back to the list.
        using (HttpResponseMessage answer = await north.SubmitAsync($"/person?id={TwoSites.PersonB}", Assign(TwoSites.SiteA, "0"), "/person/sites")) answer.Headers.Location!.ToString().ShouldBe("/people?told=done");
        (await north.PageAsync("/people?told=done")).ShouldContain("It is in the audit log");

        StringWriter output = new(), errors = new();
        string data = sites.Bench.Get<BridgeOptions>().Data;
        (await BridgeProgram.RunAsync(["person", "site", TwoSites.PersonB, TwoSites.SiteA, "--data", data], output, errors)).ShouldBe(0, errors.ToString());
        (await BridgeProgram.RunAsync(["person", "sites", TwoSites.PersonB, "--data", data, "--json"], output, errors)).ShouldBe(0, errors.ToString());
        output.ToString().ShouldContain($"\"site\":\"{TwoSites.SiteA}\"");
        (await north.GetAsync($"/person?id={TwoSites.PersonB}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await BridgeProgram.RunAsync(["person", "site", "nobody", TwoSites.SiteA, "--data", data], output, errors)).ShouldBe(2);
        (await BridgeProgram.RunAsync(["person", "site", TwoSites.PersonB, "Nowhere", "--data", data], output, errors)).ShouldBe(2);
        (await BridgeProgram.RunAsync(["person", "site", TwoSites.PersonB], output, errors)).ShouldBe(2);
        errors.ToString().ShouldContain("There is no person 'nobody'");
        errors.ToString().ShouldContain("There is no site 'Nowhere'");
        (await sites.Bench.Get<IAuditStore>().SearchAsync(new() { Action = "people.site" }, null, 10, Stop)).Select(a => a.Actor).ShouldBe(["command line", "north", "both"]);
    }
}
