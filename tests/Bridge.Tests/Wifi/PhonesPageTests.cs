using System.Net;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Web;
using Devices.Bridge.Tests.Web.Access;

namespace Devices.Bridge.Tests.Wifi;

/// <summary>What HR does and sees about phones on the Wi-Fi.</summary>
public sealed class PhonesPageTests
{
    [Fact]
    public async Task A_site_registers_and_withdraws_its_own_peoples_phones_and_sees_when_they_were_there()
    {
        await using TwoSites sites = await TwoSites.StartAsync();
        IWifiStore store = sites.Bench.Get<IWifiStore>();
        await sites.AddAsync("a-hr", [AccountRoles.Hr], SiteScope.Of(TwoSites.SiteA));
        await sites.AddAsync("a-manager", [AccountRoles.Manager], SiteScope.Of(TwoSites.SiteA));
        await sites.AddAsync("all-hr", [AccountRoles.Hr], SiteScope.All);
        using HrSite.Browser hr = await sites.LogInAsync("a-hr"), manager = await sites.LogInAsync("a-manager"), all = await sites.LogInAsync("all-hr");

        // Evidence stands beside the person's days for who sees the router's site.
        string day = await manager.PageAsync($"/person/month?id={TwoSites.PersonA}");
        day.ShouldContain("data-phone=");
        day.ShouldContain("phone seen from ");
        string person = await manager.PageAsync($"/person?id={TwoSites.PersonA}");
        person.ShouldContain("…aa:aa");
        person.ShouldContain("data-seen=");
        (await manager.GetAsync($"/person/month?id={TwoSites.PersonB}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await manager.GetAsync("/phones")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await all.PageAsync($"/person/month?id={TwoSites.PersonB}")).ShouldContain("data-phone=");

        Dictionary<string, string> Form(string who, string mac, string site, string given = "2026-11-01") =>
            new() { ["person"] = who, ["mac"] = mac, ["site"] = site, ["version"] = "w1", ["channel"] = "paper", ["given"] = given };
        async Task<string> RegisterAsync(Dictionary<string, string> form)
        {
            using HttpResponseMessage answer = await hr.SubmitAsync("/phones", form, "/phones/add");
            answer.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
            return answer.Headers.Location!.ToString();
        }

        (await RegisterAsync(Form(TwoSites.PersonB, "aa:bb:cc:00:00:01", TwoSites.SiteA))).ShouldEndWith("privacy.bad_person");
        (await RegisterAsync(Form(TwoSites.PersonA, "aa:bb:cc:00:00:01", TwoSites.SiteB))).ShouldEndWith("phones.bad_site");
        (await RegisterAsync(Form(TwoSites.PersonA, "aa:bb:cc:00:00:01", "*"))).ShouldEndWith("phones.bad_site");
        (await RegisterAsync(Form(TwoSites.PersonA, "ff:ff:ff:ff:ff:ff", TwoSites.SiteA))).ShouldEndWith("phones.bad_address");
        (await RegisterAsync(Form(TwoSites.PersonA, "AA-BB-CC-DD-BB-BB", TwoSites.SiteA))).ShouldEndWith("phones.taken");
        (await RegisterAsync(Form(TwoSites.PersonA, "aa:bb:cc:00:00:01", TwoSites.SiteA, "2999-01-01"))).ShouldEndWith("privacy.bad_consent");
        // 0xAA has the bit of a private address; 0xA8 has not.
        (await RegisterAsync(Form(TwoSites.PersonA, "A8BBCC000001", TwoSites.SiteA))).ShouldBe("/phones");
        (await RegisterAsync(Form(TwoSites.PersonA, "aabb.cc00.0002", TwoSites.SiteA))).ShouldBe("/phones?added=private");
        (await hr.PageAsync("/phones?added=private")).ShouldSatisfyAllConditions(p => p.ShouldContain("it is found only while the phone keeps it"), p => p.ShouldContain("data-phones=\"3\""), p => p.ShouldNotContain("bb:bb"));

        IReadOnlyList<WifiPhone> phones = await store.PhonesAsync(SiteScope.All, TwoSites.PersonA, 10);
        phones.Select(p => (p.Hint, p.IsPrivate)).ShouldBe([("00:02", true), ("00:01", false), ("aa:aa", false)]);
        (await hr.SubmitAsync("/phones", [], $"/phones/{phones[2].Id}/withdraw")).Headers.Location!.ToString().ShouldBe("/phones");
        (await hr.SubmitAsync("/phones", [], $"/phones/{sites.PhoneB}/withdraw")).Headers.Location!.ToString().ShouldEndWith("not_in_force");
        (await manager.PageAsync($"/person/month?id={TwoSites.PersonA}")).ShouldNotContain("data-phone=", Case.Sensitive, "what was seen went with the consent");

        (await hr.SubmitAsync("/phones", new() { ["site"] = TwoSites.SiteA, ["policy"] = "punch" }, "/phones/policy")).Headers.Location!.ToString().ShouldEndWith("phones.not_accepted");
        (await hr.SubmitAsync("/phones", new() { ["site"] = TwoSites.SiteB, ["policy"] = "off" }, "/phones/policy")).Headers.Location!.ToString().ShouldEndWith("phones.bad_site");
        (await hr.SubmitAsync("/phones", new() { ["site"] = TwoSites.SiteA, ["policy"] = "punch", ["accept"] = "1" }, "/phones/policy")).Headers.Location!.ToString().ShouldBe("/phones");
        (await store.SitesAsync(SiteScope.All)).Select(s => (s.Site, s.Policy)).ShouldBe([("", "off"), (TwoSites.SiteB, "evidence"), (TwoSites.SiteA, "punch")], ignoreOrder: true);
        (await sites.Bench.Get<IAuditStore>().AuditLogAsync(20)).Select(a => a.Action).ShouldContain("wifi.policy");
    }
}
