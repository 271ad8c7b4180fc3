using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Devices.Architecture.Tests;

/// <summary>Everything that the product and its tests are built from stands in <c>licences.txt</c>, with a licence that permits commercial use and is the part's own.</summary>
public partial class LicenceTests
{
    // What may be used, and passed on as part of a product, for money. Copyleft that reaches further than its own files is not among them.
    private static readonly HashSet<string> Permitted = new(StringComparer.Ordinal) { "MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MPL-2.0", "PostgreSQL", "MS-PL-OR-Apache-2.0", "blessing", "ICU", "Zlib", "Unlicense", "0BSD" };

    private static readonly IReadOnlyList<Part> List = [.. File.ReadLines(Path.Combine(Repository.Root, "tests", "Architecture.Tests", "licences.txt"))
        .Where(line => line.Length > 0 && !line.StartsWith('#'))
        .Select(line => line.Split(' ') is { Length: 4 or 5 } cells ? new Part(cells[0], cells[1], cells[2], cells[3], cells.ElementAtOrDefault(4)) : throw new InvalidDataException($"licences.txt: '{line}' is not 'kind name version SPDX [file]'"))];

    [Fact]
    public void Every_package_of_every_lock_file_is_in_the_list_and_nothing_else_is()
    {
        Dictionary<(string, string), string> locked = Locked();
        locked.Count.ShouldBeGreaterThan(100);
        HashSet<(string, string)> listed = [.. List.Where(one => one.Kind == "nuget").Select(one => (one.Name.ToUpperInvariant(), one.Version))];

        locked.Where(one => !listed.Contains(one.Key)).Select(one => $"nuget {one.Value} {one.Key.Item2} {Licence(one.Value, one.Key.Item2)}").ShouldBeEmpty("look at the licence, then add the line to licences.txt");
        listed.Except(locked.Keys).ShouldBeEmpty("packages that nothing is built from any more");
    }

    [Fact]
    public void Each_package_says_of_itself_what_the_list_says_and_that_permits_commercial_use()
    {
        List<string> wrong = [];
        foreach (Part one in List.Where(one => one.Kind == "nuget"))
        {
            if (!Permitted.Contains(one.Spdx)) wrong.Add($"{one.Name} {one.Version}: {one.Spdx} is not among the permitted licences");
            string own = Licence(one.Name, one.Version), said = one.File is null ? one.Spdx : $"{one.Spdx} {one.File}";
            if (own != said && own != $"? {one.File}") wrong.Add($"{one.Name} {one.Version}: the list says {said}, the package {own}");
        }

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_taken_from_npm_and_what_the_image_takes_from_Debian_is_in_the_list()
    {
        string[] manifests = [.. Repository.Files("manifest.json").Where(file => Repository.Relative(file) is var path && (path.StartsWith("models/", StringComparison.Ordinal) || path.StartsWith("tests/Vision.Tests/", StringComparison.Ordinal)))];
        IEnumerable<(string, string, string)> npm = manifests.SelectMany(file => NpmSource().Matches(File.ReadAllText(file)).Select(match => ("npm", match.Groups[1].Value, match.Groups[2].Value)));
        IEnumerable<(string, string, string)> faces = NpmFaces().Matches(File.ReadAllText(Path.Combine(Repository.Root, "tools", "lib", "prepare.sh"))).Select(match => ("npm", match.Groups[1].Value, match.Groups[2].Value));
        IEnumerable<(string, string, string)> image = AptLine().Match(File.ReadAllText(Path.Combine(Repository.Root, "cloud-bridge", "deploy", "Containerfile"))).Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => ("deb", name, "-"));
        (string, string, string)[] wanted = [.. npm.Concat(faces).Concat(image).Distinct()];

        wanted.Length.ShouldBeGreaterThan(5);
        wanted.Except(List.Select(one => (one.Kind, one.Name, one.Version))).ShouldBeEmpty("look at the licence, then add a line to licences.txt");
        List.Where(one => one.Kind != "nuget").Select(one => (one.Kind, one.Name, one.Version)).Except(wanted).ShouldBeEmpty("parts that nothing takes any more");
        List.Where(one => one.Kind != "nuget" && !Permitted.Contains(one.Spdx)).ShouldBeEmpty();
        foreach (Part one in List.Where(one => one.Kind == "deb"))
        {
            // Where Debian's own record of it lies on this machine, it is asked.
            string copyright = $"/usr/share/doc/{one.Name}/copyright";
            if (File.Exists(copyright)) File.ReadAllText(copyright).ShouldContain(one.Spdx.Split('-')[0], Case.Insensitive, one.Name);
        }
    }

    /// <summary>Asks the package source for published vulnerabilities of what the bridge, the command and the agent ship.</summary>
    [Fact]
    public async Task No_package_that_ships_has_a_published_vulnerability()
    {
        List<string> hit = [];
        foreach (string project in (string[])["tools/Devices.Cli/Devices.Cli.csproj", "edge-agent/Agent/Devices.Edge.Agent.csproj"])
        {
            (int code, string said) = await DotnetAsync("list", Path.Combine(Repository.Root, project), "package", "--vulnerable", "--include-transitive", "--format", "json", "--no-restore");
            Assert.SkipWhen(code != 0 || !said.TrimStart().StartsWith('{') || said.Contains("\"problems\"", StringComparison.Ordinal), Unasked($"It said: {said[..Math.Min(300, said.Length)].ReplaceLineEndings(" ")}"));
            // A source without such data (an internal mirror) lists no holes either: only the audit of a restore tells the two apart.
            string? silent = await SilentAsync(said);
            Assert.SkipWhen(silent is not null, Unasked(silent ?? ""));
            hit.AddRange(Vulnerable(said));
        }

        hit.ShouldBeEmpty();
    }

