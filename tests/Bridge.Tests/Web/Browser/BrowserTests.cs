using System.Text.Json;
using Devices.Bridge.Tests.Delivery;
using Microsoft.Playwright;

namespace Devices.Bridge.Tests.Web.Browser;

/// <summary>
/// Every page in a real browser: axe-core's findings, width on a phone, weight, who is asked for anything, and pictures for a person to
/// look at, in both languages, light and dark.
/// </summary>
[Collection(PagesInABrowser.Name)]
public sealed class BrowserTests(BrowserFixture fixture)
{
    private const int HeaviestPage = 150 * 1024;

    // Generous: on a busy machine with two processors, the store and the browser on it. The paint itself needs one style sheet.
    private const double MostMsToPaint = 2500;
    private static readonly string Axe = new Deque.AxeCore.Commons.BundledAxeScriptProvider().GetScript();

    [Fact]
    public void Every_page_component_is_visited() =>
        Visits.Routes().Where(route => !Visits.Of(fixture.Office).ContainsKey(route)).ShouldBeEmpty("give the page an entry in Visits, so that it is looked at");

    [Fact]
    public async Task Every_page_is_accessible_light_narrow_and_asks_nobody_else()
    {
        var faults = new List<string>();
        List<Visit> visits = [.. Visits.Of(fixture.Office).Values.SelectMany(v => v)];
        await Task.WhenAll(((string[])["en", "zh-CN"]).Select(language => LookAsync(language, visits, faults)));
        faults.Order(StringComparer.Ordinal).ShouldBeEmpty(string.Join('\n', faults));
    }

    [Fact]
    public async Task Without_JavaScript_every_page_shows_what_it_has()
    {
        await using IBrowserContext context = await fixture.OpenAsync("en", javaScript: false);
        IPage page = await context.NewPageAsync();
        foreach (string address in (string[])["/", "/punches", "/people", "/department/month", "/exceptions", "/statistics"])
        {
            await page.GotoAsync(new Uri(fixture.Address, address).ToString());
            (await page.Locator("main tbody tr").CountAsync()).ShouldBeGreaterThan(3, address);
        }

        // The menu of a narrow screen folds out by itself, and filters are forms.
        await page.SetViewportSizeAsync(360, 740);
        await page.GotoAsync(fixture.Address.ToString());
        (await page.ContentAsync()).ShouldContain("Load again");
        await page.Locator("details.menu summary").ClickAsync();
        await page.Locator("details.menu a[href='/people']").ClickAsync();
        await page.Locator("input[name=q]").FillAsync("Grace");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync(url => url.Contains("q=Grace", StringComparison.Ordinal));
        (await page.Locator("tbody tr[data-person]").CountAsync()).ShouldBe(3);
    }

    [Fact]
    public async Task By_keyboard_one_skips_the_menu_sees_where_one_is_and_is_caught_nowhere()
    {
        await using IBrowserContext context = await fixture.OpenAsync("en");
        IPage page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(fixture.Address, "/people").ToString());
        await page.Keyboard.PressAsync("Tab");
        (await page.EvaluateAsync<string>("document.activeElement.className")).ShouldBe("skip");
        (await page.EvaluateAsync<double>("document.activeElement.getBoundingClientRect().left")).ShouldBeGreaterThanOrEqualTo(0);
        await page.Keyboard.PressAsync("Enter");
        (await page.EvaluateAsync<string>("document.activeElement.id")).ShouldBe("main");
        await page.Keyboard.PressAsync("Tab");
        (await page.EvaluateAsync<string>("document.activeElement.name")).ShouldBe("q");

