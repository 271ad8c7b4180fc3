using System.Text.RegularExpressions;

namespace Devices.Architecture.Tests;

/// <summary>Namespaces follow folders, so that a newcomer finds a type by its name.</summary>
public partial class NamespaceTests
{
    public static TheoryData<string, string> Roots => new()
    {
        { "cloud-bridge/Contract", "Devices.Contract" },
        { "cloud-bridge/Bridge", "Devices.Bridge" },
        { "edge-agent/Vision", "Devices.Edge.Vision" },
        { "edge-agent/Ledger", "Devices.Edge.Ledger" },
        { "edge-agent/Agent", "Devices.Edge.Agent" },
        { "firmware/Link", "Devices.Link" },
        { "tools/Devices.Cli", "Devices.Cli" },
        { "tools/Devices.Up", "Devices.Up" },
        { "tools/PrivateServers", "Devices.PrivateServers" },
        { "tools/Scale", "Devices.Scale" },
        { "tools/Seed", "Devices.Seed" },
        { "tools/fleet-load", "Devices.FleetLoad" },
        { "tests/Faults", "Devices.Faults" },
        { "tools/standins/DingTalk", "Devices.Standins.DingTalk" },
        { "tools/standins/Camera", "Devices.Standins.Camera" },
        { "tools/standins/EspRom", "Devices.Standins.EspRom" },
        { "tools/standins/Terminal", "Devices.Standins.Terminal" },
    };

    [Theory]
    [MemberData(nameof(Roots))]
    public void Namespaces_follow_folders(string folder, string root)
    {
        string top = Path.Combine(Repository.Root, folder);
        var wrong = new List<string>();
        foreach (string file in Repository.Files("*.cs").Where(f => f.StartsWith(top + "/", StringComparison.Ordinal)))
        {
            Match found = NamespaceLine().Match(File.ReadAllText(file));
            if (!found.Success) continue; // top-level programs and assembly attributes
            string wanted = root;
            string below = Path.GetRelativePath(top, Path.GetDirectoryName(file)!).Replace('/', '.');
            if (below != ".") wanted += "." + below;
            if (found.Groups[1].Value != wanted) wrong.Add($"{Repository.Relative(file)}: {found.Groups[1].Value}, by its folder {wanted}");
        }
        wrong.ShouldBeEmpty();
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();
}