    private static string Unasked(string why) =>
        $"Published vulnerabilities were not looked at, since the package source here does not tell them: run 'dotnet list tools/Devices.Cli package --vulnerable --include-transitive' where it does. {why}";

    // Null where every source has vulnerability data; else what NuGet says of the one that has none (NU1905).
    private static async Task<string?> SilentAsync(string listed)
    {
        using JsonDocument document = JsonDocument.Parse(listed);
        IEnumerable<string> sources = document.RootElement.GetProperty("sources").EnumerateArray().Select(one => one.GetString()!);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("devices-audit-");
        try
        {
            // Any package that is in the local cache anyway.
            Part known = List.First(one => one.Name == "Otp.NET");
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "audit.csproj"), $"""
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup><TargetFramework>net10.0</TargetFramework><NuGetAudit>true</NuGetAudit><NuGetAuditMode>all</NuGetAuditMode></PropertyGroup>
                  <ItemGroup><PackageReference Include="{known.Name}" Version="{known.Version}" /></ItemGroup>
                </Project>
                """);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "nuget.config"), $"<configuration><auditSources><clear />{string.Concat(sources.Select((one, i) => $"<add key=\"s{i}\" value=\"{one}\" />"))}</auditSources></configuration>");
            (int code, string said) = await DotnetAsync("restore", Path.Combine(folder.FullName, "audit.csproj"), "--force", "-v", "q");
            return code != 0 ? $"The audit could not be made: {said[..Math.Min(300, said.Length)].ReplaceLineEndings(" ")}" : said.Contains("NU1905", StringComparison.Ordinal) ? "NuGet's audit says NU1905: the source provides no vulnerability data." : null;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(int Code, string Said)> DotnetAsync(params string[] words)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        using Process? dotnet = Process.Start(new ProcessStartInfo("dotnet", words) { RedirectStandardOutput = true, RedirectStandardError = true });
        if (dotnet is null) return (1, "dotnet is not here");
        try
        {
            Task<string> output = dotnet.StandardOutput.ReadToEndAsync(limit.Token), errors = dotnet.StandardError.ReadToEndAsync(limit.Token);
            await dotnet.WaitForExitAsync(limit.Token);
            return (dotnet.ExitCode, await output is { Length: > 0 } text ? text : await errors);
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            dotnet.Kill(entireProcessTree: true);
            return (1, "no answer within two minutes");
        }
    }

    private static IEnumerable<string> Vulnerable(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        foreach (JsonElement project in document.RootElement.GetProperty("projects").EnumerateArray())
            foreach (JsonElement framework in project.TryGetProperty("frameworks", out JsonElement all) ? all.EnumerateArray() : default)
                foreach (string kind in (string[])["topLevelPackages", "transitivePackages"])
                    foreach (JsonElement package in framework.TryGetProperty(kind, out JsonElement packages) ? packages.EnumerateArray() : default)
                        yield return $"{package.GetProperty("id")} {package.GetProperty("resolvedVersion")}: {package.GetProperty("vulnerabilities")}";
    }

    private static Dictionary<(string, string), string> Locked()
    {
        Dictionary<(string, string), string> locked = [];
        foreach (string file in Repository.Files("packages.lock.json"))
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (JsonProperty framework in document.RootElement.GetProperty("dependencies").EnumerateObject())
                foreach (JsonProperty package in framework.Value.EnumerateObject())
                    if (package.Value.GetProperty("type").GetString() != "Project") locked[(package.Name.ToUpperInvariant(), package.Value.GetProperty("resolved").GetString()!)] = package.Name;
        }

        return locked;
    }

    // By the package's own .nuspec in the local cache: its expression, or "? " and how the hash of its licence's file begins.
    private static string Licence(string name, string version)
    {
        string cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } given ? given : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
#pragma warning disable CA1308 // The cache's folders are in lower case.
        string folder = Path.Combine(cache, name.ToLowerInvariant(), version.ToLowerInvariant()), spec = Path.Combine(folder, name.ToLowerInvariant() + ".nuspec");
#pragma warning restore CA1308
        if (!File.Exists(spec)) return $"is not in the local package cache ({spec}): restore first";
        XElement? licence = XDocument.Load(spec).Descendants().FirstOrDefault(one => one.Name.LocalName == "license");
        return licence?.Attribute("type")?.Value switch
        {
            "expression" => licence.Value.Replace(" ", "-", StringComparison.Ordinal),
            "file" => "? " + Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, licence.Value.Replace('\\', '/')))))[..16],
            _ => "names no licence",
        };
    }

    private sealed record Part(string Kind, string Name, string Version, string Spdx, string? File);

    [GeneratedRegex("\"npm\": *{ *\"package\": *\"([^\"]+)\", *\"version\": *\"([^\"]+)\"")]
    private static partial Regex NpmSource();

    [GeneratedRegex(@"need_npm_files (@?[a-z/-]+)@([0-9.]+)")]
    private static partial Regex NpmFaces();

    [GeneratedRegex(@"apt-get install --yes --no-install-recommends ([a-z0-9 .+-]+)")]
    private static partial Regex AptLine();
}
