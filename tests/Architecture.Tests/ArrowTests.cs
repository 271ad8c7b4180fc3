namespace Devices.Architecture.Tests;

/// <summary>Dependencies point one way (design section 2): Contract and Link know nobody; Vision and Ledger know no host; hosts compose.</summary>
public class ArrowTests
{
    [Theory]
    [InlineData("Devices.Contract", "")]
    [InlineData("Devices.Link", "")]
    [InlineData("Devices.Edge.Vision", "")]
    [InlineData("Devices.Edge.Ledger", "Devices.Contract")]
    [InlineData("Devices.Edge.Agent", "Devices.Contract Devices.Link Devices.Edge.Vision Devices.Edge.Ledger")]
    [InlineData("Devices.Bridge", "Devices.Contract")]
    [InlineData("devices-cli", "Devices.Contract Devices.Bridge Devices.Edge.Vision Devices.Edge.Ledger Devices.Link Devices.Standins.Terminal")]
    [InlineData("Devices.Up", "Devices.Contract")]
    [InlineData("Devices.PrivateServers", "")]
    [InlineData("Devices.Scale", "Devices.Contract Devices.PrivateServers")]
    [InlineData("Devices.Seed", "Devices.Bridge Devices.Contract")]
    [InlineData("Devices.FleetLoad", "Devices.Bridge Devices.Contract Devices.Edge.Ledger Devices.Link Devices.PrivateServers")]
    [InlineData("Devices.Standins.DingTalk", "")]
    [InlineData("Devices.Standins.Frappe", "")]
    [InlineData("Devices.Standins.Camera", "")]
    [InlineData("Devices.Standins.EspRom", "")]
    [InlineData("Devices.Standins.Terminal", "Devices.Link")]
    public void A_project_reaches_only_what_it_may(string name, string allowed)
    {
        ArgumentNullException.ThrowIfNull(allowed);
        Project project = Repository.Projects[name == "devices-cli" ? "Devices.Cli" : name];

        IEnumerable<string> beyond = project.Reach().Except(allowed.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        beyond.ShouldBeEmpty($"{project.File} reaches further than design section 2 allows");
    }

    [Fact]
    public void Every_product_project_has_its_arrows_stated_above()
    {
        string[] stated = [.. typeof(ArrowTests).GetMethod(nameof(A_project_reaches_only_what_it_may))!.GetCustomAttributesData()
            .Where(a => a.AttributeType == typeof(InlineDataAttribute))
            .Select(a => ((IReadOnlyCollection<System.Reflection.CustomAttributeTypedArgument>)a.ConstructorArguments[0].Value!).First().Value!.ToString()!)
            .Select(n => n == "devices-cli" ? "Devices.Cli" : n)];

        IEnumerable<string> product = Repository.Projects.Values
            .Where(p => !p.File.StartsWith("tests/", StringComparison.Ordinal) && !p.File.StartsWith("firmware/", StringComparison.Ordinal))
            .Select(p => p.Name);

        product.Except(stated).ShouldBeEmpty("a new project says in ArrowTests what it may reach");
    }

    [Fact]
    public void Firmware_reaches_nothing_outside_its_folder()
    {
        foreach (Project project in Repository.Projects.Values.Where(p => p.File.StartsWith("firmware/", StringComparison.Ordinal)))
            project.Reach().Where(r => !Repository.Projects[r].File.StartsWith("firmware/", StringComparison.Ordinal)).ShouldBeEmpty(project.File);
    }

    [Theory]
    [InlineData("Devices.Contract", "*")]
    [InlineData("Devices.Link", "*")]
    [InlineData("Devices.Edge.Vision", "Microsoft.Data.Sqlite MQTTnet MQTTnet.Server Microsoft.Extensions.Hosting Microsoft.AspNetCore.App")]
    [InlineData("Devices.Edge.Ledger", "Microsoft.Extensions.Hosting MQTTnet.Server Microsoft.ML.OnnxRuntime SkiaSharp")]
    public void A_part_below_the_hosts_uses_no_package_that_would_make_it_one(string name, string forbidden)
    {
        ArgumentNullException.ThrowIfNull(forbidden);
        Project project = Repository.Projects[name];
        if (forbidden == "*") project.Packages.ShouldBeEmpty();
        else project.Packages.Intersect(forbidden.Split(' '), StringComparer.OrdinalIgnoreCase).ShouldBeEmpty();
    }

    [Fact]
    public void No_product_project_references_a_test_or_a_stand_in()
    {
        foreach (Project project in Repository.Projects.Values.Where(p => !p.File.StartsWith("tests/", StringComparison.Ordinal)))
        {
            // `devices sim` shows the terminal's stand-in to people: the command at a desk may, what runs in a product may not.
            IEnumerable<string> reached = project.Reach().Where(r => project.Name != "Devices.Cli" || r != "Devices.Standins.Terminal");
            reached.Where(r => r.EndsWith(".Tests", StringComparison.Ordinal) || r.Contains("Standins", StringComparison.Ordinal)).ShouldBeEmpty(project.File);
        }
    }
}
