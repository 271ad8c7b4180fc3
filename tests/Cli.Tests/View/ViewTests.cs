using System.Net;
using Devices.Cli.App;
using Devices.Cli.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Devices.Cli.Tests.View;

/// <summary><c>devices view</c> with the product's agent: who gets in, what can be reached, and how it ends.</summary>
public sealed class ViewTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_address_works_once_and_nothing_else_gets_in()
    {
        await using RealAgent agent = await RealAgent.StartAsync(_folder, pack: null);
        await using Viewing view = await Viewing.StartAsync(_folder);

        // Without token or cookie, or with a wrong one, the token is still good.
        (await view.CodeAsync("/")).ShouldBe(HttpStatusCode.Forbidden);
        (await view.CodeAsync("/frame")).ShouldBe(HttpStatusCode.Forbidden);
        (await view.CodeAsync("/?token=00000000000000000000000000000000")).ShouldBe(HttpStatusCode.Forbidden);
        (await view.CodeAsync(view.Address.PathAndQuery, with: r => r.Headers.Host = "attacker.example")).ShouldBe(HttpStatusCode.MisdirectedRequest);

        using HttpResponseMessage entered = await view.GetAsync(view.Address.PathAndQuery);
        entered.StatusCode.ShouldBe(HttpStatusCode.OK);
        string set = entered.Headers.GetValues("Set-Cookie").ShouldHaveSingleItem().ToLowerInvariant();
        set.ShouldContain("samesite=strict");
        set.ShouldContain("httponly");
        set.ShouldNotContain(view.Address.Query["?token=".Length..]);
        string cookie = entered.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        (await view.CodeAsync(view.Address.PathAndQuery)).ShouldBe(HttpStatusCode.Forbidden, "the token is dead");

        using HttpResponseMessage page = await view.GetAsync("/", cookie);
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("<canvas");
        string policy = page.Headers.GetValues("Content-Security-Policy").ShouldHaveSingleItem();
        policy.ShouldContain("default-src 'none'");
        policy.ShouldNotContain("unsafe");
        page.Headers.CacheControl!.NoStore.ShouldBeTrue();
        (await view.CodeAsync("/", cookie, r => r.Headers.Host = "localhost:9999")).ShouldBe(HttpStatusCode.OK, "through ssh the port is another");
        (await view.CodeAsync("/", cookie, r => r.Headers.Host = "attacker.example")).ShouldBe(HttpStatusCode.MisdirectedRequest);
        (await view.CodeAsync("/frame", cookie, r => r.Headers.Add("Sec-Fetch-Site", "cross-site"))).ShouldBe(HttpStatusCode.Forbidden);
        (await view.CodeAsync("/frame", cookie, r => r.Method = HttpMethod.Post)).ShouldBe(HttpStatusCode.MethodNotAllowed);

        // Nothing of the socket but the view.
        foreach (string path in (string[])["/people", "/status", "/view/page/index.html", "/events", "/frame/../people", "/%2e%2e/people"])
            (await view.CodeAsync(path, cookie)).ShouldBe(HttpStatusCode.NotFound, path);
    }

    [Fact]
    public async Task Page_and_frames_come_through_in_the_browsers_language_and_Ctrl_C_ends_it_in_order()
    {
        await using RealAgent agent = await RealAgent.StartAsync(_folder, pack: null);
        await using Viewing view = await Viewing.StartAsync(_folder);
        string cookie = await view.EnterAsync();

        foreach (string file in (string[])["/view.js", "/overlay.js", "/view.css"]) (await view.CodeAsync(file, cookie)).ShouldBe(HttpStatusCode.OK, file);
        using (HttpResponseMessage chinese = await view.GetAsync("/texts", cookie, r => r.Headers.Add("Accept-Language", "zh-CN,zh;q=0.9")))
            (await chinese.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("摄像头");
        (await view.TextAsync("/texts", cookie)).ShouldContain("Camera view");
        using HttpResponseMessage frame = await view.GetAsync("/frame", cookie);
        frame.StatusCode.ShouldBe(HttpStatusCode.OK);
        frame.Headers.GetValues("X-View-Seconds-Left").Single().ShouldNotBe("0");
        (await frame.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("\"camera\":{\"state\":\"none\"");

        Ran ended = await view.StopAsync();
        ended.Code.ShouldBe(0, ended.Error);
        ended.Error.ShouldBeEmpty();
        await Should.ThrowAsync<HttpRequestException>(() => view.CodeAsync("/frame", cookie));
    }

    [Fact]
    public async Task A_third_view_and_a_taken_port_are_refused_in_words()
    {
        await using RealAgent agent = await RealAgent.StartAsync(_folder, pack: null);
        await using Viewing first = await Viewing.StartAsync(_folder);
        (await BuiltProgram.RunAsync(BuiltProgram.Devices, _folder.Path, "view", "--agent", "state/agent.sock", "--port", $"{first.Port}")).ShouldRefuse(ExitCodes.PortTaken, $"{first.Port}");
        await using Viewing second = await Viewing.StartAsync(_folder);
        (await BuiltProgram.RunAsync(BuiltProgram.Devices, _folder.Path, "view", "--agent", "state/agent.sock")).ShouldRefuse(ExitCodes.ViewsOpen, "Two views");
        (await BuiltProgram.RunAsync(BuiltProgram.Devices, _folder.Path, "view", "--minutes", "0")).ShouldRefuse(ExitCodes.Usage, "--minutes 0");
        (await BuiltProgram.RunAsync(BuiltProgram.Devices, _folder.Path, "view", "--agent", "nowhere.sock")).ShouldRefuse(ExitCodes.AgentUnreachable, "nowhere.sock");
    }

    [Fact]
    public async Task An_agent_that_stops_is_said_and_the_view_goes_on_when_it_is_back()
    {
        RealAgent agent = await RealAgent.StartAsync(_folder, pack: null);
        await using Viewing view = await Viewing.StartAsync(_folder);
        string cookie = await view.EnterAsync();
        (await view.CodeAsync("/frame", cookie)).ShouldBe(HttpStatusCode.OK);

        await agent.DisposeAsync();
        await Until(async () => await view.CodeAsync("/frame", cookie) == HttpStatusCode.ServiceUnavailable);
        (await view.TextAsync("/frame", cookie)).ShouldBe("""{"state":"agent"}""");
        (await view.TextAsync("/", cookie)).ShouldContain("has stopped or is starting");

        await using RealAgent again = await RealAgent.StartAsync(_folder, pack: null);
        await Until(async () => await view.CodeAsync("/frame", cookie) == HttpStatusCode.OK);
    }

    [Fact]
    public async Task Unused_it_closes_by_itself()
    {
        await using RealAgent agent = await RealAgent.StartAsync(_folder, pack: null);
        var time = new FakeTimeProvider();
        var cli = new Support.Cli(_folder) { With = host => host with { Clock = time } };

        Task<Ran> run = cli.RunAsync("view", "--agent", "state/agent.sock", "--minutes", "5");
        await Until(() =>
        {
            time.Advance(TimeSpan.FromSeconds(30));
            return Task.FromResult(run.IsCompleted);
        });

        (await run).ShouldSucceed().Output.ShouldContain("Nobody used the view for 5 minutes; it is closed.");
    }

    private static async Task Until(Func<Task<bool>> condition)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(90));
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
