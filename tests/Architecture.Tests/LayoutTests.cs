using System.Text.RegularExpressions;

namespace Devices.Architecture.Tests;

/// <summary>The repository's shape: what stands at the top, where versions live, what every folder explains.</summary>
public partial class LayoutTests
{
    private static readonly string[] Folders = ["firmware", "edge-agent", "cloud-bridge", "models", "hardware", "tools", "tests"];

    [Fact]
    public void The_top_level_holds_exactly_the_product_and_the_usual_files()
    {
        string[] allowed = [.. Folders, "Devices.sln", "README.md", "CHANGELOG.md", "LICENSE", "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "global.json", "nuget.config"];

        IEnumerable<string> tops = Repository.Tracked().Select(f => f.Split('/')[0]).Distinct().Where(t => !t.StartsWith('.'));

        tops.Except(allowed).ShouldBeEmpty();
        Folders.Except(tops).ShouldBeEmpty("every folder of design section 2 exists");
    }

    [Fact]
    public void Every_top_level_folder_has_a_readme_that_says_what_is_in_it_how_data_passes_and_how_to_change_it()
    {
        foreach (string folder in Folders)
        {
            string readme = Path.Combine(Repository.Root, folder, "README.md");
            File.Exists(readme).ShouldBeTrue($"{folder}/README.md is missing");
            string text = File.ReadAllText(readme);
            foreach (string heading in (string[])["What is in it", "How data passes", "How to change it"])
                text.ShouldContain(heading, Case.Insensitive, $"{folder}/README.md lacks a section '{heading}'");
        }
    }

    [Fact]
    public void Every_project_stands_in_the_solution()
    {
        string solution = File.ReadAllText(Path.Combine(Repository.Root, "Devices.sln")).Replace('\\', '/');
        IEnumerable<string> missing = Repository.Projects.Values.Where(p => !p.File.Contains("BadSamples", StringComparison.Ordinal)).Select(p => p.File).Where(f => !solution.Contains(f, StringComparison.Ordinal));
        missing.ShouldBeEmpty();
    }

    [Fact]
    public void Package_versions_stand_only_in_Directory_Packages_props() =>
        Repository.Projects.Values.Where(p => p.HasVersions).Select(p => p.File).ShouldBeEmpty();

    /// <summary>Packages that the SDK adds in its own version would make the locked restore fail on the next patch of it.</summary>
    [Fact]
    public void No_lock_file_holds_what_follows_the_SDKs_patch() =>
        Repository.Files("packages.lock.json")
            .Where(f => File.ReadAllText(f) is var text && (text.Contains("Microsoft.NET.ILLink", StringComparison.Ordinal) || text.Contains("App.Internal.Assets", StringComparison.Ordinal)))
            .Select(Repository.Relative)
            .ShouldBeEmpty();

    [Fact]
    public void No_weights_or_pictures_of_people_are_committed() =>
        Repository.Tracked().Where(f => Binary().IsMatch(f)).ShouldBeEmpty("weights and faces are installed by name at run time");

    [Fact]
    public void No_source_file_outgrows_its_purpose()
    {
        IEnumerable<string> large = Repository.Files("*.cs")
            .Select(f => (File: Repository.Relative(f), Lines: File.ReadLines(f).Count()))
            .Where(f => f.Lines > 500)
            .Select(f => $"{f.File} has {f.Lines} lines");
        large.ShouldBeEmpty();
    }

    [GeneratedRegex(@"\.(onnx|mp4|webm|jpe?g|tflite|dll|so|zip|tgz|nupkg)$", RegexOptions.IgnoreCase)]
    private static partial Regex Binary();
}