        // From the top to the end of the page: every stop is another one, can be seen, and is marked.
        await page.GotoAsync(new Uri(fixture.Address, "/exceptions").ToString());
        var seen = new HashSet<int>();
        for (int i = 0; i < 400; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            int at = await page.EvaluateAsync<int>("document.activeElement === document.body ? -1 : [...document.querySelectorAll('*')].indexOf(document.activeElement)");
            if (at < 0) break;
            seen.Add(at).ShouldBeTrue("the focus came back before the end of the page");
            (await page.EvaluateAsync<bool>("getComputedStyle(document.activeElement).outlineStyle !== 'none' && document.activeElement.getClientRects().length > 0")).ShouldBeTrue(await page.EvaluateAsync<string>("document.activeElement.outerHTML.slice(0, 200)"));
        }

        seen.Count.ShouldBeGreaterThan(30);
        seen.Count.ShouldBeLessThan(400);
    }

    [Fact]
    public async Task The_first_paint_waits_for_no_other_page_and_comes_soon()
    {
        await using IBrowserContext context = await fixture.OpenAsync("en");
        IPage page = await context.NewPageAsync();
        foreach (string address in (string[])["/", "/punches", "/department/month"])
        {
            var times = new List<double>();
            // Polled: one slow moment of the machine says nothing, a page that is always slow does.
            for (int i = 0; i < 7 && (times.Count < 3 || times.Order().ElementAt(times.Count / 2) > MostMsToPaint); i++)
            {
                await page.GotoAsync(new Uri(fixture.Address, address).ToString());
                times.Add(await page.EvaluateAsync<double>(
                    "async () => { for (let i = 0; i < 200; i++) { const p = performance.getEntriesByName('first-contentful-paint')[0]; if (p) return p.startTime; await new Promise(r => setTimeout(r, 25)); } return 1e9; }"));
            }

            times.Order().ElementAt(times.Count / 2).ShouldBeLessThan(MostMsToPaint, $"{address}: {string.Join(' ', times.Select(t => t.ToString("0", System.Globalization.CultureInfo.InvariantCulture)))} ms");
        }
    }

    [Fact]
    public async Task The_board_refreshes_itself_where_it_lies_open()
    {
        await using IBrowserContext context = await fixture.OpenAsync("en");
        IPage page = await context.NewPageAsync();
        // The same script with a shorter wait.
        await page.RouteAsync("**/", async route =>
        {
            IAPIResponse answer = await route.FetchAsync();
            await route.FulfillAsync(new() { Response = answer, Body = (await answer.TextAsync()).Replace("data-every=\"30\"", "data-every=\"1\"", StringComparison.Ordinal) });
        });
        await page.GotoAsync(fixture.Address.ToString());
        await page.EvaluateAsync("document.querySelector('[data-live=tiles] .figure').textContent = 'old'");
        await Until.Async(() => page.Locator("[data-live=tiles] .figure").First.InnerTextAsync(), text => text != "old", "the tiles to be refreshed", 30);
        (await page.Locator("[data-live-stale]").First.IsHiddenAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Without_script_a_wall_board_loads_itself_again_and_the_board_where_somebody_wants_it()
    {
        int loads = 0;
        // A context each: in one, a page was once never opened beside another that closed amid a reload.
        await using (IBrowserContext first = await fixture.OpenAsync("en", javaScript: false))
        {
            await QuickenAsync(first);
            IPage wall = await OpenedAsync(first);
            await wall.GotoAsync(new Uri(fixture.Address, $"/wall/{fixture.Office.WallNumbers}").ToString());
            await Until.Async(() => Task.FromResult(Volatile.Read(ref loads)), count => count >= 3, "the wall board to load itself again", 30);
        }

        await using IBrowserContext context = await fixture.OpenAsync("en", javaScript: false);
        await QuickenAsync(context);
        IPage page = await OpenedAsync(context);
        await page.GotoAsync(fixture.Address.ToString());
        (await page.ContentAsync()).ShouldNotContain("http-equiv=\"refresh\"", Case.Insensitive, "nobody asked for it");
        await page.Locator("noscript a[href*='live=1']").ClickAsync();
        await page.WaitForURLAsync(url => url.Contains("live=1", StringComparison.Ordinal));
        loads = 0;
        await Until.Async(() => Task.FromResult(Volatile.Read(ref loads)), count => count >= 2, "the board to load itself again", 30);

        // Opening a page has no limit of its own in Playwright.
        static Task<IPage> OpenedAsync(IBrowserContext of) => of.NewPageAsync().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        // The same pages with a shorter wait.
        Task QuickenAsync(IBrowserContext of) => of.RouteAsync("**/*", async route =>
        {
            if (!route.Request.IsNavigationRequest) { await route.ContinueAsync(); return; }
            Interlocked.Increment(ref loads);
            IAPIResponse answer = await route.FetchAsync();
            await route.FulfillAsync(new() { Response = answer, Body = (await answer.TextAsync()).Replace("content=\"20;url", "content=\"1;url", StringComparison.Ordinal).Replace("content=\"30;url", "content=\"1;url", StringComparison.Ordinal) });
        });
    }

    [Theory]
    [InlineData("/department/month?month=2026-11", true)]
    [InlineData("/punches?from=2026-11-26", false)]
    public async Task A_list_prints_whole_with_its_head_on_every_sheet_and_nothing_to_press(string address, bool landscape)
    {
        await using IBrowserContext context = await fixture.OpenAsync("en");
        IPage page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(fixture.Address, $"{address}&print=1").ToString());
        (await page.Locator("nav.pager").CountAsync()).ShouldBe(0);
        string[] people = await page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('tbody tr[data-person]')].map(r => r.dataset.person)");
        people.Length.ShouldBeGreaterThan(100);
        byte[] bytes = await page.PdfAsync(new() { PreferCSSPageSize = true, PrintBackground = true });
        await File.WriteAllBytesAsync(Path.Combine(BrowserFixture.Screenshots, $"print{address.Split('?')[0].Replace('/', '-')}.pdf"), bytes, TestContext.Current.CancellationToken);

        using UglyToad.PdfPig.PdfDocument pdf = UglyToad.PdfPig.PdfDocument.Open(bytes);
        pdf.NumberOfPages.ShouldBeGreaterThan(1);
        string text = "";
        foreach (UglyToad.PdfPig.Content.Page sheet in pdf.GetPages())
        {
            (sheet.Width > sheet.Height).ShouldBe(landscape, $"sheet {sheet.Number}");
            List<UglyToad.PdfPig.Content.Word> found = [.. sheet.GetWords()];
            string words = string.Join(' ', found.Select(w => w.Text));
            words.ShouldContain("Employee", Case.Sensitive, $"the head on sheet {sheet.Number}");
            // Nothing reaches over the edge of the sheet.
            found.Where(w => w.BoundingBox.Left < 0 || w.BoundingBox.Right > sheet.Width).Select(w => w.Text).ShouldBeEmpty($"sheet {sheet.Number}");
            text += " " + words;
        }

        people.Distinct().Where(id => !text.Contains(id, StringComparison.Ordinal)).ShouldBeEmpty("every row is on paper");
        foreach (string button in (string[])["Log out", "Apply", "Statistics"]) text.ShouldNotContain(button);
    }

    private async Task LookAsync(string language, IReadOnlyList<Visit> visits, List<string> faults)
    {
        await using IBrowserContext member = await fixture.OpenAsync(language), stranger = await fixture.OpenAsync(language, loggedIn: false);
        foreach (var group in visits.GroupBy(v => v.LoggedIn))
        {
            IPage page = await (group.Key ? member : stranger).NewPageAsync();
            var asked = new List<(string Url, int Bytes)>();
            page.Response += (_, response) => { lock (asked) asked.Add((response.Url, 0)); };
            page.Console += (_, message) =>
            {
                // The browser itself writes this for pages that answer 404 or 500.
                if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal)) Note(faults, $"{language} {page.Url}: console: {message.Text}");
            };
            page.PageError += (_, fault) => Note(faults, $"{language} {page.Url}: script: {fault}");
            foreach (Visit visit in group) await LookAsync(page, visit, language, asked, faults);
        }
    }

    private async Task LookAsync(IPage page, Visit visit, string language, List<(string Url, int Bytes)> asked, List<string> faults)
    {
        void Fault(string text) => Note(faults, $"{language} {visit.Name} ({visit.Address}): {text}");
        string picture = Path.Combine(BrowserFixture.Screenshots, $"{visit.Name}.{language[..2]}");
        lock (asked) asked.Clear();
        await page.SetViewportSizeAsync(1280, 900);
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        IResponse answer = (await page.GotoAsync(new Uri(fixture.Address, visit.Address).ToString(), new() { WaitUntil = WaitUntilState.Load }))!;
        if (visit.Status == 0 ? answer.Status >= 500 : answer.Status != visit.Status) Fault($"answered {answer.Status}");

        string[] foreign;
        lock (asked) foreign = [.. asked.Select(a => a.Url).Where(u => new Uri(u).Authority != fixture.Address.Authority)];
        if (foreign.Length > 0) Fault($"asks others: {string.Join(' ', foreign)}");
        long weight = await page.EvaluateAsync<long>("() => performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource')).reduce((sum, e) => sum + e.decodedBodySize, 0)");
        if (weight > HeaviestPage) Fault($"weighs {weight} bytes, more than {HeaviestPage}");
        string lang = await page.EvaluateAsync<string>("document.documentElement.lang");
        if (lang != (language == "en" ? "en" : "zh-Hans")) Fault($"is in {lang}");

        foreach (string finding in await FindingsAsync(page, "{}")) Fault($"axe: {finding}");
        await PictureAsync(page, picture + ".desktop.png", 2000);
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        // Colours do not depend on the language.
        if (language == "en")
            foreach (string finding in await FindingsAsync(page, "{ runOnly: { type: 'rule', values: ['color-contrast'] } }")) Fault($"axe, dark: {finding}");
        await PictureAsync(page, picture + ".dark.png", 900);

        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await page.SetViewportSizeAsync(360, 740);
        int width = await page.EvaluateAsync<int>("document.documentElement.scrollWidth");
        if (width > 360) Fault($"is {width} px wide on a phone of 360: {await page.EvaluateAsync<string>(Widest)}");
        foreach (string finding in await FindingsAsync(page, "{ runOnly: { type: 'rule', values: ['scrollable-region-focusable'] } }")) Fault($"axe, phone: {finding}");
        await PictureAsync(page, picture + ".phone.png", 2400);
    }

    // A long list looks the same all the way down.
    private static async Task PictureAsync(IPage page, string path, int height)
    {
        (int width, int full) = (page.ViewportSize!.Width, await page.EvaluateAsync<int>("document.documentElement.scrollHeight"));
        await page.ScreenshotAsync(new() { Path = path, FullPage = true, Clip = new() { X = 0, Y = 0, Width = width, Height = Math.Min(full, height) } });
    }

    // The innermost thing that reaches out of the screen and lies in nothing that scrolls.
    private const string Widest =
        """
        () => [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > 361 && !e.closest('.scroll')).map(e => e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 40)).pop() ?? '?'
        """;

    private static async Task<IReadOnlyList<string>> FindingsAsync(IPage page, string options)
    {
        if (!await page.EvaluateAsync<bool>("'axe' in window")) await page.EvaluateAsync(Axe);
        JsonElement? found = await page.EvaluateAsync(
            $$"""
            async () => (await axe.run(document, Object.assign({ resultTypes: ['violations'] }, {{options}}))).violations
              .filter(v => v.impact === 'serious' || v.impact === 'critical')
              .map(v => v.id + ': ' + v.help + ': ' + v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + n.html.slice(0, 160)).join(' | '))
            """);
        return [.. found!.Value.EnumerateArray().Select(f => f.GetString()!)];
    }

    private static void Note(List<string> faults, string fault)
    {
        lock (faults) faults.Add(fault);
    }
}
