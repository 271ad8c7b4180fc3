using System.Net;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Delivery;
using Devices.Bridge.Web.Access;

namespace Devices.Bridge.Tests.Web.Access;

/// <summary>Sign-in by a real OpenID provider and by the platform's stand-in.</summary>
public sealed class ProviderTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_is_linked_comes_in_by_OpenID_with_code_PKCE_state_and_nonce_and_nobody_else_does()
    {
        await using TestProvider provider = await TestProvider.StartAsync();
        await using HrSite hr = await HrSite.StartAsync($"--Bridge:Web:Oidc:Authority={provider.Address}", $"--Bridge:Web:Oidc:ClientId={TestProvider.ClientId}");
        using HrSite.Browser stranger = hr.Open();
        (await FollowAsync(stranger, hr, "/login/oidc")).ShouldContain("no account here belongs to you");
        provider.Asked.Keys.ShouldBe(["client_id", "redirect_uri", "response_type", "scope", "code_challenge", "code_challenge_method", "nonce", "state"], ignoreOrder: true);
        (provider.Asked["response_type"], provider.Asked["code_challenge_method"]).ShouldBe(("code", "S256"));
        (await hr.Bench.Get<IAccountStore>().AccountsAsync(Stop)).Count.ShouldBe(1, "nobody is made an account");

        using HrSite.Browser admin = await hr.LogInAsync();
        (await admin.SubmitAsync("/accounts/hr", new() { ["provider"] = "oidc", ["subject"] = provider.Subject }, "/accounts/hr/link")).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        using HrSite.Browser known = hr.Open();
        (await FollowAsync(known, hr, "/login/oidc?return=%2Fterminals")).ShouldContain("<h1>Terminals</h1>");
        (await known.PageAsync("/account")).ShouldContain("OpenID Connect");

        // The answer of one browser in another: without its cookies it is nothing.
        using HrSite.Browser victim = hr.Open();
        string back = await StepAsync(known, hr, "/login/oidc", stopBefore: "/login/oidc/back");
        (await FollowAsync(victim, hr, back)).ShouldContain("could not confirm who you are");

        provider.Subject = "s-2002";
        provider.Email = "hr@example.com";
        provider.EmailVerified = true;
        using HrSite.Browser other = hr.Open();
        (await FollowAsync(other, hr, "/login/oidc")).ShouldContain("no account here belongs to you", Case.Insensitive, "an address is nobody unless the settings say so");
    }

    [Fact]
    public async Task A_verified_address_links_once_where_the_settings_say_so()
    {
        await using TestProvider provider = await TestProvider.StartAsync();
        provider.Email = "Ada@Example.com";
        await using HrSite hr = await HrSite.StartAsync(
            $"--Bridge:Web:Oidc:Authority={provider.Address}", $"--Bridge:Web:Oidc:ClientId={TestProvider.ClientId}", "--Bridge:Web:Oidc:LinkByVerifiedEmail=true");
        await hr.Bench.Get<IAccountStore>().AddAccountAsync(new("ada", "x", [AccountRoles.Auditor], SiteScope.All, "ada@example.com"), Stop);
        using HrSite.Browser unverified = hr.Open();
        (await FollowAsync(unverified, hr, "/login/oidc")).ShouldContain("no account here belongs to you");
        provider.EmailVerified = true;
        using HrSite.Browser verified = hr.Open();
        (await FollowAsync(verified, hr, "/login/oidc")).ShouldContain("data-tile=\"present\"");
        provider.Email = "somebody-else@example.com";
        using HrSite.Browser later = hr.Open();
        (await FollowAsync(later, hr, "/login/oidc")).ShouldContain("data-tile=\"present\"", Case.Insensitive, "by the subject from then on");
        (await hr.Bench.Get<IAuditStore>().AuditLogAsync(20, Stop)).ShouldContain(r => r.Action == "account.link" && r.Target == "ada");
    }

    [Fact]
    public async Task Who_is_linked_comes_in_by_DingTalk_and_the_second_factor_is_still_asked_for()
    {
        await using PlayedPlatform platform = await PlayedPlatform.StartAsync();
        await using Bench bench = await Bench.StartAsync(platform, "--Bridge:Web:DingTalk:Enabled=true", $"--Bridge:Web:DingTalk:AuthorizeUrl={platform.Address}_standin/oauth2/auth");
        await bench.Get<AccountPasswords>().GiveOneTimeAsync("hr", Stop);
        AccountDesk desk = bench.Get<AccountDesk>();
        (await desk.LinkAsync("hr", "dingtalk", "ada", "test", null, Stop)).ShouldBeNull();
        (await desk.LinkAsync("hr", "dingtalk", "ada", "test", null, Stop)).ShouldBe("accounts.link_taken");

        using HrSite.Browser ada = new(bench.Address, "en");
        (await ada.PageAsync("/login")).ShouldContain("Log in with DingTalk");
        (await DingAsync(ada, bench, "ada")).ShouldContain("data-tile=\"present\"", Case.Insensitive, "the one-time password is no matter of this way in");
        using HrSite.Browser grace = new(bench.Address, "en");
        (await DingAsync(grace, bench, "grace")).ShouldContain("no account here belongs to you");
        using HrSite.Browser outside = new(bench.Address, "en");
        (await DingAsync(outside, bench, "nobody-of-the-organisation")).ShouldContain("could not confirm who you are");
        using HrSite.Browser denied = new(bench.Address, "en");
        (await DingAsync(denied, bench, "ada&deny=1")).ShouldContain("cancelled");

        // A link that somebody else began: the state is not this browser's.
        using HrSite.Browser attacker = new(bench.Address, "en"), victim = new(bench.Address, "en");
        string back = (await DingStepAsync(attacker, bench, "ada")).PathAndQuery;
        string page = await victim.PageAsync((await victim.GetAsync(back)).Headers.Location!.ToString());
        page.ShouldContain("begun in another browser");
        (await victim.GetAsync("/punches")).StatusCode.ShouldBe(HttpStatusCode.Found);

        SecondFactor factor = bench.Get<SecondFactor>();
        string setUp = factor.NewSetUp("hr");
        string code = new OtpNet.Totp(OtpNet.Base32Encoding.ToBytes(factor.KeyText("hr", setUp)!)).ComputeTotp();
        (await factor.BeginAsync("hr", setUp, code, Stop)).ShouldNotBeNull();
        using HrSite.Browser second = new(bench.Address, "en");
        (await DingAsync(second, bench, "ada")).ShouldContain("Second step");
        (await second.GetAsync("/punches")).StatusCode.ShouldBe(HttpStatusCode.Found);
    }

    [Theory]
    [InlineData("--Bridge:Web:Oidc:Authority=http://id.example.com", "must be an https address")]
    [InlineData("--Bridge:Web:Oidc:Authority=https://id.example.com", "ClientId is missing")]
    [InlineData("--Bridge:Web:DingTalk:Enabled=true", "Kind is not dingtalk")]
    [InlineData("--Bridge:Web:TotpRoles=king", "is no role")]
    [InlineData("--Bridge:Web:SessionLifeHours=1", "SessionLifeHours")]
    public void A_setting_that_cannot_work_is_refused_at_the_start(string setting, string sentence)
    {
        using Kit.TempDirectory directory = new();
        Should.Throw<BridgeStartException>(() => BridgeApplication.Build([$"--Bridge:Data={directory.File("data")}", setting])).Message.ShouldContain(sentence);
    }

    private static async Task<string> DingAsync(HrSite.Browser browser, Bench bench, string person)
    {
        Uri back = await DingStepAsync(browser, bench, person);
        return await FollowAsync(browser, bench.Address, back.PathAndQuery);
    }

    private static async Task<Uri> DingStepAsync(HrSite.Browser browser, Bench bench, string person)
    {
        Uri there = (await browser.GetAsync("/login/dingtalk")).Headers.Location!;
        using HttpResponseMessage agreed = await browser.GetAsync($"{there}&as={person}");
        return agreed.Headers.Location!;
    }

    private static Task<string> FollowAsync(HrSite.Browser browser, HrSite hr, string path) => FollowAsync(browser, hr.Bench.Address, path);

    private static async Task<string> FollowAsync(HrSite.Browser browser, Uri address, string path)
    {
        Uri at = new(address, path);
        for (int i = 0; i < 8; i++)
        {
            using HttpResponseMessage answer = await browser.GetAsync(at.ToString());
            if (answer.Headers.Location is not { } next) return WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Stop));
            at = new(at, next);
        }

        throw new InvalidOperationException($"No end of redirects: {at}");
    }

    private static async Task<string> StepAsync(HrSite.Browser browser, HrSite hr, string path, string stopBefore)
    {
        Uri at = new(hr.Bench.Address, path);
        while (!at.AbsolutePath.StartsWith(stopBefore, StringComparison.Ordinal))
        {
            using HttpResponseMessage answer = await browser.GetAsync(at.ToString());
            at = new(at, answer.Headers.Location!);
        }

        return at.PathAndQuery;
    }
}
