namespace Devices.Scale.Tests;

/// <summary>
/// The scaled installation as it is documented, on loopback: terminals by real MQTT and TLS through haproxy, and every part killed while punches
/// flow. <c>tools/scale-out --count N --seed S</c> is the long form.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Whatever_is_killed_each_acknowledged_punch_is_stored_once_and_in_its_ledgers_order()
    {
        if (ScaleRun.Missing() is { } missing) Assert.Skip(missing);
        StringWriter said = new();

        ScaleReport report = await ScaleRun.RunAsync(new() { Seed = 20261126 }, said, TestContext.Current.CancellationToken);

        output.WriteLine(said.ToString());
        output.WriteLine(report.ToString());
        report.Blows.ShouldBe(5);
        report.Punches.ShouldBeGreaterThan(100);
        report.Looked.ShouldBeGreaterThan(50);
    }
}
