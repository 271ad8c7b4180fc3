using Devices.Bridge.Tests.Delivery;
using Devices.Bridge.Web.Time;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Web;

/// <summary>A punch whose time is nonsense is shown; it must not take the pages away.</summary>
public sealed class FarTimeTests
{
    private const long EndOf9999 = 253_402_300_799_999;

    [Fact]
    public async Task A_punch_of_the_year_9999_is_listed_and_hides_no_other()
    {
        await using HrSite site = await HrSite.StartAsync();
        LedgerMaker ledger = new();
        Punch good = ledger.Next("ada", Bench.Now(5)), far = ledger.Next("grace", EndOf9999), first = ledger.Next("alan", 0);
        await site.Bench.AppendAsync(ledger, good, far, first);
        using HrSite.Browser browser = await site.LogInAsync();

        foreach (string page in (string[])["/", "/punches", "/terminals", "/exceptions", "/punches.csv", "/api/v1/punches"])
        {
            string text = await browser.PageAsync(page);
            if (page.StartsWith("/punches", StringComparison.Ordinal)) text.ShouldContain("ada");
        }

        (await browser.PageAsync("/punches")).ShouldContain($"data-at=\"{EndOf9999}\"", Case.Sensitive, "the time itself is not altered");
    }

    [Theory]
    [InlineData("Pacific/Kiritimati")]
    [InlineData("Pacific/Pago_Pago")]
    public void Every_number_has_a_text_in_every_zone(string zone)
    {
        SiteClock clock = SiteClock.For(zone, TimeProvider.System);
        foreach (long ms in (long[])[long.MinValue, -1, 0, EndOf9999, long.MaxValue])
        {
            clock.IsoText(ms).ShouldNotBeEmpty();
            clock.ShortText(ms).ShouldNotBeEmpty();
        }
    }
}
