using Microsoft.Playwright;

namespace Devices.EndToEnd.Tests;

/// <summary>HR in a real browser: Debian's Chromium, driven by Playwright, on the installation that the scenario left standing.</summary>
public partial class MorningTests
{
    private const string Chromium = "/usr/bin/chromium";

    [Fact]
    public async Task B_HR_logs_in_and_sees_the_punches()
    {
        File.Exists(Chromium).ShouldBeTrue("Debian's chromium is missing; tools/test installs it.");
        using IPlaywright playwright = await Playwright.CreateAsync();
        await using IBrowser browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        await using IBrowserContext context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = 1280, Height = 900 }, Locale = "en-GB" });
        IPage page = await context.NewPageAsync();
        var foreign = new List<string>();
        var faults = new List<string>();
        page.Request += (_, request) => { if (new Uri(request.Url).Authority != morning.Hr.Authority) foreign.Add(request.Url); };
        page.Console += (_, message) => { if (message.Type == "error") faults.Add(message.Text); };
        page.PageError += (_, fault) => faults.Add(fault);

        // Without a log-in every page leads to it.
        await page.GotoAsync(new Uri(morning.Hr, "/punches").ToString());
        new Uri(page.Url).AbsolutePath.ShouldBe("/login");
        await page.Locator("input[name=user]").FillAsync("hr");
        await page.Locator("input[name=password]").FillAsync("not the password");
        await page.Locator("button[type=submit]").First.ClickAsync();
        (await page.Locator("[role=alert]").First.InnerTextAsync()).ShouldNotBeNullOrWhiteSpace();
        await page.ScreenshotAsync(new() { Path = Path.Combine(MorningFixture.Artefacts, "login-refused.png") });

        await page.Locator("input[name=user]").FillAsync("hr");
        await page.Locator("input[name=password]").FillAsync(morning.Password);
        await page.Locator("main button[type=submit]").First.ClickAsync();
        await page.WaitForURLAsync(url => !url.Contains("/login", StringComparison.Ordinal));

        await page.GotoAsync(new Uri(morning.Hr, "/punches").ToString());
        ILocator rows = page.Locator("tr[data-punch]");
        (await rows.CountAsync()).ShouldBeGreaterThanOrEqualTo(10);
        (await page.Locator("tr[data-punch][data-state=delivered]").CountAsync()).ShouldBe(await rows.CountAsync());
        await page.ScreenshotAsync(new() { Path = Path.Combine(MorningFixture.Artefacts, "punches.png"), FullPage = true });

        // A filter in the address shows that person's punches only.
        string person = (await rows.First.GetAttributeAsync("data-person"))!;
        await page.GotoAsync(new Uri(morning.Hr, $"/punches?person={Uri.EscapeDataString(person)}").ToString());
        (await page.Locator("tr[data-punch]").CountAsync()).ShouldBeGreaterThan(0);
        (await page.Locator($"tr[data-punch]:not([data-person='{person}'])").CountAsync()).ShouldBe(0);

        await page.GotoAsync(morning.Hr.ToString());
        await page.ScreenshotAsync(new() { Path = Path.Combine(MorningFixture.Artefacts, "today.png"), FullPage = true });
        await page.GotoAsync(new Uri(morning.Hr, "/terminals").ToString());
        (await page.Locator("main").InnerTextAsync()).ShouldContain("m2-001");
        await page.ScreenshotAsync(new() { Path = Path.Combine(MorningFixture.Artefacts, "terminals.png"), FullPage = true });

        foreign.ShouldBeEmpty("the pages ask nobody else for anything");
        faults.ShouldBeEmpty("no script or policy error in the browser's console");
    }
}
