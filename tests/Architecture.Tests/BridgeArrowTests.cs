using System.Text.RegularExpressions;

namespace Devices.Architecture.Tests;

/// <summary>Inside the bridge the parts follow the data: ingest and fleet know the store, delivery and roster know the store, only the web sees all.</summary>
public partial class BridgeArrowTests
{
    [Theory]
    [InlineData("Store", "Ingest Delivery Web Fleet Roster Alerts Attendance Downlink Notices Photos Operations Privacy Wifi Updates Scale")]
    [InlineData("Ingest", "Delivery Web Roster Alerts Attendance Downlink Notices Photos Operations Wifi Scale")]
    [InlineData("Scale", "Delivery Web Fleet Roster Alerts Attendance Notices Operations Patrol Privacy Corrections Exports Updates Wifi")]
    [InlineData("Attendance", "Ingest Delivery Web Fleet Roster Alerts Downlink Notices")]
    [InlineData("Delivery", "Ingest Web Fleet Alerts Downlink Notices")]
    [InlineData("Roster", "Ingest Web Fleet Alerts Downlink")]
    [InlineData("Fleet", "Delivery Web Roster Alerts Downlink Scale")]
    [InlineData("Downlink", "Delivery Web Roster Alerts Attendance")]
    [InlineData("Alerts", "Ingest Web Fleet Roster")]
    [InlineData("Patrol", "Ingest Delivery Web Fleet Roster Alerts Attendance Downlink Notices Photos Operations")]
    [InlineData("Notices", "Ingest Web Fleet Roster Alerts Downlink")]
    [InlineData("Corrections", "Ingest Delivery Web Fleet Roster Alerts Downlink Notices Photos Operations Exports")]
    [InlineData("Exports", "Ingest Delivery Web Roster Alerts Attendance Downlink Notices Photos Operations Corrections")]
    [InlineData("Spreadsheets", "Store Ingest Delivery Web Fleet Roster Alerts Attendance Downlink Notices")]
    [InlineData("Updates", "Delivery Web Roster Alerts Attendance Downlink Notices Photos Operations Privacy Corrections Exports")]
    [InlineData("Photos", "Delivery Web Roster Alerts Attendance Operations")]
    [InlineData("Privacy", "Ingest Delivery Web Roster Alerts Attendance Downlink Notices Operations")]
    [InlineData("Wifi", "Delivery Web Fleet Roster Alerts Attendance Downlink Notices Photos Operations Privacy")]
    [InlineData("Operations", "Web")]
    [InlineData("Telemetry", "Store Ingest Delivery Web Fleet Roster Alerts Attendance Photos Operations")]
    public void A_folder_of_the_bridge_does_not_look_forward(string folder, string forbidden)
    {
        ArgumentNullException.ThrowIfNull(forbidden);
        string top = Path.Combine(Repository.Root, "cloud-bridge", "Bridge", folder) + "/";
        var wrong = Repository.Files("*.cs")
            .Where(f => f.StartsWith(top, StringComparison.Ordinal))
            .SelectMany(f => UsingLine().Matches(File.ReadAllText(f)).Select(m => (File: Repository.Relative(f), Part: m.Groups[1].Value)))
            .Where(u => forbidden.Split(' ').Contains(u.Part))
            .Select(u => $"{u.File} uses Devices.Bridge.{u.Part}")
            .Distinct();
        wrong.ShouldBeEmpty();
    }

    [GeneratedRegex(@"^using (?:static )?Devices\.Bridge\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex UsingLine();
}
