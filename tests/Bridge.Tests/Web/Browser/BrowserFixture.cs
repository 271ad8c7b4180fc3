using Devices.Bridge.Tests.Kit;
using Microsoft.Playwright;

namespace Devices.Bridge.Tests.Web.Browser;

/// <summary>Debian's Chromium, driven by Playwright, and the <see cref="Office"/> it looks at: both once for all tests here.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";
    private IPlaywright? _playwright;
    private string? _session;

    internal Office Office { get; private set; } = null!;

    public IBrowser Browser { get; private set; } = null!;

    public Uri Address => Office.Bench.Address;

    /// <summary>Where screenshots are kept for a person to look at.</summary>
    public static string Screenshots { get; } = Directory.CreateDirectory(Path.Combine(Checkout.Root, "artifacts", "test-results", "screenshots", "pages")).FullName;

    public async ValueTask InitializeAsync()
    {
        File.Exists(Chromium).ShouldBeTrue("Debian's chromium is missing; tools/test installs it.");
        Office = await Office.OpenAsync();
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    /// <summary>A browser in a language, logged in.</summary>
    internal async Task<IBrowserContext> OpenAsync(string language, bool javaScript = true, bool loggedIn = true)
    {
        if (loggedIn && _session is null) _session = await LogInAsync();
        return await Browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = 1280, Height = 900 },
            Locale = language,
            // Colours that are just changing would be measured half way.
            ReducedMotion = ReducedMotion.Reduce,
            JavaScriptEnabled = javaScript,
            StorageState = loggedIn ? _session : null,
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (Browser is not null) await Browser.DisposeAsync();
        _playwright?.Dispose();
        if (Office is not null) await Office.DisposeAsync();
    }

    private async Task<string> LogInAsync()
    {
        await using IBrowserContext context = await OpenAsync("en", loggedIn: false);
        IPage page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(Address, "/login").ToString());
        await page.Locator("input[name=user]").FillAsync("hr");
        await page.Locator("input[name=password]").FillAsync(Office.Password);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync(url => !url.Contains("/login", StringComparison.Ordinal));
        return await context.StorageStateAsync();
    }
}

/// <summary>Alone on the machine: what it measures is not to be disturbed, and it disturbs others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class PagesInABrowser : ICollectionFixture<BrowserFixture>
{
    public const string Name = "pages in a browser";
}
