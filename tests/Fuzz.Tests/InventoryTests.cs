using System.Text.RegularExpressions;
using Devices.Fuzz.Engine;
using Devices.Fuzz.Targets;

namespace Devices.Fuzz.Tests;

/// <summary>tests/SECURITY.md lists every parser of what comes from outside; a source file that begins to read something and is in neither of its lists is a failure.</summary>
public partial class InventoryTests
{
    private static readonly string[] Text = File.ReadAllLines(Path.Combine(Samples.Root, "tests", "SECURITY.md"));

    // Between that heading and the next: file → the row's last cell.
    private static Dictionary<string, string> Rows(string heading)
    {
        Dictionary<string, string> rows = new(StringComparer.Ordinal);
        foreach (string line in Text.SkipWhile(one => one != heading).Skip(1).TakeWhile(one => !one.StartsWith("## ", StringComparison.Ordinal)))
        {
            if (!line.StartsWith("| `", StringComparison.Ordinal)) continue;
            string[] cells = line.Trim('|', ' ').Split(" | ");
            foreach (Match file in Quoted().Matches(cells[0])) rows.Add(file.Groups[1].Value, cells[^1]);
        }

        return rows;
    }

    [Fact]
    public void The_list_of_parsers_is_that_of_the_targets()
    {
        Dictionary<string, string> rows = Rows("## Parsers of what comes from outside");
        rows.Count.ShouldBeGreaterThan(60);
        Dictionary<string, string[]> wanted = FuzzTargets.All.SelectMany(target => target.Files.Select(file => (file, target.Name))).GroupBy(one => one.file, one => one.Name).ToDictionary(one => one.Key, one => one.Order(StringComparer.Ordinal).ToArray(), StringComparer.Ordinal);

        foreach ((string file, string[] targets) in wanted)
        {
            File.Exists(Path.Combine(Samples.Root, file)).ShouldBeTrue($"{targets[0]} says that it reaches {file}");
            rows.ShouldContainKey(file, $"add a row: | `{file}` | what comes in | {string.Join(' ', targets.Select(one => $"`{one}`"))} |");
            Quoted().Matches(rows[file]).Select(one => one.Groups[1].Value).Order(StringComparer.Ordinal).ShouldBe(targets, ignoreOrder: false, customMessage: file);
        }

        rows.Keys.Except(wanted.Keys).ShouldBeEmpty("rows without a target");
    }

    [Fact]
    public void Every_source_file_that_reads_bytes_or_text_into_something_is_in_one_of_the_lists()
    {
        Dictionary<string, string> parsers = Rows("## Parsers of what comes from outside"), others = Rows("## Files that read, without a target of their own");
        string[] reading = [.. ((string[])["cloud-bridge/Contract", "cloud-bridge/Bridge", "edge-agent", "firmware/Link", "firmware/Terminal", "tools/Devices.Cli"])
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Samples.Root, folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && Reads().IsMatch(File.ReadAllText(file)))
            .Select(file => Path.GetRelativePath(Samples.Root, file).Replace('\\', '/'))];
        reading.Length.ShouldBeGreaterThan(80, "the scan sees the files at all");

        reading.Where(file => !parsers.ContainsKey(file) && !others.ContainsKey(file))
            .ShouldBeEmpty("they read something: give them a target in tests/Fuzz/Targets and a row in tests/SECURITY.md, or a row in its second list that says why not");
        others.Keys.Except(reading).ShouldBeEmpty("rows of the second list whose file reads nothing any more");
        others.Where(one => one.Value.Length < 30).ShouldBeEmpty("a reason, or the test that covers it");
    }

    // Whatever turns bytes or text into something with a structure.
    [GeneratedRegex(@"JsonDocument\.Parse|JsonNode\.Parse|JsonSerializer\.Deserialize|new Utf8JsonReader|BinaryPrimitives\.Read|new BinaryReader|new TarReader|ZipFile\.Open|new ZipArchive|CompressionMode\.Decompress|CsvReader\.Create|new CsvReader|LoadSigningRequest|new SignedCms|X509CertificateLoader\.Load|ImportFromPem|CreateFromPem|Convert\.(?:Try)?FromBase64|Convert\.FromHexString|ReadFromJsonAsync|GetFromJsonAsync|ContractCodec\.TryRead|\.ImportPkcs8|ImportSubjectPublicKeyInfo|SKCodec\.Create")]
    private static partial Regex Reads();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
