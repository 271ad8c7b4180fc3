using System.Globalization;

namespace Devices.Firmware.Tests.Hardware;

public sealed class BomAndPowerTests
{
    [Fact]
    public void Every_part_has_a_number_a_quantity_and_where_it_matters_an_alternative()
    {
        IReadOnlyList<IReadOnlyDictionary<string, string>> rows = HardwareFiles.Csv("bom.csv");
        rows.Select(row => row["ref"]).ShouldBeUnique();
        rows.ShouldAllBe(row => row["part"].Length > 0 && row["part_number"].Length > 0 && row["manufacturer"].Length > 0 && row["quantity"].Length > 0 && row["needed"].Length > 0);
        string[] alone = [.. rows.Where(row => row["alternatives"].Length == 0).Select(row => row["ref"])];
        alone.ShouldBe(["R5"], "a part with one source stops a site");
    }

    [Fact]
    public void What_is_needed_by_a_setting_names_a_setting_that_the_firmware_reads()
    {
        string[] settings = [.. HardwareFiles.Csv("bom.csv").SelectMany(row => row["needed"].Split(" or ")).Distinct()];
        settings.ShouldBe(["always", "optional", "door", "keypad", "presence=pir", "presence=tof", "reader=wiegand", "reader=rc522", "reader=pn532", "reader=pn532-uart"], ignoreOrder: true);
    }

    [Fact]
    public void The_power_budget_adds_up_and_the_supplies_carry_it()
    {
        IReadOnlyList<IReadOnlyDictionary<string, string>> rows = HardwareFiles.Csv("power.csv");
        HashSet<string> refs = [.. HardwareFiles.Csv("bom.csv").Select(row => row["ref"]), "TOTAL", "3V3", "LOCK"];
        rows.ShouldAllBe(row => refs.Contains(row["ref"]));
        Dictionary<string, (double Typical, double Peak)> totals = [];
        foreach (IGrouping<string, IReadOnlyDictionary<string, string>> rail in rows.GroupBy(row => row["rail"]))
        {
            IReadOnlyDictionary<string, string> total = rail.Last();
            total["ref"].ShouldBe("TOTAL");
            (double, double) sum = (rail.SkipLast(1).Sum(row => Number(row["typical_ma"])), rail.SkipLast(1).Sum(row => Number(row["peak_ma"])));
            sum.ShouldBe((Number(total["typical_ma"]), Number(total["peak_ma"])), rail.Key);
            rail.ShouldAllBe(row => Number(row["typical_ma"]) <= Number(row["peak_ma"]));
            totals[rail.Key] = sum;
        }

        IReadOnlyDictionary<string, string> carried = rows.Single(row => row["rail"] == "5V" && row["ref"] == "3V3");
        (Number(carried["typical_ma"]), Number(carried["peak_ma"])).ShouldBe(totals["3V3"], "a linear regulator takes what it gives");
        totals["5V"].Peak.ShouldBeLessThanOrEqualTo(0.8 * 5000, "PS1 with a fifth in reserve");
        totals["12V"].Peak.ShouldBeLessThanOrEqualTo(0.8 * 2000, "PS2 with a fifth in reserve");
    }

    [Fact]
    public void The_folder_explains_mounting_and_safety()
    {
        File.ReadAllText(HardwareFiles.PathOf("mounting.md")).ShouldSatisfyAllConditions(
            text => text.ShouldContain("1.40 m"),
            text => text.ShouldContain("glare"));
        File.ReadAllText(HardwareFiles.PathOf("safety.md")).ShouldSatisfyAllConditions(
            text => text.ShouldContain("fail-safe"),
            text => text.ShouldContain("fail-secure"),
            text => text.ShouldContain("Flyback"),
            text => text.ShouldContain("Fire alarm"));

        // The picture's reach that mounting.md states: lens at 1.40 m, 12 degrees up, 67 degrees upright, 0.7 m away.
        (1.40 - (0.7 * Math.Tan((67.0 / 2 - 12) * Math.PI / 180))).ShouldBe(1.12, 0.005);
        (1.40 + (0.7 * Math.Tan((67.0 / 2 + 12) * Math.PI / 180))).ShouldBe(2.11, 0.005);
        (1.40 - (0.7 * Math.Tan((41.0 / 2 - 12) * Math.PI / 180))).ShouldBe(1.30, 0.006);
        (1.40 + (0.7 * Math.Tan((41.0 / 2 + 12) * Math.PI / 180))).ShouldBe(1.85, 0.006);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
