using Devices.Contract.Messages;

namespace Devices.Contract.Tests;

public sealed class ConfigRulesTests
{
    [Theory]
    [InlineData("Repeat:Seconds", "60", true)]
    [InlineData("repeat:seconds", "0", true)]
    [InlineData("Repeat:Seconds", "-1", false)]
    [InlineData("Repeat:Seconds", "1.5", false)]
    [InlineData("Repeat:Seconds", "99999", false)]
    [InlineData("WantedFpir", "0.003", true)]
    [InlineData("WantedFpir", "1e-5", true)]
    [InlineData("WantedFpir", "NaN", false)]
    [InlineData("WantedFpir", "0,003", false)]
    [InlineData("Liveness:Enabled", "true", true)]
    [InlineData("Liveness:Enabled", "yes", false)]
    [InlineData("Liveness:Challenge", "always", true)]
    [InlineData("Liveness:Challenge", "sometimes", false)]
    [InlineData("TimeZone", "Asia/Shanghai", true)]
    [InlineData("TimeZone", "", false)]
    [InlineData("Bridge:Host", "evil.example", false)]
    [InlineData("Terminal", "m2-002", false)]
    [InlineData("State", "/tmp", false)]
    [InlineData("Camera", "none", false)]
    [InlineData("Ledger:ReserveMiB", "1000000", false)]
    [InlineData(null, "x", false)]
    public void A_setting_is_taken_in_its_range_only(string? key, string value, bool good) => (ConfigRules.Check(key, value) is null).ShouldBe(good);

    [Fact]
    public void Nothing_that_could_cut_a_terminal_off_can_be_wished_for() =>
        ConfigRules.All.Select(one => one.Key.Split(':')[0]).ShouldNotContain(first => first == "Bridge" || first == "Terminal" || first == "State" || first == "Mcu" || first == "Camera" || first == "ModelPack" || first == "Ledger");
}
